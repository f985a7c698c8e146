//! Giving: from the wish to give until the money is on its way, and what the donor sees of the gift ever after.
//!
//! | question | file |
//! |---|---|
//! | which amounts, names, browsers? when does the calmer come back? what follows from the channel's answer? | `rules.rs` |
//! | the calmer, the confirmed intent | `actions.rs` |
//! | the waiting room | `orders.rs` (who is next, how fast), `desk.rs` (what one process remembers) |
//! | the pages of the way, of a gift, the certificate | `pages/` |
//! | the same for programs | `api.rs` |
//! | what is held about a donor, and how it goes | `personal.rs` |
//!
//! Invariants: an intent moves no money; whether it was paid is decided by a row in `gift`, which settlement alone writes.
//! Every intent refers to the exact text the calmer showed. An order is made only from the waiting room, in its order.
//! Deliberately absent: an idempotency key for intents. Sending one twice makes two wishes, of which one is paid.

pub mod actions;
mod api;
mod desk;
pub mod model;
mod orders;
mod pages;
mod personal;
pub mod rules;
mod store;

use db::{Fault, Tx};

use crate::jobs::{Chore, JobKind};
use crate::kernel::{Id, Micros, SECOND_US};
use crate::web::Route;

pub use actions::{gift_path, give, show_calmer};
pub use desk::Desk;
pub use model::{GiftRequest, GiftView, TradeType};
pub use orders::make_orders;
pub use pages::qr;
pub use personal::personal;
pub use rules::ORDER_LIFE;

pub fn routes() -> Vec<Route> {
    [pages::routes(), api::routes()].into_iter().flatten().collect()
}

/// A donor's gifts, newest first, older than `before`; `from..until` bounds when they were begun.
pub fn gifts_of(tx: &mut Tx, donor_id: Id, from: Micros, until: Micros, before: Id, limit: i64) -> Result<Vec<GiftView>, Fault> {
    store::gifts_of(tx, donor_id, from, until, before, limit)
}

/// How many gifts of a donor stand in the books, whatever way they came, their sum, and to how many projects they went.
pub fn sums_of(tx: &mut Tx, donor_id: Id, from: Micros, until: Micros) -> Result<(i64, i64, i64), Fault> {
    store::sums_of(tx, donor_id, from, until)
}

/// When a donor's first gift was begun, or received outside the channel.
pub fn first_gift_at(tx: &mut Tx, donor_id: Id) -> Result<Option<Micros>, Fault> {
    store::first_gift_at(tx, donor_id)
}

pub fn jobs() -> Vec<JobKind> {
    Vec::new()
}

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "make orders", every: SECOND_US / 10, run: make_orders }]
}
