//! 财务披露 in its full shape: categories of cost, lines, money from elsewhere, the operator's review.

use db::{Fault, Row};

use crate::files::File;
use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::LineKind;

/// What a disclosure's figures are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flow {
    /// 平台用户捐款
    Gifts,
    /// Offline gifts that were entered, net of what was undone.
    Offline,
    /// 其他项目转入的剩余款项
    RedirectedIn,
    Expenses,
    /// Of expenses that an earlier disclosure told: what came back, below zero.
    Corrections,
    Refunds,
    /// 转给其他项目的剩余款项
    RedirectedOut,
}

impl Flow {
    pub const ALL: [Flow; 7] =
        [Flow::Gifts, Flow::Offline, Flow::RedirectedIn, Flow::Expenses, Flow::Corrections, Flow::Refunds, Flow::RedirectedOut];

    pub fn word(self) -> &'static str {
        match self {
            Flow::Gifts => "gifts",
            Flow::Offline => "offline",
            Flow::RedirectedIn => "redirected_in",
            Flow::Expenses => "expenses",
            Flow::Corrections => "corrections",
            Flow::Refunds => "refunds",
            Flow::RedirectedOut => "redirected_out",
        }
    }

    pub fn from_word(word: &str) -> Option<Flow> {
        Flow::ALL.into_iter().find(|f| f.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            Flow::Gifts => "disclosure-platform-gifts",
            Flow::Offline => "disclosure-offline",
            Flow::RedirectedIn => "disclosure-redirected-in",
            Flow::Expenses => "project-expense",
            Flow::Corrections => "disclosure-corrections-of-expenses",
            Flow::Refunds => "disclosure-refunds",
            Flow::RedirectedOut => "disclosure-redirected-out",
        }
    }

    pub fn is_income(self) -> bool {
        self <= Flow::RedirectedIn
    }
}

/// What a category was planned to cost, and has cost so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub category: LineKind,
    pub planned_fen: i64,
    pub spent_fen: i64,
}

/// What a person adds to the ledger's figures when they disclose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewDisclosure {
    /// 执行摘要
    pub summary: String,
    pub elsewhere: Elsewhere,
}

impl NewDisclosure {
    pub fn of(summary: &str) -> NewDisclosure {
        NewDisclosure { summary: summary.to_owned(), elsewhere: Elsewhere::default() }
    }
}

/// Money for the project that did not come through this platform, in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// 企业配捐
    pub matching_fen: i64,
    pub enterprise_fen: i64,
    pub offline_fen: i64,
    pub other_fen: i64,
    /// What the other income was; needed when there was some.
    pub other_words: String,
    pub expense_fen: i64,
    /// What it was spent on; needed when some was.
    pub expense_words: String,
}

impl Elsewhere {
    pub fn income_fen(&self) -> i64 {
        self.matching_fen + self.enterprise_fen + self.offline_fen + self.other_fen
    }

    pub fn from_row(row: &Row) -> Result<Elsewhere, Fault> {
        Ok(Elsewhere {
            matching_fen: row.int("matching_fen")?,
            enterprise_fen: row.int("enterprise_fen")?,
            offline_fen: row.int("offline_fen")?,
            other_fen: row.int("other_fen")?,
            other_words: row.text("other_words")?,
            expense_fen: row.int("expense_fen")?,
            expense_words: row.text("expense_words")?,
        })
    }
}

/// An expense as a line of a disclosure.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpenseLine {
    pub expense_id: Id,
    pub category: LineKind,
    pub item: String,
    pub english_item: String,
    pub content: String,
    pub unit: String,
    pub quantity: i64,
    pub unit_price_fen: i64,
    pub amount_fen: i64,
    pub invoice_number: String,
    /// The invoice itself, where the charity shows it to everyone.
    pub invoice: Option<Id>,
    pub spent_day: Day,
}

impl ExpenseLine {
    pub fn from_row(row: &Row) -> Result<ExpenseLine, Fault> {
        Ok(ExpenseLine {
            expense_id: row.int("id")?,
            category: super::read_word(row, "category", LineKind::from_word)?,
            item: row.text("item")?,
            english_item: row.text("english_item")?,
            content: row.text("description")?,
            unit: row.text("unit")?,
            quantity: row.int("quantity")?,
            unit_price_fen: row.int("unit_price_fen")?,
            amount_fen: row.int("amount_fen")?,
            invoice_number: row.text("invoice_number")?,
            invoice: row.opt_int("invoice")?,
            spent_day: row.int("spent_day")?,
        })
    }
}

/// What the operator has said of a disclosure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    /// 审核中: nobody has looked, or it was corrected since it was returned.
    Waiting,
    /// 通过
    Passed { at: Micros },
    /// 退回: the reasons stand beside it until it is corrected.
    Returned { at: Micros, reason: String },
}

impl Review {
    /// The message that names it.
    pub fn key(&self) -> &'static str {
        match self {
            Review::Waiting => "disclosure-review-waiting",
            Review::Passed { .. } => "disclosure-review-passed",
            Review::Returned { .. } => "disclosure-review-returned",
        }
    }

    pub fn tone(&self) -> ui::Tone {
        match self {
            Review::Waiting => ui::Tone::Info,
            Review::Passed { .. } => ui::Tone::Good,
            Review::Returned { .. } => ui::Tone::Warn,
        }
    }
}

/// Everything a disclosure says beside its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Particulars {
    /// What the figures are made of.
    pub flows: Vec<(Flow, i64)>,
    pub lines: Vec<ExpenseLine>,
    /// With the balance before and after; nothing: no money from elsewhere was ever stated.
    pub elsewhere: Option<(i64, Elsewhere, i64)>,
    pub files: Vec<File>,
    pub review: Review,
    /// By category, to the end of this period.
    pub costs: Vec<Cost>,
    /// Of the project's budget, to the end of this period.
    pub spent_fen: i64,
    pub budget_fen: i64,
}
