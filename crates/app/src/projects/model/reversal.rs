//! Money that came back, and records that were written wrongly: asked for by one person with evidence, decided by another.

use db::{Fault, Row};
use ledger::Code;

use crate::kernel::{Id, Micros};

use super::Hand;

/// A return of unused money, or a correction of a payout, an expense, a return or an offline gift.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal {
    pub id: Id,
    pub project_id: Id,
    pub what: What,
    pub amount_fen: i64,
    pub reason: String,
    /// The evidence.
    pub file_id: Id,
    pub asked: Hand,
    pub state: ReversalState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Return,
    Correction { of: Code, of_id: Id },
}

#[derive(Clone, Debug, PartialEq)]
pub enum ReversalState {
    Asked,
    Done { by: Hand },
    Refused { by: Hand, reason: String },
}

impl What {
    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            What::Return => "project-reversal-return",
            What::Correction { of, .. } => match of {
                Code::Payout => "project-reversal-of-payout",
                Code::Expense => "project-reversal-of-expense",
                Code::PayoutReturn => "project-reversal-of-return",
                _ => "project-reversal-of-offline-gift",
            },
        }
    }
}

impl ReversalState {
    pub fn key(&self) -> &'static str {
        match self {
            ReversalState::Asked => "project-reversal-asked",
            ReversalState::Done { .. } => "project-reversal-done",
            ReversalState::Refused { .. } => "project-reversal-refused",
        }
    }
}

impl Reversal {
    pub fn from_row(row: &Row) -> Result<Reversal, Fault> {
        let number = row.int("of_code")?;
        let what = if row.text("kind")? == "return" {
            What::Return
        } else {
            let of = Code::from_number(number).ok_or_else(|| Fault::inconsistent(format!("a reversal is of code {number}")))?;
            What::Correction { of, of_id: row.int("of_id")? }
        };
        let decided = || -> Result<Hand, Fault> {
            Ok(Hand { person_id: row.opt_int("decided_by")?.unwrap_or(0), at: row.opt_int("decided_at")?.unwrap_or(0) })
        };
        let state = match row.text("state")?.as_str() {
            "asked" => ReversalState::Asked,
            "done" => ReversalState::Done { by: decided()? },
            _ => ReversalState::Refused { by: decided()?, reason: row.text("answer")? },
        };
        Ok(Reversal {
            id: row.int("id")?,
            project_id: row.int("project_id")?,
            what,
            amount_fen: row.int("amount_fen")?,
            reason: row.text("reason")?,
            file_id: row.int("file_id")?,
            asked: Hand { person_id: row.int("asked_by")?, at: row.int("asked_at")? },
            state,
        })
    }
}

/// A posted record that may be corrected, as a desk chooses it.
#[derive(Clone, Debug, PartialEq)]
pub struct Correctable {
    pub code: Code,
    pub id: Id,
    pub amount_fen: i64,
    pub posted_at: Micros,
    /// What a payout was for, what an expense was.
    pub words: String,
}

/// What everyone reads of a reversal that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicReversal {
    pub what: What,
    pub amount_fen: i64,
    pub reason: String,
    pub at: Micros,
}
