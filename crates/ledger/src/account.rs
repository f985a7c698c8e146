//! Who or what a fen can belong to. The kind numbers are stored in databases and in the public log: they are
//! never reused and never change their meaning.

use std::fmt;
use std::str::FromStr;

/// An account and the id of what it belongs to.
///
/// | number | account | normal side |
/// |---|---|---|
/// | 1 | channel of an organisation | debit |
/// | 2 | project | credit |
/// | 3 | implementer of a project | credit |
/// | 4 | spent on a budget line | credit |
/// | 5, 6 | reserved for a match pool and its pledge | |
/// | 7 | own account of an organisation | debit |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Received through the channel account of this recipient charity. Its debit balance is the channel's
    /// own total: gifts less refunds.
    Channel { organisation: i64 },
    /// Gifts received for this project and not yet paid out.
    Project { project: i64 },
    /// Paid out to the implementer of this project and not yet accounted for.
    Implementer { project: i64 },
    /// Accounted for under this budget line.
    Spent { budget_line: i64 },
    /// Received by this charity outside the channel: on its own bank account, in cash or by cheque. Its debit
    /// balance is what the charity recorded by hand, less what it took back; no channel's bill knows of it.
    OwnAccount { organisation: i64 },
}

impl Account {
    /// The stored number of the kind of account.
    pub const fn kind(self) -> i64 {
        match self {
            Account::Channel { .. } => 1,
            Account::Project { .. } => 2,
            Account::Implementer { .. } => 3,
            Account::Spent { .. } => 4,
            Account::OwnAccount { .. } => 7,
        }
    }

    /// The id of the organisation, project or budget line.
    pub const fn owner(self) -> i64 {
        match self {
            Account::Channel { organisation } | Account::OwnAccount { organisation } => organisation,
            Account::Project { project } | Account::Implementer { project } => project,
            Account::Spent { budget_line } => budget_line,
        }
    }

    /// The account as stored in `(account_kind, owner_id)`; `None` for a number that is unknown or reserved.
    pub const fn from_stored(kind: i64, owner: i64) -> Option<Account> {
        match kind {
            1 => Some(Account::Channel { organisation: owner }),
            2 => Some(Account::Project { project: owner }),
            3 => Some(Account::Implementer { project: owner }),
            4 => Some(Account::Spent { budget_line: owner }),
            7 => Some(Account::OwnAccount { organisation: owner }),
            _ => None,
        }
    }

    /// Whether the credit balance must never fall below zero. Money comes from the channel and from outside it: there
    /// it is the debit balance that must not.
    pub const fn is_guarded(self) -> bool {
        !matches!(self, Account::Channel { .. } | Account::OwnAccount { .. })
    }

    const fn name(self) -> &'static str {
        match self {
            Account::Channel { .. } => "channel",
            Account::Project { .. } => "project",
            Account::Implementer { .. } => "implementer",
            Account::Spent { .. } => "spent",
            Account::OwnAccount { .. } => "own_account",
        }
    }
}

/// `project:42`; the same text is read back by `FromStr`.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name(), self.owner())
    }
}

impl FromStr for Account {
    type Err = ();

    fn from_str(text: &str) -> Result<Account, ()> {
        let (name, owner) = text.split_once(':').ok_or(())?;
        let owner = owner.parse().map_err(drop)?;
        let kind = match name {
            "channel" => 1,
            "project" => 2,
            "implementer" => 3,
            "spent" => 4,
            "own_account" => 7,
            _ => return Err(()),
        };
        Account::from_stored(kind, owner).ok_or(())
    }
}
