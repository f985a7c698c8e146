//! Complaints and questions, as types; and how their rows are read.

use db::{Fault, Row};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

/// What a complaint is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// What a project tells is not true.
    Untrue,
    /// Money or goods were used for something else.
    Misuse,
    /// It does not tell what it must.
    Silent,
    /// People were pressed to give, or given a quota (慈善法 art. 32).
    Pressure,
    /// Somebody's private data or picture is shown.
    Private,
    /// A sign of fraud or of another offence.
    Fraud,
    /// This platform itself, its staff, its pages.
    Platform,
    Other,
}

impl Kind {
    pub const ALL: [Kind; 8] =
        [Kind::Untrue, Kind::Misuse, Kind::Silent, Kind::Pressure, Kind::Private, Kind::Fraud, Kind::Platform, Kind::Other];

    pub fn word(self) -> &'static str {
        match self {
            Kind::Untrue => "untrue",
            Kind::Misuse => "misuse",
            Kind::Silent => "silent",
            Kind::Pressure => "pressure",
            Kind::Private => "private",
            Kind::Fraud => "fraud",
            Kind::Platform => "platform",
            Kind::Other => "other",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// What came of a complaint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Unfounded,
    /// It was so, and has been put right.
    Corrected,
    /// The project was suspended or taken down.
    Suspended,
    /// Handed to the civil-affairs department or the police.
    Reported,
    /// Not a matter for this platform; the answer says who can help.
    Elsewhere,
}

impl Outcome {
    pub const ALL: [Outcome; 5] = [Outcome::Unfounded, Outcome::Corrected, Outcome::Suspended, Outcome::Reported, Outcome::Elsewhere];

    pub fn word(self) -> &'static str {
        match self {
            Outcome::Unfounded => "unfounded",
            Outcome::Corrected => "corrected",
            Outcome::Suspended => "suspended",
            Outcome::Reported => "reported",
            Outcome::Elsewhere => "elsewhere",
        }
    }

    pub fn from_word(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|o| o.word() == word)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Open,
    Answered,
    /// Whoever complained said that it is not solved; another person answers.
    Reopened,
    Closed,
}

impl State {
    pub fn from_word(word: &str) -> Option<State> {
        match word {
            "open" => Some(State::Open),
            "answered" => Some(State::Answered),
            "reopened" => Some(State::Reopened),
            "closed" => Some(State::Closed),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Answered => "answered",
            State::Reopened => "reopened",
            State::Closed => "closed",
        }
    }

    /// Somebody has to answer.
    pub fn waits(self) -> bool {
        matches!(self, State::Open | State::Reopened)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    pub id: Id,
    /// 0: about the platform itself.
    pub project_id: Id,
    pub kind: Kind,
    pub body: String,
    pub person_id: Id,
    pub contact: String,
    pub state: State,
    pub received_at: Micros,
    pub due_day: Day,
    pub first_answered_at: Option<Micros>,
    pub answer: String,
    pub outcome: Option<Outcome>,
    pub answered_by: Id,
    pub answered_at: Option<Micros>,
    /// What whoever complained says: solved or not.
    pub solved: Option<bool>,
    pub asked_charity_at: Option<Micros>,
    pub statement: String,
    pub statement_at: Option<Micros>,
}

impl Complaint {
    pub fn from_row(row: &Row) -> Result<Complaint, Fault> {
        let (kind, state) = (row.text("kind")?, row.text("state")?);
        let unknown = |what: &str, word: &str| Fault::inconsistent(format!("a complaint's {what} is {word}"));
        Ok(Complaint {
            id: row.int("id")?,
            project_id: row.int("project_id")?,
            kind: Kind::from_word(&kind).ok_or_else(|| unknown("kind", &kind))?,
            body: row.text("body")?,
            person_id: row.int("person_id")?,
            contact: row.text("contact")?,
            state: State::from_word(&state).ok_or_else(|| unknown("state", &state))?,
            received_at: row.int("received_at")?,
            due_day: row.int("due_day")?,
            first_answered_at: row.opt_int("first_answered_at")?,
            answer: row.text("answer")?,
            outcome: Outcome::from_word(&row.text("outcome")?),
            answered_by: row.int("answered_by")?,
            answered_at: row.opt_int("answered_at")?,
            solved: row.opt_int("solved")?.map(|s| s == 1),
            asked_charity_at: row.opt_int("asked_charity_at")?,
            statement: row.text("statement")?,
            statement_at: row.opt_int("statement_at")?,
        })
    }
}

/// A step of a complaint's life.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub step: String,
    pub person_id: Id,
    pub note: String,
    pub at: Micros,
}

/// How well complaints were answered; what everyone may see of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub received: i64,
    /// Answered for the first time no later than their day.
    pub in_time: i64,
    pub late: i64,
    /// Still without an answer, their day not over.
    pub waiting: i64,
    /// Still without an answer, their day over.
    pub overdue: i64,
    pub solved: i64,
    pub not_solved: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asking {
    Question,
    /// Copies of the files themselves.
    Copy,
}

impl Asking {
    pub fn word(self) -> &'static str {
        match self {
            Asking::Question => "question",
            Asking::Copy => "copy",
        }
    }

    pub fn from_word(word: &str) -> Option<Asking> {
        [Asking::Question, Asking::Copy].into_iter().find(|a| a.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub id: Id,
    pub project_id: Id,
    pub kind: Asking,
    pub body: String,
    pub is_public: bool,
    pub person_id: Id,
    pub asked_at: Micros,
    pub due_day: Day,
    pub answer: String,
    pub answered_at: Option<Micros>,
    pub hidden_reason: String,
    pub hidden_at: Option<Micros>,
}

impl Question {
    pub fn from_row(row: &Row) -> Result<Question, Fault> {
        let kind = row.text("kind")?;
        Ok(Question {
            id: row.int("id")?,
            project_id: row.int("project_id")?,
            kind: Asking::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("a question is of kind {kind}")))?,
            body: row.text("body")?,
            is_public: row.int("is_public")? == 1,
            person_id: row.int("person_id")?,
            asked_at: row.int("asked_at")?,
            due_day: row.int("due_day")?,
            answer: row.text("answer")?,
            answered_at: row.opt_int("answered_at")?,
            hidden_reason: row.text("hidden_reason")?,
            hidden_at: row.opt_int("hidden_at")?,
        })
    }
}
