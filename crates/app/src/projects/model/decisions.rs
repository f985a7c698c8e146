//! What is decided about a project after it was submitted, and what donors are told of it.

use db::{Fault, Row};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::plan::Snapshot;
use super::read_word;

/// What the operator decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecisionKind {
    Suspended,
    Resumed,
    TakenDown,
    /// To the civil-affairs department.
    Reported,
    /// A charity's request for suspension was declined.
    RequestRefused,
}

impl DecisionKind {
    pub fn word(self) -> &'static str {
        match self {
            DecisionKind::Suspended => "suspended",
            DecisionKind::Resumed => "resumed",
            DecisionKind::TakenDown => "taken_down",
            DecisionKind::Reported => "reported",
            DecisionKind::RequestRefused => "request_refused",
        }
    }

    pub fn from_word(word: &str) -> Option<DecisionKind> {
        use DecisionKind::*;
        [Suspended, Resumed, TakenDown, Reported, RequestRefused].into_iter().find(|k| k.word() == word)
    }

    /// Whether it says if the project goes on.
    pub fn holds(self) -> bool {
        matches!(self, DecisionKind::Suspended | DecisionKind::Resumed | DecisionKind::TakenDown)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            DecisionKind::Suspended => "project-decision-suspended",
            DecisionKind::Resumed => "project-decision-resumed",
            DecisionKind::TakenDown => "project-decision-taken-down",
            DecisionKind::Reported => "project-decision-reported",
            DecisionKind::RequestRefused => "project-decision-request-refused",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub id: Id,
    pub kind: DecisionKind,
    pub reason: String,
    pub authority: String,
    pub made_at: Micros,
}

impl Decision {
    pub fn from_row(row: &Row) -> Result<Decision, Fault> {
        Ok(Decision {
            id: row.int("id")?,
            kind: read_word(row, "kind", DecisionKind::from_word)?,
            reason: row.text("reason")?,
            authority: row.text("authority")?,
            made_at: row.int("made_at")?,
        })
    }
}

/// What donors are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoticeKind {
    Suspended,
    Resumed,
    TakenDown,
    /// A change was announced.
    Change,
    Changed,
    /// An announced change or redirection could not take effect.
    Lapsed,
    Redirect,
    Redirected,
    Closed,
}

impl NoticeKind {
    pub fn word(self) -> &'static str {
        match self {
            NoticeKind::Suspended => "suspended",
            NoticeKind::Resumed => "resumed",
            NoticeKind::TakenDown => "taken_down",
            NoticeKind::Change => "change",
            NoticeKind::Changed => "changed",
            NoticeKind::Lapsed => "lapsed",
            NoticeKind::Redirect => "redirect",
            NoticeKind::Redirected => "redirected",
            NoticeKind::Closed => "closed",
        }
    }

    pub fn from_word(word: &str) -> Option<NoticeKind> {
        use NoticeKind::*;
        [Suspended, Resumed, TakenDown, Change, Changed, Lapsed, Redirect, Redirected, Closed].into_iter().find(|k| k.word() == word)
    }

    /// The message that names it on pages.
    pub fn key(self) -> &'static str {
        match self {
            NoticeKind::Suspended => "project-notice-suspended",
            NoticeKind::Resumed => "project-notice-resumed",
            NoticeKind::TakenDown => "project-notice-taken-down",
            NoticeKind::Change => "project-notice-change",
            NoticeKind::Changed => "project-notice-changed",
            NoticeKind::Lapsed => "project-notice-lapsed",
            NoticeKind::Redirect => "project-notice-redirect",
            NoticeKind::Redirected => "project-notice-redirected",
            NoticeKind::Closed => "project-notice-closed",
        }
    }

    /// The message that a donor finds among their notices.
    pub fn notice(self) -> &'static str {
        match self {
            NoticeKind::Suspended => "notice-project-suspended",
            NoticeKind::Resumed => "notice-project-resumed",
            NoticeKind::TakenDown => "notice-project-taken-down",
            NoticeKind::Change => "notice-project-change",
            NoticeKind::Changed => "notice-project-changed",
            NoticeKind::Lapsed => "notice-project-lapsed",
            NoticeKind::Redirect => "notice-project-redirect",
            NoticeKind::Redirected => "notice-project-redirected",
            NoticeKind::Closed => "notice-project-closed",
        }
    }
}

/// Something that donors of a project are told; everyone sees it on the project's page.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectNotice {
    pub id: Id,
    pub project_id: Id,
    pub kind: NoticeKind,
    pub words: String,
    pub link: String,
    pub made_at: Micros,
}

impl ProjectNotice {
    pub fn from_row(row: &Row) -> Result<ProjectNotice, Fault> {
        Ok(ProjectNotice {
            id: row.int("id")?,
            project_id: row.int("project_id")?,
            kind: read_word(row, "kind", NoticeKind::from_word)?,
            words: row.text("words")?,
            link: row.text("link")?,
            made_at: row.int("made_at")?,
        })
    }
}

/// How far a change of a published project is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeState {
    Requested,
    Refused,
    /// Donors are being told; it takes effect on a day that is named.
    Announced,
    Effective,
    /// On its day it no longer fitted what had been spent meanwhile.
    Lapsed,
}

impl ChangeState {
    pub fn word(self) -> &'static str {
        match self {
            ChangeState::Requested => "requested",
            ChangeState::Refused => "refused",
            ChangeState::Announced => "announced",
            ChangeState::Effective => "effective",
            ChangeState::Lapsed => "lapsed",
        }
    }

    pub fn from_word(word: &str) -> Option<ChangeState> {
        use ChangeState::*;
        [Requested, Refused, Announced, Effective, Lapsed].into_iter().find(|s| s.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            ChangeState::Requested => "project-change-requested",
            ChangeState::Refused => "project-change-refused",
            ChangeState::Announced => "project-change-announced",
            ChangeState::Effective => "project-change-effective",
            ChangeState::Lapsed => "project-change-lapsed",
        }
    }

    pub fn is_public(self) -> bool {
        matches!(self, ChangeState::Announced | ChangeState::Effective | ChangeState::Lapsed)
    }
}

/// A change of use, budget, period or beneficiaries (慈善法 art. 56).
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub id: Id,
    pub project_id: Id,
    pub state: ChangeState,
    pub reason: String,
    pub filing_number: String,
    pub filed_day: Day,
    pub after: Snapshot,
    pub before: Snapshot,
    pub asked_by: Id,
    pub asked_at: Micros,
    pub answer: String,
    pub effective_day: Day,
}

impl Change {
    pub fn from_row(row: &Row) -> Result<Change, Fault> {
        let read = |column: &str| -> Result<Snapshot, Fault> {
            serde_json::from_str(&row.text(column)?)
                .map_err(|error| Fault::inconsistent(format!("a change of a project cannot be read: {error}")))
        };
        Ok(Change {
            id: row.int("id")?,
            project_id: row.int("project_id")?,
            state: read_word(row, "state", ChangeState::from_word)?,
            reason: row.text("reason")?,
            filing_number: row.text("filing_number")?,
            filed_day: row.int("filed_day")?,
            after: read("body")?,
            before: read("before_body")?,
            asked_by: row.int("asked_by")?,
            asked_at: row.int("asked_at")?,
            answer: row.text("answer")?,
            effective_day: row.int("effective_day")?,
        })
    }
}
