//! A project and what belongs to it, as types; and how their rows are read.

mod closing;
mod decisions;
mod finance;
mod money;
mod plan;
mod reversal;
mod shown;
mod told;

pub use closing::{ClosingReport, Redirect, RedirectState, ReportState};
pub use decisions::{Change, ChangeState, Decision, DecisionKind, NoticeKind, ProjectNotice};
pub use finance::{Cost, Elsewhere, ExpenseLine, Flow, NewDisclosure, Particulars, Review};
pub use money::{Disclosure, Expense, Figures, Hand, NewExpense, Payout, PayoutState};
pub use plan::{CostNote, Hold, LineKind, NamedPaper, Node, PLAN_TEXTS, Paper, PaperKind, Plan, PlanText, ProjectKind, Snapshot, Version};
pub use reversal::{Correctable, PublicReversal, Reversal, ReversalState, What};
pub use shown::{
    Accepting, CalmerFacts, CalmerLine, Due, ExpensePart, Filter, LastDisclosure, LastProgress, NEVER, PayoutPart, ProjectCardData,
    RedirectPart, RefundPart, Report, Sort, Whereabouts,
};

pub use told::{Correction, Execution, LeftoverStatement, NewProgress, ProgressPost, Thing, progress_text};

use db::{Fault, Row};
use serde::{Deserialize, Serialize};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

/// One of the five fields of the platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Poverty,
    Education,
    Health,
    SpecialCare,
    Ecology,
}

impl Field {
    pub const ALL: [Field; 5] = [Field::Poverty, Field::Education, Field::Health, Field::SpecialCare, Field::Ecology];

    pub fn word(self) -> &'static str {
        match self {
            Field::Poverty => "poverty",
            Field::Education => "education",
            Field::Health => "health",
            Field::SpecialCare => "special_care",
            Field::Ecology => "ecology",
        }
    }

    pub fn from_word(word: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|f| f.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            Field::Poverty => "project-field-poverty",
            Field::Education => "project-field-education",
            Field::Health => "project-field-health",
            Field::SpecialCare => "project-field-special-care",
            Field::Ecology => "project-field-ecology",
        }
    }

    /// Its colours and picture.
    pub fn look(self) -> ui::ProjectField {
        match self {
            Field::Poverty => ui::ProjectField::Relief,
            Field::Education => ui::ProjectField::Education,
            Field::Health => ui::ProjectField::Health,
            Field::SpecialCare => ui::ProjectField::SpecialCare,
            Field::Ecology => ui::ProjectField::Ecology,
        }
    }
}

/// Where a project is in its life. Which step leads where is decided by `rules::Step`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum State {
    Draft,
    Submitted,
    Reviewed,
    /// Public and raising funds.
    Published,
    FundraisingEnded,
    Executing,
    Closed,
}

impl State {
    pub const ALL: [State; 7] =
        [State::Draft, State::Submitted, State::Reviewed, State::Published, State::FundraisingEnded, State::Executing, State::Closed];

    pub fn word(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Submitted => "submitted",
            State::Reviewed => "reviewed",
            State::Published => "published",
            State::FundraisingEnded => "fundraising_ended",
            State::Executing => "executing",
            State::Closed => "closed",
        }
    }

    pub fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            State::Draft => "project-state-draft",
            State::Submitted => "project-state-submitted",
            State::Reviewed => "project-state-reviewed",
            State::Published => "project-state-published",
            State::FundraisingEnded => "project-state-fundraising-ended",
            State::Executing => "project-state-executing",
            State::Closed => "project-state-closed",
        }
    }

    /// Everyone can see it.
    pub fn is_public(self) -> bool {
        self >= State::Published
    }

    /// Money may leave its account: from publication until it is closed, since long projects are carried out while they raise.
    pub fn is_running(self) -> bool {
        self.is_public() && self != State::Closed
    }
}

