//! Projects: what is planned, by whom and for what; who checks it; where its money is; what it tells.
//!
//! | question | file |
//! |---|---|
//! | which step leads where, and who may take it? | `rules/life.rs`, `actions/steps.rs` |
//! | does it take gifts now? | `rules/life.rs` (`takes_gifts`) |
//! | who may pay out, and how much? | `rules/money.rs`, `actions/money.rs` |
//! | what must be reported, by when, and which article says so? | `rules/reports.rs` over `rules/clocks.rs` |
//! | what is late, what was corrected, what stands for ever? | `disclosure` |
//! | where is a given fen? | `rules/place.rs` |
//! | what are the totals? | `fund.rs` |
//! | what are donors and other slices told? | `facts.rs` |
//! | which decisions can be appealed? | `decisions.rs` |
//! | where does the same campaign run too (慈善法 art. 27)? | `platform.rs` |
//! | what waits for somebody? | `waiting.rs` |
//!
//! Invariants: nobody judges what they wrote; a payout passes through three different people; no more is paid out than
//! was given, and no more is spent than was paid out nor than a budget line holds; disclosed figures are the ledger's
//! and follow one another without a gap.

pub mod actions;
mod check;
mod decisions;
pub mod disclosure;
mod facts;
pub mod fund;
mod jobs;
pub mod model;
mod pages;
mod personal;
mod platform;
mod rules;
mod store;
mod templates;
mod waiting;

/// The stream of fen, for the check of the books.
pub mod stream {
    pub use super::rules::{Span, Stream, Stretch, is_taken_back, owned, parts};
    pub use super::store::stream::load;
}

use db::{Fault, Tx};

use crate::kernel::Id;
use crate::kernel::settings::Setting;
use crate::web::Route;

pub use check::check;
pub use decisions::appealable;
pub use facts::{calmer_facts, takes_gifts, whereabouts};
pub use jobs::{chores, jobs};
pub use model::{
    Accepting, CalmerFacts, DecisionKind, Draft, Due, Elsewhere, Execution, ExpensePart, Field, Figures, Filter, Hold, LineKind, NEVER,
    NewDisclosure, NewExpense, NewLine, NewProgress, Node, PaperKind, PayoutPart, Plan, Project, ProjectCardData, ProjectKind,
    ProjectNotice, RedirectPart, RefundPart, Report, Sort, State, Thing, Whereabouts,
};
pub use pages::{card, desk_list, notice_list};
pub use personal::personal;
pub use waiting::{waiting_at_desk, waiting_for_operator};

pub fn routes() -> Vec<Route> {
    [pages::routes(), disclosure::routes()].into_iter().flatten().collect()
}

/// What an operator may choose about projects.
pub fn settings() -> Vec<Setting> {
    vec![rules::FILING_GRACE_DAYS, rules::CHANGE_NOTICE_DAYS, rules::REDIRECT_NOTICE_DAYS]
}

/// What donors of a project were told last; for the pages of their gifts.
pub fn notices(tx: &mut Tx, project_id: Id, limit: i64) -> Result<Vec<ProjectNotice>, Fault> {
    store::notices(tx, project_id, limit)
}

/// A project that everyone may see.
pub fn find_public(tx: &mut Tx, id: Id) -> Result<Option<Project>, Fault> {
    store::find_public(tx, id)
}

/// The cards of a page of a public list.
pub fn cards(tx: &mut Tx, filter: &Filter) -> Result<Vec<ProjectCardData>, Fault> {
    store::cards(tx, filter)
}

/// How many public projects a filter finds.
pub fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, Fault> {
    store::count(tx, filter)
}
