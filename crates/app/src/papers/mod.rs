//! The donor's papers: receipts (捐赠票据) with a gapless series per charity and year, their reversal and what is remembered
//! when a donor wants none.
//!
//! | question | file |
//! |---|---|
//! | which gifts can have a receipt, until when? what must a payer state? | `rules.rs` |
//! | apply, withdraw, waive, take a copy, verify | `actions/donor.rs` |
//! | issue, refuse, reverse, explain a number | `actions/desk.rs` |
//! | what refunds ask | `actions/refunds.rs` |
//! | through a finance e-invoice service instead of our own series | `actions/service.rs`, `service.rs` |
//! | how a receipt looks | `pages/drawing.rs` |
//! | do series and sums hold? | `check.rs` |
//!
//! Invariants: a gift stands on one valid receipt at most (`gift_paper`, one row a gift); a receipt says what was received less
//! what went back; its row is never changed, and a reversal has a number of its own; numbers follow one another without a gap,
//! because they are given in the transaction that issues.
//! Deliberately absent: seals and the look of the official form. Which gifts there are to receipt is the view
//! `receiptable_gift` and nothing else.

pub mod actions;
mod check;
pub mod model;
mod pages;
mod personal;
mod rules;
mod service;
mod store;

use db::{Fault, Tx};

use crate::jobs::Chore;
use crate::kernel::{Id, Micros, SECOND_US, WAITING_SHOWN, Waiting, civil};

pub use actions::Ids;
pub use actions::refunds::{Hand, Reversal, before_undoing, must_be_reversed, refund_begins, refund_failed, reverse};
pub use check::check;
pub use pages::routes;
pub use personal::personal;
pub use service::Service;

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "ask the finance service", every: SECOND_US, run: actions::service::ask_all }]
}

/// What waits at a charity's desk: applications, the oldest first.
pub fn waiting_at_desk(tx: &mut Tx, organisation_ids: &[Id], _now: Micros) -> Result<Vec<Waiting>, Fault> {
    let mut all = Vec::new();
    for organisation_id in organisation_ids {
        for (id, payer, since, due_day) in store::waiting(tx, *organisation_id, WAITING_SHOWN)? {
            all.push(Waiting {
                queue: "waiting-receipt-applications",
                thing: "receipt_application",
                thing_id: id,
                title: payer,
                href: format!("/desk/receipts/{id}"),
                since,
                due_at: Some(civil::start_of(due_day + 1)),
                unattended: "unattended-receipt-application",
            });
        }
    }
    all.sort_by_key(|w| w.thing_id);
    all.truncate(usize::try_from(WAITING_SHOWN).unwrap_or(usize::MAX));
    Ok(all)
}