/// A project as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    pub id: Id,
    pub state: State,
    /// Grows with every change; whoever changes says which one they saw.
    pub version: i64,
    pub title: String,
    pub english_title: String,
    pub summary: String,
    pub english_summary: String,
    pub story: String,
    pub field: Field,
    pub area_code: String,
    /// 对象: for whom.
    pub object: String,
    /// 服务: what is done for them.
    pub service: String,
    /// 发起机构
    pub launcher_id: Id,
    /// 公募接收机构
    pub recipient_id: Id,
    /// 执行机构
    pub implementer_id: Id,
    pub filing_number: String,
    pub goal_fen: i64,
    /// First and last day of fundraising; 0 while a draft does not say.
    pub starts_day: Day,
    pub ends_day: Day,
    /// Which clocks run.
    pub kind: ProjectKind,
    /// The day on which the plan was filed; 0 while nobody has said.
    pub filed_day: Day,
    /// Whether the operator has stopped it.
    pub hold: Hold,
    pub curated_at: Option<Micros>,
    pub last_progress_at: Option<Micros>,
    /// When the next report is due; `NEVER` when none is.
    pub due_day: Day,
    pub created_by: Id,
    /// 立项时间
    pub created_at: Micros,
    pub submitted_at: Option<Micros>,
    pub reviewed_at: Option<Micros>,
    pub published_at: Option<Micros>,
    pub fundraising_ended_at: Option<Micros>,
    pub executing_at: Option<Micros>,
    pub closed_at: Option<Micros>,
}

impl Project {
    pub fn from_row(row: &Row) -> Result<Project, Fault> {
        Ok(Project {
            id: row.int("id")?,
            state: read_word(row, "state", State::from_word)?,
            version: row.int("version")?,
            title: row.text("title")?,
            english_title: row.text("english_title")?,
            summary: row.text("summary")?,
            english_summary: row.text("english_summary")?,
            story: row.text("story")?,
            field: read_word(row, "field", Field::from_word)?,
            area_code: row.text("area_code")?,
            object: row.text("object")?,
            service: row.text("service")?,
            launcher_id: row.int("launcher_id")?,
            recipient_id: row.int("recipient_id")?,
            implementer_id: row.int("implementer_id")?,
            filing_number: row.text("filing_number")?,
            goal_fen: row.int("goal_fen")?,
            starts_day: row.int("starts_day")?,
            ends_day: row.int("ends_day")?,
            kind: read_word(row, "kind", ProjectKind::from_word)?,
            filed_day: row.int("filed_day")?,
            hold: read_word(row, "hold", Hold::from_word)?,
            curated_at: row.opt_int("curated_at")?,
            last_progress_at: row.opt_int("last_progress_at")?,
            due_day: row.int("due_day")?,
            created_by: row.int("created_by")?,
            created_at: row.int("created_at")?,
            submitted_at: row.opt_int("submitted_at")?,
            reviewed_at: row.opt_int("reviewed_at")?,
            published_at: row.opt_int("published_at")?,
            fundraising_ended_at: row.opt_int("fundraising_ended_at")?,
            executing_at: row.opt_int("executing_at")?,
            closed_at: row.opt_int("closed_at")?,
        })
    }

    /// The project as the draft it was written as.
    pub fn as_draft(&self, lines: &[BudgetLine]) -> Draft {
        Draft {
            title: self.title.clone(),
            english_title: self.english_title.clone(),
            summary: self.summary.clone(),
            english_summary: self.english_summary.clone(),
            story: self.story.clone(),
            field: self.field,
            area_code: self.area_code.clone(),
            object: self.object.clone(),
            service: self.service.clone(),
            launcher_id: self.launcher_id,
            recipient_id: self.recipient_id,
            implementer_id: self.implementer_id,
            filing_number: self.filing_number.clone(),
            starts_day: self.starts_day,
            ends_day: self.ends_day,
            lines: lines.iter().map(BudgetLine::as_typed).collect(),
        }
    }

    pub fn organisations(&self) -> [Id; 3] {
        [self.launcher_id, self.recipient_id, self.implementer_id]
    }
}

