//! Telling, and that it stays told: what is late and is seen by everyone, what was corrected and how, the entries of a project
//! that never go away.
//!
//! | question | file |
//! |---|---|
//! | what is due, and which article says so? | `../rules/reports.rs` over `../rules/clocks.rs` |
//! | which of it was kept, and how late? | `history` in `../rules/reports.rs`, over the events that `store.rs` reads |
//! | who may correct what, and what stands beside it? | `actions.rs` |
//! | who is reminded, and when? | `actions.rs` (`remind`), `../rules/telling.rs` |
//! | what is a disclosure made of, and what has the operator said of it? | `finance.rs` |
//! | how does a spreadsheet come in and go out? | `sheets`, `imports.rs` |
//! | what must agree? | `check.rs` |
//!
//! Invariants: nothing that was told is edited (the database refuses it, 令81号 art. 16); a correction names what it corrects by
//! its hash and stands beside it; every entry of a project has an address that goes on working when the project is closed.

mod actions;
mod check;
pub(super) mod finance;
pub mod imports;
mod pages;
mod sheets;
mod store;

use crate::jobs::Chore;
use crate::kernel::MINUTE_US;

pub(super) use actions::pass_after_appeal;
pub use actions::{correct, review, tell_leftovers};
pub use check::check;
pub use pages::routes;
pub(super) use pages::{corrections_beside, finance as finance_pages, standing};
pub(super) use store::{find_told, leftover_statements};

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "reminders of reports", every: 30 * MINUTE_US, run: actions::remind }]
}
