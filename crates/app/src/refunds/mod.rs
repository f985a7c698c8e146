//! Giving back: a gift is for good, and yet some must be given back: what was paid twice, by a child, from a stolen account, against
//! somebody's will. Each is a case with a reason, evidence, a word from everyone concerned, two people who agree, and two clocks.
//!
//! | question | file |
//! |---|---|
//! | which reasons are there, which papers do they need, who must confirm, what may follow what? | `rules.rs` |
//! | what people do: ask, add a paper, examine, ask for approval, agree, refuse, appeal | `actions/` |
//! | what follows from what the channel says | `jobs.rs` |
//! | what donors, the charity's and the implementer's desk and the operator see | `pages/` |
//!
//! Invariants: all cases of a payment together are at most the payment (`refund_claim`). Nobody agrees to what they asked for.
//! The money is set aside before the channel is asked, and the channel is asked under one number (`settlement::refunds`).
//! Deliberately absent: telling a match pool that a matched gift went back; `jobs::returned` is the place where it will be told.

pub mod actions;
mod jobs;
mod model;
mod pages;
mod rules;
mod store;

use db::{Fault, Tx};

use crate::App;
use crate::jobs::{Chore, JobKind};
use crate::kernel::settings::Setting;
use crate::kernel::{Id, MINUTE_US, Micros, Personal, Trouble, Waiting};
use crate::projects;
use crate::settlement::refunds as channel;

pub use actions::{add_paper, open_for_charity, open_for_donor, open_for_held};
pub use model::{Asked, NewPaper, Paper, Reason};
pub use pages::routes;

/// What is held about a donor here: their cases. A case that is open keeps them from leaving; afterwards the words are erased and
/// the decisions stay.
pub fn personal() -> Personal {
    Personal { in_the_way: store::in_the_way, ..Personal::new("refunds", store::data_of, store::erase) }
}

/// What the operator may choose here.
pub fn settings() -> Vec<Setting> {
    vec![rules::ANSWER_WORKDAYS, rules::DONE_DAYS]
}

pub fn jobs() -> Vec<JobKind> {
    vec![JobKind { kind: channel::CHANGED, run: jobs::changed }]
}

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "send approved refunds", every: MINUTE_US, run: send_approved }]
}

/// Approved cases whose way was barred are tried again: the money may have come back, the receipt may be reversed.
fn send_approved(app: &App) -> Result<(), Trouble> {
    for id in app.db.read(store::approved)? {
        actions::proceed(app, id)?;
    }
    Ok(())
}

/// A refund that a charity refused, against which its donor may still appeal.
pub struct RefusedRefund {
    pub gift_id: Id,
    pub amount_fen: i64,
    pub reason: String,
    pub refused_at: Micros,
}

/// The refused refunds of a donor that can be appealed now, the newest first; on the page of the gift, with or without an account.
pub fn refused_of(tx: &mut Tx, person_id: Id, now: Micros) -> Result<Vec<RefusedRefund>, Fault> {
    let cases = store::of_donor(tx, person_id)?.into_iter().filter(|case| rules::appeal(case, now).is_ok());
    let refused = |case: model::Case| {
        Some(RefusedRefund { gift_id: case.gift_id, amount_fen: case.amount_fen, refused_at: case.ended_at?, reason: case.decided_reason })
    };
    Ok(cases.filter_map(refused).collect())
}

/// Cases that wait for these organisations, the oldest first.
pub fn waiting_at_desk(tx: &mut Tx, organisation_ids: &[Id], _now: Micros) -> Result<Vec<Waiting>, Fault> {
    let open = store::open_at_desks(tx, organisation_ids)?;
    open.iter().map(|case| waiting(tx, case, format!("/desk/refunds/{}", case.id))).collect()
}

/// Cases that wait for the operator: its confirmation, an appeal, one that is late at its charity.
pub fn waiting_for_operator(tx: &mut Tx, now: Micros) -> Result<Vec<Waiting>, Fault> {
    let open = store::open_for_operator(tx, now)?;
    open.iter().map(|case| waiting(tx, case, format!("/operator/refunds/{}", case.id))).collect()
}

/// Named by its amount and project; a payment that never entered the books has only its number.
fn waiting(tx: &mut Tx, case: &model::Case, href: String) -> Result<Waiting, Fault> {
    let project = projects::find_public(tx, case.project_id)?.map_or_else(|| case.id.to_string(), |project| project.title);
    Ok(Waiting {
        queue: "waiting-refunds",
        thing: actions::THING,
        thing_id: case.id,
        title: format!("{} · {project}", money::Fen(case.amount_fen)),
        href,
        since: case.opened_at,
        due_at: Some(case.next_due_at() - 1),
        unattended: "unattended-refunds",
    })
}