fn read_word<T>(row: &Row, column: &str, read: fn(&str) -> Option<T>) -> Result<T, Fault> {
    let word = row.text(column)?;
    read(&word).ok_or_else(|| Fault::inconsistent(format!("column {column} says {word}, which nobody knows")))
}

/// What a charity writes down before a project is submitted. Texts may still be empty; organisations, region and field may not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub title: String,
    pub english_title: String,
    pub summary: String,
    pub english_summary: String,
    pub story: String,
    pub field: Field,
    pub area_code: String,
    pub object: String,
    pub service: String,
    pub launcher_id: Id,
    pub recipient_id: Id,
    pub implementer_id: Id,
    pub filing_number: String,
    pub starts_day: Day,
    pub ends_day: Day,
    pub lines: Vec<NewLine>,
}

/// A budget line as it is typed: quantity × unit price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewLine {
    pub item: String,
    pub english_item: String,
    pub unit: String,
    pub quantity: i64,
    pub unit_price_fen: i64,
    pub kind: LineKind,
}

impl NewLine {
    /// Quantity × unit price, when both are positive and it is an amount anybody means.
    pub fn amount_fen(&self) -> Option<i64> {
        product_fen(self.quantity, self.unit_price_fen)
    }
}

impl Draft {
    /// The goal is what the budget adds up to; nobody types it.
    pub fn goal_fen(&self) -> Option<i64> {
        let amounts: Option<Vec<i64>> = self.lines.iter().map(NewLine::amount_fen).collect();
        let sum: i128 = amounts?.iter().map(|a| i128::from(*a)).sum();
        i64::try_from(sum).ok().filter(|sum| *sum <= LARGEST_FEN)
    }
}

/// A hundred billion yuan: more is a slip of the finger, and every sum of lines still fits.
const LARGEST_FEN: i64 = 10_000_000_000_000;

/// Quantity × unit price, exact.
pub fn product_fen(quantity: i64, unit_price_fen: i64) -> Option<i64> {
    (quantity > 0 && unit_price_fen > 0).then(|| quantity.checked_mul(unit_price_fen)).flatten().filter(|amount| *amount <= LARGEST_FEN)
}

/// A budget line with what has been spent on it.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetLine {
    pub id: Id,
    pub item: String,
    pub english_item: String,
    pub unit: String,
    pub quantity: i64,
    pub unit_price_fen: i64,
    pub amount_fen: i64,
    pub spent_fen: i64,
    pub kind: LineKind,
}

impl BudgetLine {
    pub fn from_row(row: &Row) -> Result<BudgetLine, Fault> {
        Ok(BudgetLine {
            id: row.int("id")?,
            item: row.text("item")?,
            english_item: row.text("english_item")?,
            unit: row.text("unit")?,
            quantity: row.int("quantity")?,
            unit_price_fen: row.int("unit_price_fen")?,
            amount_fen: row.int("amount_fen")?,
            spent_fen: row.int("spent_fen")?,
            kind: read_word(row, "kind", LineKind::from_word)?,
        })
    }

    pub fn left_fen(&self) -> i64 {
        self.amount_fen - self.spent_fen
    }

    /// The line as it was typed.
    pub fn as_typed(&self) -> NewLine {
        NewLine {
            item: self.item.clone(),
            english_item: self.english_item.clone(),
            unit: self.unit.clone(),
            quantity: self.quantity,
            unit_price_fen: self.unit_price_fen,
            kind: self.kind,
        }
    }
}

/// A step of a project's life that was taken. `reason` may be empty.
#[derive(Clone, Debug, PartialEq)]
pub struct StepTaken {
    pub state: State,
    pub person_id: Id,
    pub reason: String,
    pub at: Micros,
}

impl StepTaken {
    pub fn from_row(row: &Row) -> Result<StepTaken, Fault> {
        Ok(StepTaken {
            state: read_word(row, "state", State::from_word)?,
            person_id: row.int("person_id")?,
            reason: row.text("reason")?,
            at: row.int("at")?,
        })
    }
}
