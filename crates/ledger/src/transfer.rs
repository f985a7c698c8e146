//! The posting templates: one function for each kind of fact, and the transfer each makes.

use crate::account::Account;
use crate::refused::{Field, Refused};
use money::Fen;

/// The kind of fact behind a transfer. The numbers are stored and kept for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    Gift,
    Refund,
    Payout,
    Expense,
    PayoutReturn,
    Correction,
    OfflineGift,
    Redirect,
}

impl Code {
    pub const ALL: [Code; 8] =
        [Code::Gift, Code::Refund, Code::Payout, Code::Expense, Code::PayoutReturn, Code::Correction, Code::OfflineGift, Code::Redirect];

    pub const fn number(self) -> i64 {
        match self {
            Code::Gift => 1,
            Code::Refund => 2,
            Code::Payout => 3,
            Code::Expense => 4,
            Code::PayoutReturn => 5,
            Code::Correction => 6,
            Code::OfflineGift => 7,
            Code::Redirect => 8,
        }
    }

    pub const fn from_number(number: i64) -> Option<Code> {
        match number {
            1 => Some(Code::Gift),
            2 => Some(Code::Refund),
            3 => Some(Code::Payout),
            4 => Some(Code::Expense),
            5 => Some(Code::PayoutReturn),
            6 => Some(Code::Correction),
            7 => Some(Code::OfflineGift),
            8 => Some(Code::Redirect),
            _ => None,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Code::Gift => "gift",
            Code::Refund => "refund",
            Code::Payout => "payout",
            Code::Expense => "expense",
            Code::PayoutReturn => "payout_return",
            Code::Correction => "correction",
            Code::OfflineGift => "offline_gift",
            Code::Redirect => "redirect",
        }
    }
}

/// One movement of money. It can only be made by a template, so its accounts always fit its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    id: i64,
    code: Code,
    debit: Account,
    credit: Account,
    amount: Fen,
    about: Option<i64>,
}

/// One side of a transfer, as a row of the view `postings`: credit positive, debit negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub code: Code,
    pub fact_id: i64,
    pub account: Account,
    pub amount_fen: Fen,
}

impl Transfer {
    pub const fn id(&self) -> i64 {
        self.id
    }

    pub const fn code(&self) -> Code {
        self.code
    }

    /// The account the money leaves.
    pub const fn debit(&self) -> Account {
        self.debit
    }

    /// The account the money reaches.
    pub const fn credit(&self) -> Account {
        self.credit
    }

    /// Always positive.
    pub const fn amount(&self) -> Fen {
        self.amount
    }

    /// The gift that a refund gives back, or the fact that a correction undoes.
    pub const fn about(&self) -> Option<i64> {
        self.about
    }

    /// The two postings. They add up to zero.
    pub fn postings(&self) -> [Posting; 2] {
        let posting = |account, amount_fen| Posting { code: self.code, fact_id: self.id, account, amount_fen };
        // A positive amount always has a negative counterpart.
        [posting(self.debit, Fen(-self.amount.0)), posting(self.credit, self.amount)]
    }

    /// Which content differs from `other`, most telling first; `None` when they say the same.
    pub(crate) fn differs_in(&self, other: &Transfer) -> Option<Field> {
        if self.code != other.code {
            Some(Field::Code)
        } else if self.about != other.about {
            Some(Field::About)
        } else if self.debit != other.debit {
            Some(Field::Debit)
        } else if self.credit != other.credit {
            Some(Field::Credit)
        } else if self.amount != other.amount {
            Some(Field::Amount)
        } else {
            None
        }
    }
}

/// A gift confirmed by the channel: it reached the charity's channel account and is for this project.
pub fn gift(id: i64, organisation: i64, project: i64, amount: Fen) -> Result<Transfer, Refused> {
    let debit = Account::Channel { organisation };
    transfer(id, Code::Gift, debit, Account::Project { project }, amount, None)
}

/// Part or all of one gift, given back through the channel it came by.
pub fn refund(id: i64, gift_id: i64, organisation: i64, project: i64, amount: Fen) -> Result<Transfer, Refused> {
    let debit = Account::Project { project };
    transfer(id, Code::Refund, debit, Account::Channel { organisation }, amount, Some(gift_id))
}

/// A payout to the implementer. It is pending from the request on, and posted by the second approval.
pub fn payout(id: i64, project: i64, amount: Fen) -> Result<Transfer, Refused> {
    transfer(id, Code::Payout, Account::Project { project }, Account::Implementer { project }, amount, None)
}

/// An expense the implementer has accounted for under a budget line.
pub fn expense(id: i64, project: i64, budget_line: i64, amount: Fen) -> Result<Transfer, Refused> {
    let debit = Account::Implementer { project };
    transfer(id, Code::Expense, debit, Account::Spent { budget_line }, amount, None)
}

/// Money the implementer did not use and returned to the charity.
pub fn payout_return(id: i64, project: i64, amount: Fen) -> Result<Transfer, Refused> {
    let debit = Account::Implementer { project };
    transfer(id, Code::PayoutReturn, debit, Account::Project { project }, amount, None)
}

/// A gift that reached the charity outside the channel (bank transfer, cheque, cash) and is for this project.
pub fn offline_gift(id: i64, organisation: i64, project: i64, amount: Fen) -> Result<Transfer, Refused> {
    let debit = Account::OwnAccount { organisation };
    transfer(id, Code::OfflineGift, debit, Account::Project { project }, amount, None)
}

/// What one project left over, used for another with a like purpose (慈善法 art. 58). It is undone by redirecting it back.
pub fn redirect(id: i64, from: i64, to: i64, amount: Fen) -> Result<Transfer, Refused> {
    let (debit, credit) = (Account::Project { project: from }, Account::Project { project: to });
    let made = transfer(id, Code::Redirect, debit, credit, amount, None)?;
    if from == to { Err(Refused::SameAccount) } else { Ok(made) }
}

/// Undoes a payout, an expense, a return or an offline gift (a cheque that bounced) that was written wrongly; what is
/// right is then written as a new fact. Gifts and refunds are the channel's facts and cannot be undone in our books
/// alone: a gift is given back by a refund.
pub fn correction(id: i64, wrong: &Transfer) -> Result<Transfer, Refused> {
    match wrong.code {
        Code::Payout | Code::Expense | Code::PayoutReturn | Code::OfflineGift => {
            transfer(id, Code::Correction, wrong.credit, wrong.debit, wrong.amount, Some(wrong.id))
        }
        Code::Gift | Code::Refund | Code::Correction | Code::Redirect => Err(Refused::NotCorrectable { id: wrong.id, code: wrong.code }),
    }
}

fn transfer(id: i64, code: Code, debit: Account, credit: Account, amount: Fen, about: Option<i64>) -> Result<Transfer, Refused> {
    let positive = [
        (id, Field::Id),
        (about.unwrap_or(1), Field::About),
        (debit.owner(), Field::Debit),
        (credit.owner(), Field::Credit),
        (amount.0, Field::Amount),
    ];
    match positive.into_iter().find(|(value, _)| *value <= 0) {
        Some((_, field)) => Err(Refused::NotPositive { field }),
        None => Ok(Transfer { id, code, debit, credit, amount, about }),
    }
}
