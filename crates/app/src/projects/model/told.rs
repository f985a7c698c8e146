//! What a project tells in words: progress, corrections that stand beside it, and what became of leftovers.

use db::{Fault, Row};

use crate::files::File;
use crate::kernel::{Id, Micros};

/// 项目进展, without its author.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgressPost {
    pub id: Id,
    pub title: String,
    pub body: String,
    pub published_at: Micros,
    /// What makes it a report; a post without it is news and meets no clock.
    pub execution: Option<Execution>,
    /// The ledger's: expenses posted after the report before this one, until this one.
    pub spent_fen: i64,
    pub photographs: Vec<File>,
    pub corrections: Vec<Correction>,
}

impl ProgressPost {
    pub fn from_row(row: &Row) -> Result<ProgressPost, Fault> {
        let execution = match row.opt_text("done")? {
            Some(done) => Some(Execution {
                done,
                reached: row.opt_int("reached")?.unwrap_or(0),
                reached_unit: row.opt_text("reached_unit")?.unwrap_or_default(),
                next_step: row.opt_text("next_step")?.unwrap_or_default(),
            }),
            None => None,
        };
        Ok(ProgressPost {
            id: row.int("id")?,
            title: row.text("title")?,
            body: row.text("body")?,
            published_at: row.int("published_at")?,
            execution,
            spent_fen: row.opt_int("spent_fen")?.unwrap_or(0),
            photographs: Vec::new(),
            corrections: Vec::new(),
        })
    }
}

/// 执行情况: what was done and for how many; with which money is the ledger's to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Execution {
    pub done: String,
    pub reached: i64,
    /// 人, 户, 所 …
    pub reached_unit: String,
    /// May be empty.
    pub next_step: String,
}

/// A post as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewProgress {
    pub title: String,
    pub body: String,
    /// Nothing: it is news.
    pub execution: Option<Execution>,
}

/// The words of a post in the form in which they are hashed.
pub fn progress_text(title: &str, body: &str, execution: Option<&Execution>) -> String {
    match execution {
        Some(e) => format!("{title}\n{body}\n{}\n{}\n{}\n{}", e.done, e.reached, e.reached_unit, e.next_step),
        None => format!("{title}\n{body}"),
    }
}

/// What a correction can stand beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    Progress,
    Disclosure,
    Expense,
    Leftovers,
    /// The one that is public.
    ClosingReport,
    /// A correction that was wrong itself.
    Correction,
}

impl Thing {
    pub const ALL: [Thing; 6] =
        [Thing::Progress, Thing::Disclosure, Thing::Expense, Thing::Leftovers, Thing::ClosingReport, Thing::Correction];

    pub fn word(self) -> &'static str {
        match self {
            Thing::Progress => "progress",
            Thing::Disclosure => "disclosure",
            Thing::Expense => "expense",
            Thing::Leftovers => "leftovers",
            Thing::ClosingReport => "closing_report",
            Thing::Correction => "correction",
        }
    }

    pub fn from_word(word: &str) -> Option<Thing> {
        Thing::ALL.into_iter().find(|t| t.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            Thing::Progress => "disclosure-thing-progress",
            Thing::Disclosure => "disclosure-thing-disclosure",
            Thing::Expense => "disclosure-thing-expense",
            Thing::Leftovers => "disclosure-thing-leftovers",
            Thing::ClosingReport => "project-closing-report",
            Thing::Correction => "disclosure-thing-correction",
        }
    }

    /// Where it stands for ever, below its project.
    pub fn path(self, project_id: Id, id: Id) -> String {
        let part = match self {
            Thing::Progress => "progress",
            Thing::Disclosure => "disclosures",
            Thing::Expense => "expenses",
            Thing::Leftovers => "leftovers",
            // A project has one.
            Thing::ClosingReport => return format!("/projects/{project_id}/closing-report"),
            Thing::Correction => "corrections",
        };
        format!("/projects/{project_id}/{part}/{id}")
    }
}

/// 更正: a published note beside what it corrects, without the person who wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    pub id: Id,
    pub thing: Thing,
    pub thing_id: Id,
    pub was_wrong: String,
    pub is_right: String,
    pub organisation_id: Id,
    pub original_sha256: Vec<u8>,
    pub sha256: Vec<u8>,
    pub published_at: Micros,
}

impl Correction {
    pub fn from_row(row: &Row) -> Result<Correction, Fault> {
        Ok(Correction {
            id: row.int("id")?,
            thing: super::read_word(row, "thing", Thing::from_word)?,
            thing_id: row.int("thing_id")?,
            was_wrong: row.text("was_wrong")?,
            is_right: row.text("is_right")?,
            organisation_id: row.int("organisation_id")?,
            original_sha256: row.blob("original_sha256")?,
            sha256: row.blob("sha256")?,
            published_at: row.int("published_at")?,
        })
    }

    /// The words of a note in the form in which they are hashed.
    pub fn text(was_wrong: &str, is_right: &str) -> String {
        format!("{was_wrong}\n{is_right}")
    }
}

/// 剩余财产处理情况: what became of the money that was left.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftoverStatement {
    pub id: Id,
    pub amount_fen: i64,
    pub body: String,
    pub published_at: Micros,
}

impl LeftoverStatement {
    pub fn from_row(row: &Row) -> Result<LeftoverStatement, Fault> {
        Ok(LeftoverStatement {
            id: row.int("id")?,
            amount_fen: row.int("amount_fen")?,
            body: row.text("body")?,
            published_at: row.int("published_at")?,
        })
    }
}
