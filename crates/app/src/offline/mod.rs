//! Gifts outside the channel: by bank transfer, by cheque, in cash; and things, which are listed and never posted as money.
//!
//! | question | file |
//! |---|---|
//! | what may be entered? | `rules.rs` |
//! | who enters, who confirms, what follows? | `actions.rs` |
//! | how does a bank transfer find its donor? | `reference.rs`: a lasting code with a check character |
//!
//! Invariants: whoever enters a gift does not confirm it, and only what is confirmed stands in the books; one bank reference
//! is one gift; nothing is edited, a gift that was not one (a cheque that bounced) is undone by a correction that everyone
//! sees; the channel's totals know nothing of these gifts.

mod actions;
mod model;
mod pages;
mod personal;
mod reference;
mod rules;
mod store;

use db::{Fault, Tx};

use crate::kernel::{Id, Micros, WAITING_SHOWN, Waiting};

pub use actions::{
    Entry, Thing, confirm_gift, confirm_things, enter_gift, enter_things, hand_over, reference_of, refuse_gift, refuse_things, sign,
};
pub use model::{DonorGift, GiftState, Kind};
pub use pages::routes;
pub use personal::personal;
pub use store::check;

/// A donor's confirmed gifts outside the channel that were received in `from..until`, newest first.
pub fn gifts_of(tx: &mut Tx, donor_id: Id, from: Micros, until: Micros) -> Result<Vec<DonorGift>, Fault> {
    store::gifts_of(tx, donor_id, from, until)
}

/// One confirmed gift, for its donor.
pub fn gift_of(tx: &mut Tx, donor_id: Id, id: Id) -> Result<Option<DonorGift>, Fault> {
    store::gift_of(tx, donor_id, id)
}

/// Gifts and things that wait for a second person.
pub fn waiting_at_desk(tx: &mut Tx, organisation_ids: &[Id], _now: Micros) -> Result<Vec<Waiting>, Fault> {
    let mut waiting = Vec::new();
    for organisation_id in organisation_ids {
        for store::Entered { thing, path, id, title, since } in store::waiting(tx, *organisation_id, WAITING_SHOWN)? {
            waiting.push(Waiting {
                queue: "waiting-offline",
                thing,
                thing_id: id,
                title,
                href: format!("/desk/offline-{path}/{id}"),
                since,
                due_at: None,
                unattended: "unattended-offline",
            });
        }
    }
    Ok(waiting)
}
