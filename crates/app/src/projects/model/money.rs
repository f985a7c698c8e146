//! What happens to a project's money after it was given: payouts, expenses, and what is disclosed about them.

use db::{Fault, Row};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

/// 财务披露 of a period, both days included, without its author.
#[derive(Clone, Debug, PartialEq)]
pub struct Disclosure {
    pub id: Id,
    pub from_day: Day,
    pub until_day: Day,
    pub opening_fen: i64,
    pub income_fen: i64,
    pub expense_fen: i64,
    pub closing_fen: i64,
    pub summary: String,
    pub published_at: Micros,
}

impl Disclosure {
    pub fn from_row(row: &Row) -> Result<Disclosure, Fault> {
        Ok(Disclosure {
            id: row.int("id")?,
            from_day: row.int("from_day")?,
            until_day: row.int("until_day")?,
            opening_fen: row.int("opening_fen")?,
            income_fen: row.int("income_fen")?,
            expense_fen: row.int("expense_fen")?,
            closing_fen: row.int("closing_fen")?,
            summary: row.text("summary")?,
            published_at: row.int("published_at")?,
        })
    }
}

/// 拨款. The request is for ever; what became of it is its state.
#[derive(Clone, Debug, PartialEq)]
pub struct Payout {
    pub id: Id,
    pub project_id: Id,
    pub amount_fen: i64,
    pub purpose: String,
    pub requested_by: Id,
    pub requested_at: Micros,
    pub state: PayoutState,
}

/// A person's decision and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand {
    pub person_id: Id,
    pub at: Micros,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PayoutState {
    Requested,
    ApprovedOnce { first: Hand },
    Paid { first: Hand, second: Hand },
    Refused { by: Hand, reason: String },
}

impl PayoutState {
    /// The message that names it.
    pub fn key(&self) -> &'static str {
        match self {
            PayoutState::Requested => "project-payout-requested",
            PayoutState::ApprovedOnce { .. } => "project-payout-approved-once",
            PayoutState::Paid { .. } => "project-payout-paid",
            PayoutState::Refused { .. } => "project-payout-refused",
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self, PayoutState::Requested | PayoutState::ApprovedOnce { .. })
    }
}

impl Payout {
    pub fn from_row(row: &Row) -> Result<Payout, Fault> {
        let hand = |by: &str, at: &str| -> Result<Hand, Fault> { Ok(Hand { person_id: row.int(by)?, at: row.int(at)? }) };
        let state = match row.text("state")?.as_str() {
            "requested" => PayoutState::Requested,
            "approved_once" => PayoutState::ApprovedOnce { first: hand("first_by", "first_at")? },
            "paid" => PayoutState::Paid { first: hand("first_by", "first_at")?, second: hand("second_by", "second_at")? },
            "refused" => PayoutState::Refused { by: hand("refused_by", "refused_at")?, reason: row.text("reason")? },
            other => return Err(Fault::inconsistent(format!("a payout is {other}, which nobody knows"))),
        };
        Ok(Payout {
            id: row.int("id")?,
            project_id: row.int("project_id")?,
            amount_fen: row.int("amount_fen")?,
            purpose: row.text("purpose")?,
            requested_by: row.int("requested_by")?,
            requested_at: row.int("requested_at")?,
            state,
        })
    }
}

/// An expense that is asked to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewExpense {
    pub budget_line_id: Id,
    pub quantity: i64,
    pub unit_price_fen: i64,
    pub description: String,
    pub invoice_number: String,
    pub spent_day: Day,
}

/// 支出 on a budget line, without who recorded it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expense {
    pub id: Id,
    pub item: String,
    pub english_item: String,
    pub unit: String,
    pub quantity: i64,
    pub unit_price_fen: i64,
    pub amount_fen: i64,
    pub description: String,
    pub invoice_number: String,
    pub spent_day: Day,
    pub recorded_at: Micros,
    /// A correction has undone it; it stays in the list.
    pub undone: bool,
}

impl Expense {
    pub fn from_row(row: &Row) -> Result<Expense, Fault> {
        Ok(Expense {
            id: row.int("id")?,
            item: row.text("item")?,
            english_item: row.text("english_item")?,
            unit: row.text("unit")?,
            quantity: row.int("quantity")?,
            unit_price_fen: row.int("unit_price_fen")?,
            amount_fen: row.int("amount_fen")?,
            description: row.text("description")?,
            invoice_number: row.text("invoice_number")?,
            spent_day: row.int("spent_day")?,
            recorded_at: row.int("recorded_at")?,
            undone: row.opt_int("undone_at")?.is_some(),
        })
    }
}

/// The figures of a disclosure. They come from the ledger; a person adds only the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub from_day: Day,
    pub until_day: Day,
    pub opening_fen: i64,
    pub income_fen: i64,
    pub expense_fen: i64,
    pub closing_fen: i64,
}
