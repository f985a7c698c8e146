//! Why the books do not take a transfer.

use crate::account::Account;
use crate::transfer::Code;
use money::Fen;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Id,
    Code,
    About,
    Debit,
    Credit,
    Amount,
}

/// A refusal, in the order in which the reasons are looked for: the first that holds is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Ids and amounts are positive.
    NotPositive { field: Field },
    /// The id is taken by a transfer with other content. Asking again with the same content is no refusal.
    ExistsWithDifferent { field: Field },
    /// A refund of, or a correction or decision about, something that is not in the books.
    Unknown { id: i64 },
    /// A refund must run exactly back along its gift: this id is no gift, or came by another channel or for
    /// another project.
    NotThatGift { id: i64 },
    /// All refunds of a gift together cannot exceed it.
    RefundExceedsGift { gift: i64, left: Fen },
    /// A redirect to the project that it comes from would move nothing.
    SameAccount,
    /// Gifts, refunds, corrections and redirects are not undone by a correction.
    NotCorrectable { id: i64, code: Code },
    /// What is pending or voided has moved nothing that could be undone.
    NotPosted { id: i64 },
    /// The correction does not mirror what it claims to undo.
    NotItsMirror { id: i64 },
    /// Undone already.
    AlreadyCorrected { id: i64 },
    /// Only a payout waits for a decision.
    NotAPayout { id: i64 },
    /// The payout was voided before; it can no longer be posted.
    AlreadyVoided { id: i64 },
    /// The payout was posted before; it can no longer be voided, only corrected.
    AlreadyPosted { id: i64 },
    /// The debited account has less than the amount available; what pending payouts hold is not available.
    Insufficient { account: Account, available: Fen },
    /// The balance would not fit. No honest amount gets here.
    TooLarge { account: Account },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NotPositive { field } => write!(f, "the {} is not positive", field.name()),
            Refused::ExistsWithDifferent { field } => {
                write!(f, "the id is taken by a transfer with a different {}", field.name())
            }
            Refused::Unknown { id } => write!(f, "{id} is not in the books"),
            Refused::NotThatGift { id } => {
                write!(f, "{id} is not a gift by this channel for this project")
            }
            Refused::RefundExceedsGift { gift, left } => {
                write!(f, "only {left} of gift {gift} is left to refund")
            }
            Refused::SameAccount => write!(f, "the money would stay where it is"),
            Refused::NotCorrectable { id, code } => {
                write!(f, "{id} is a {} and is not undone by a correction", code.name())
            }
            Refused::NotPosted { id } => {
                write!(f, "{id} is not posted, so there is nothing to undo")
            }
            Refused::NotItsMirror { id } => write!(f, "the correction does not mirror {id}"),
            Refused::AlreadyCorrected { id } => write!(f, "{id} has already been undone"),
            Refused::NotAPayout { id } => write!(f, "{id} is not a payout"),
            Refused::AlreadyVoided { id } => write!(f, "payout {id} was voided"),
            Refused::AlreadyPosted { id } => write!(f, "payout {id} was posted"),
            Refused::Insufficient { account, available } => {
                write!(f, "{account} has only {available} available")
            }
            Refused::TooLarge { account } => write!(f, "the balance of {account} would not fit"),
        }
    }
}

impl std::error::Error for Refused {}

impl Field {
    pub const fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::Code => "code",
            Field::About => "reference",
            Field::Debit => "debit account",
            Field::Credit => "credit account",
            Field::Amount => "amount",
        }
    }
}
