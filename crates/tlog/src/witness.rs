//! A witness's rules: what it cosigns and what it answers. c2sp.org/tlog-witness.
//!
//! Pure. The server holds a lock on the origin, reads what was cosigned last, calls [`decide`], and for [`Decision::Cosign`] makes the new state
//! durable *before* it answers: a witness that forgets what it has cosigned helps a log to show two pasts.

use std::fmt;

use crate::{
    checkpoint::Checkpoint,
    hash::{EMPTY_ROOT, Hash},
    key::{CosignerKey, Vkey},
    merkle::{NotProved, verify_consistency},
    note::{NotSigned, Note},
    submission::{AddCheckpoint, BadRequest, SIZE_CONTENT_TYPE},
};

/// The largest tree that was cosigned for an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub size: u64,
    pub root: Hash,
}

impl Seen {
    /// From the checkpoint that was kept.
    #[must_use]
    pub const fn of(checkpoint: &Checkpoint) -> Self {
        Self { size: checkpoint.size(), root: checkpoint.root() }
    }
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

/// What a witness does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Keep `seen` and `note`, make both durable, then answer.
    Cosign {
        seen: Seen,
        /// The checkpoint with the log's signature and the witness's own: what its monitoring address shows. `seen` can be read from it.
        note: Note,
        answer: Answer,
    },
    /// Nothing changes.
    Refuse(Refused),
}

/// Why a witness does not cosign. Shown, it is the answer's body for a person to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Malformed(#[from] BadRequest),
    #[error("this witness does not know the log {origin}")]
    UnknownLog { origin: String },
    #[error("the checkpoint is not signed by its log: {0}")]
    Signature(#[from] NotSigned),
    #[error("the last size cosigned is {size}")]
    Conflict { size: u64 },
    #[error("a tree without entries has another root")]
    EmptyRoot,
    #[error("the checkpoint does not extend the one cosigned last: {0}")]
    Inconsistent(#[from] NotProved),
    #[error("the witness cannot sign at this time or for this origin")]
    CannotSign,
}

impl Refused {
    /// The HTTP status the specification asks for.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Signature(_) => 403,
            Self::UnknownLog { .. } => 404,
            Self::Conflict { .. } => 409,
            Self::EmptyRoot | Self::Inconsistent(_) => 422,
            Self::CannotSign => 500,
        }
    }

    /// The log has signed something that it must not sign, or at least has not shown to be right: keep the request.
    #[must_use]
    pub const fn is_evidence(&self) -> bool {
        matches!(self, Self::EmptyRoot | Self::Inconsistent(_))
    }

    /// What the log is told.
    #[must_use]
    pub fn answer(&self) -> Answer {
        match self {
            Self::Conflict { size } => Answer { status: 409, content_type: SIZE_CONTENT_TYPE, body: format!("{size}\n") },
            other => Answer { status: other.status(), content_type: "text/plain; charset=utf-8", body: format!("{other}\n") },
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

/// Judges a request that has been read. `logs` are the keys the witness trusts, each for the origin that is its name; `seen` is what it cosigned
/// last for the request's origin; `cosigners` are its own keys; `now_s` is the time in seconds since 1970.
#[must_use]
pub fn decide(request: &AddCheckpoint, logs: &[Vkey], seen: Option<Seen>, cosigners: &[&CosignerKey], now_s: u64) -> Decision {
    match cosign(request, logs, seen, cosigners, now_s) {
        Ok((seen, note, answer)) => Decision::Cosign { seen, note, answer },
        Err(refused) => Decision::Refuse(refused),
    }
}

/// The order of the checks is the specification's: who a stranger is comes before what the witness has seen.
fn cosign(
    request: &AddCheckpoint,
    logs: &[Vkey],
    seen: Option<Seen>,
    cosigners: &[&CosignerKey],
    now_s: u64,
) -> Result<(Seen, Note, Answer), Refused> {
    let (note, checkpoint) = (request.note(), request.checkpoint());
    let trusted: Vec<&Vkey> = logs.iter().filter(|key| key.name() == checkpoint.origin()).collect();
    if trusted.is_empty() {
        return Err(Refused::UnknownLog { origin: checkpoint.origin().to_owned() });
    }
    let signed = note.verify(trusted)?;
    let before = seen.unwrap_or(Seen { size: 0, root: EMPTY_ROOT });
    if request.old_size() != before.size {
        return Err(Refused::Conflict { size: before.size });
    }
    if checkpoint.size() == 0 && checkpoint.root() != EMPTY_ROOT {
        return Err(Refused::EmptyRoot);
    }
    verify_consistency(before.size, &before.root, checkpoint.size(), &checkpoint.root(), request.proof())?;

    let lines: Option<Vec<_>> = cosigners.iter().map(|key| key.cosign(checkpoint, now_s)).collect();
    let lines = lines.filter(|lines| !lines.is_empty()).ok_or(Refused::CannotSign)?;
    let body = lines.iter().map(ToString::to_string).collect();
    // Lines of strangers are not passed on.
    let mut kept = note.clone();
    kept.signatures.retain(|line| signed.iter().any(|signed| signed.key.is_named_by(line)));
    kept.signatures.extend(lines);
    Ok((Seen::of(checkpoint), kept, Answer { status: 200, content_type: "text/plain; charset=utf-8", body }))
}
