//! How a project ends: its closing report, and where its leftovers go.

use db::{Fault, Row};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::read_word;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportState {
    Submitted,
    Returned,
    Published,
}

impl ReportState {
    pub fn word(self) -> &'static str {
        match self {
            ReportState::Submitted => "submitted",
            ReportState::Returned => "returned",
            ReportState::Published => "published",
        }
    }

    pub fn from_word(word: &str) -> Option<ReportState> {
        [ReportState::Submitted, ReportState::Returned, ReportState::Published].into_iter().find(|s| s.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            ReportState::Submitted => "project-closing-submitted",
            ReportState::Returned => "project-closing-returned",
            ReportState::Published => "project-closing-published",
        }
    }
}

/// 结项报告: what came of the plan, in the charity's words; the money beside it is the ledger's.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosingReport {
    pub id: Id,
    pub project_id: Id,
    pub state: ReportState,
    pub results: String,
    pub indicators: String,
    pub beneficiaries: i64,
    pub leftovers: String,
    pub asked_at: Micros,
    pub answer: String,
    pub decided_at: Option<Micros>,
}

impl ClosingReport {
    pub fn from_row(row: &Row) -> Result<ClosingReport, Fault> {
        Ok(ClosingReport {
            id: row.int("id")?,
            project_id: row.int("project_id")?,
            state: read_word(row, "state", ReportState::from_word)?,
            results: row.text("results")?,
            indicators: row.text("indicators")?,
            beneficiaries: row.int("beneficiaries")?,
            leftovers: row.text("leftovers")?,
            asked_at: row.int("asked_at")?,
            answer: row.text("answer")?,
            decided_at: row.opt_int("decided_at")?,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RedirectState {
    Requested,
    Refused,
    /// Two people agree; donors are being told.
    Announced,
    Posted,
    /// On its day the money or the other project was no longer there for it.
    Lapsed,
}

impl RedirectState {
    pub fn word(self) -> &'static str {
        match self {
            RedirectState::Requested => "requested",
            RedirectState::Refused => "refused",
            RedirectState::Announced => "announced",
            RedirectState::Posted => "posted",
            RedirectState::Lapsed => "lapsed",
        }
    }

    pub fn from_word(word: &str) -> Option<RedirectState> {
        use RedirectState::*;
        [Requested, Refused, Announced, Posted, Lapsed].into_iter().find(|s| s.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            RedirectState::Requested => "project-redirect-requested",
            RedirectState::Refused => "project-redirect-refused",
            RedirectState::Announced => "project-redirect-announced",
            RedirectState::Posted => "project-redirect-posted",
            RedirectState::Lapsed => "project-redirect-lapsed",
        }
    }

    pub fn is_public(self) -> bool {
        matches!(self, RedirectState::Announced | RedirectState::Posted | RedirectState::Lapsed)
    }
}

/// Leftovers that go to another project of the same recipient, of the same or a similar purpose (慈善法 art. 58).
#[derive(Clone, Debug, PartialEq)]
pub struct Redirect {
    pub id: Id,
    pub from_id: Id,
    pub to_id: Id,
    pub amount_fen: i64,
    pub reason: String,
    pub state: RedirectState,
    pub asked_by: Id,
    pub asked_at: Micros,
    pub answer: String,
    pub effective_day: Day,
    /// The names of the two projects, for pages.
    pub from_title: String,
    pub to_title: String,
}

impl Redirect {
    pub fn from_row(row: &Row) -> Result<Redirect, Fault> {
        Ok(Redirect {
            id: row.int("id")?,
            from_id: row.int("from_id")?,
            to_id: row.int("to_id")?,
            amount_fen: row.int("amount_fen")?,
            reason: row.text("reason")?,
            state: read_word(row, "state", RedirectState::from_word)?,
            asked_by: row.int("asked_by")?,
            asked_at: row.int("asked_at")?,
            answer: row.text("answer")?,
            effective_day: row.int("effective_day")?,
            from_title: row.text("from_title")?,
            to_title: row.text("to_title")?,
        })
    }
}
