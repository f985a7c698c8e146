//! Projects: what is planned, by whom and for what; who checks it; where its money is; what it tells.
//!
//! | question | file |
//! |---|---|
//! | which step leads where, and who may take it? | `rules/life.rs`, `actions/steps.rs` |
//! | does it take gifts now? | `rules/life.rs` (`takes_gifts`) |
//! | who may pay out, and how much? | `rules/money.rs`, `actions/money.rs` |
//! | what must be reported, and by when? | `rules/reports.rs` |
//! | where is a given fen? | `rules/place.rs` |
//! | what are the totals? | `fund.rs` |
//!
//! Invariants: nobody judges what they wrote; a payout passes through three different people; no more is paid out than
//! was given, and no more is spent than was paid out nor than a budget line holds; disclosed figures are the ledger's
//! and follow one another without a gap.

pub mod actions;
pub mod fund;
pub mod model;
mod rules;
mod store;

use db::{Fault, Tx};

use crate::kernel::civil::day_of;
use crate::kernel::{Id, Micros, Refusal};
use crate::web::Route;

pub use model::{
    Accepting, CalmerFacts, Draft, Due, ExpensePart, Field, Filter, NewExpense, NewLine, PayoutPart, Project, ProjectCardData, Report,
    Sort, State, Whereabouts,
};
pub use rules::{Figures, NEVER};

pub fn routes() -> Vec<Route> {
    Vec::new()
}

/// A project that everyone may see.
pub fn find_public(tx: &mut Tx, id: Id) -> Result<Option<Project>, Fault> {
    store::find_public(tx, id)
}

/// Whether a project takes gifts now and, if so, for whom; if not, the sentence that says why. The goal is compared with
/// what is rolled up, so that asking costs two look-ups however many gifts are under way.
pub fn takes_gifts(tx: &mut Tx, id: Id, now: Micros) -> Result<Result<Accepting, Refusal>, Fault> {
    let Some(project) = store::find_public(tx, id)? else { return Ok(Err(Refusal::not_found())) };
    let standing = store::standing(tx, project.recipient_id, day_of(now))?;
    let known = rules::Giving {
        raised_fen: fund::rolled_up_fen(tx, id)?,
        may_raise_funds: standing.may_raise_funds,
        has_merchant: standing.mchid.is_some(),
    };
    Ok(rules::takes_gifts(&project, known, now).map(|()| Accepting {
        project_id: id,
        recipient_id: project.recipient_id,
        mchid: standing.mchid.unwrap_or_default(),
        title: project.title,
        english_title: project.english_title,
        recipient_name: standing.name,
    }))
}

/// What a donor is shown before paying. Callers ask for a public project; another one is a fault.
pub fn calmer_facts(tx: &mut Tx, id: Id, now: Micros) -> Result<CalmerFacts, Fault> {
    let project = store::find_public(tx, id)?.ok_or_else(|| Fault::inconsistent(format!("project {id} is not public")))?;
    store::calmer_facts(tx, &project, day_of(now))
}

/// The cards of a page of a public list.
pub fn cards(tx: &mut Tx, filter: &Filter) -> Result<Vec<ProjectCardData>, Fault> {
    store::cards(tx, filter)
}

/// How many public projects a filter finds.
pub fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, Fault> {
    store::count(tx, filter)
}

/// Where the fen (before_fen, before_fen + amount_fen] of a project are now, exact to the fen.
pub fn whereabouts(tx: &mut Tx, project_id: Id, before_fen: i64, amount_fen: i64) -> Result<Whereabouts, Fault> {
    store::whereabouts(tx, project_id, before_fen, amount_fen)
}
