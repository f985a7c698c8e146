//! What people do with projects. Each function is one thing that one person does: it loads what that person may see,
//! asks the rules, and writes, in one transaction.

mod changes;
mod closing;
mod decisions;
mod draft;
mod invoices;
mod money;
mod plan;
mod reports;
mod reversals;
mod steps;
mod stream;

pub use changes::{Wanted, announce_change, ask_again_for_change, ask_for_change, object, refuse_change, settle_changes};
pub use closing::{
    announce_redirect, ask_for_redirect, hand_in_again, hand_in_closing_report, judge_closing_report, refuse_redirect, settle_redirects,
};
pub use decisions::{ask_for_suspension, decide, lift_after_appeal};
pub use draft::{draft, save};
pub use invoices::{add_invoice, publish_invoice};
pub use money::{approve_payout, record_expense, record_expense_with, refuse_payout, request_payout};
pub(super) use money::{record_one, running};
pub use plan::{add_paper, explain_costs, record_filing, remove_paper, save_plan};
pub(super) use plan::{snapshot, unready};
pub use reports::{disclose, figures_until, post_progress};
pub use reversals::{Typed, ask_correction, ask_return, confirm_reversal, refuse_reversal};
pub(super) use steps::missing;
pub use steps::{close, curate, end_fundraising, publish, return_to_draft, review, start_executing, submit, submit_after_appeal};
pub use stream::{Stamp, enter_offline_gift, hold_refund, post_refund, redirect, release_refund, take_return, undo, undo_offline_gift};

use db::Tx;

use crate::kernel::{Actor, Id, Refusal, Role, Trouble, hex, sha256};

use super::model::Project;
use super::store;

/// The organisations in which the actor holds any seat at a desk.
pub(super) fn scope(actor: &Actor) -> Vec<Id> {
    actor.organisations_as(&Role::ALL)
}

/// The project as the actor's desk sees it; others' projects are not there.
pub(super) fn load(tx: &mut Tx, actor: &Actor, project_id: Id) -> Result<Project, Trouble> {
    Ok(store::find_for(tx, project_id, &scope(actor))?.ok_or_else(Refusal::not_found)?)
}

/// The actor, if they hold one of these roles in one of these organisations.
pub(super) fn seated(actor: &Actor, organisations: &[Id], roles: &[Role]) -> Result<Id, Refusal> {
    let seated = organisations.iter().any(|id| actor.holds(*id, roles));
    actor.person_id().filter(|_| seated).ok_or_else(Refusal::forbidden)
}

/// Someone else changed it in the meantime.
fn changed_meanwhile() -> Refusal {
    Refusal::conflict("refusal-project-changed")
}

/// A text as it stands in a public fact: only its hash, so that it can be compared and never read.
pub(super) fn hash(text: &str) -> String {
    hex(&sha256(text.as_bytes()))
}
