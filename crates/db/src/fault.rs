//! What went wrong in the database: what we were doing, the statement, the cause.

use std::borrow::Cow;
use std::fmt;

/// A failure of the database, or of our use of it; never a refusal meant for a person.
///
/// The cause is kept as words, without the engine's error underneath: PostgreSQL's own error
/// carries the values of the row it complains about (a telephone number, say), and those must not
/// reach a log.
#[derive(Debug)]
pub struct Fault(Box<Inside>);

#[derive(Debug)]
struct Inside {
    doing: Cow<'static, str>,
    statement: Option<String>,
    cause: Option<String>,
    kind: FaultKind,
}

/// What a caller, or the retry loop, may want to know about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Unique,
    Check,
    ForeignKey,
    /// The database cannot be reached, is full, or is busy for too long.
    Unavailable,
    /// The connection broke while the transaction was open: nothing of it was kept.
    Lost,
    /// Two transactions collided, and this one must start again.
    Conflict,
    /// A row or a number of rows is not what the program relies on.
    Inconsistent,
    Other,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, doing: impl Into<Cow<'static, str>>, cause: impl fmt::Display) -> Fault {
        Fault(Box::new(Inside { doing: doing.into(), statement: None, cause: Some(cause.to_string()), kind }))
    }

    pub(crate) fn other(doing: impl Into<Cow<'static, str>>) -> Fault {
        Fault(Box::new(Inside { doing: doing.into(), statement: None, cause: None, kind: FaultKind::Other }))
    }

    /// A stored row contradicts what the program relies on; `what` says which row and how.
    /// For stores that read a value they cannot understand.
    #[must_use]
    pub fn inconsistent(what: impl Into<Cow<'static, str>>) -> Fault {
        Fault(Box::new(Inside { doing: what.into(), statement: None, cause: None, kind: FaultKind::Inconsistent }))
    }

    pub(crate) fn with_statement(mut self, statement: &str) -> Fault {
        self.0.statement.get_or_insert_with(|| statement.to_owned());
        self
    }

    pub(crate) fn kind(&self) -> FaultKind {
        self.0.kind
    }

    /// A row with this key is already there.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.0.kind == FaultKind::Unique
    }

    /// A CHECK of the schema refused the row.
    #[must_use]
    pub fn is_check_violation(&self) -> bool {
        self.0.kind == FaultKind::Check
    }

    /// The row points to one that is not there, or is still pointed to.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.0.kind == FaultKind::ForeignKey
    }

    /// The database could not be reached or used now; the same call may succeed later.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self.0.kind, FaultKind::Unavailable | FaultKind::Lost | FaultKind::Conflict)
    }

    /// A stored row, or how many rows there are, contradicts what the program relies on.
    #[must_use]
    pub fn is_inconsistent(&self) -> bool {
        self.0.kind == FaultKind::Inconsistent
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.doing)?;
        if let Some(cause) = &self.0.cause {
            write!(f, ": {cause}")?;
        }
        if let Some(statement) = &self.0.statement {
            let words: Vec<&str> = statement.split_whitespace().collect();
            write!(f, " [{}]", words.join(" "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}
