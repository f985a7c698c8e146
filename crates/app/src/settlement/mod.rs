//! Settlement: what the channel confirms enters the books here, and the books are compared with the channel's bill.
//!
//! | question | file |
//! |---|---|
//! | where does the channel knock? | `notifications.rs` (and `channel` decides whether to believe it) |
//! | what does a genuine confirmation mean? | `rules.rs` |
//! | how does it enter the books? | `writer.rs` (queue), `batch.rs` (one group commit) |
//! | what if no notification comes? | `orders.rs` asks the channel |
//! | what waits for a person? | `waiting.rs` |
//! | how does money go back? | `refunds/` |
//! | do books and bill agree? | `reconcile.rs`; `check.rs` verifies every fold |
//!
//! Invariants: a confirmation is acknowledged only after its commit; one intent becomes at most one gift; what does not
//! fit is held for a person and never guessed.

pub mod batch;
pub mod check;
mod check_refunds;
mod check_stream;
pub mod model;
mod notifications;
mod orders;
mod pages;
pub mod reconcile;
pub mod refunds;
mod refused;
mod rules;
mod store;
mod waiting;
mod writer;

use crate::App;
use crate::jobs::{Chore, JobKind};
use crate::kernel::{MINUTE_US, SECOND_US, Trouble};
use crate::projects::fund;
use crate::web::Route;

pub use model::{Confirmation, Hold, Verdict};
pub use notifications::take as take_notification;
pub use store::{Health, health, refused_by_reason, resolve_held};
pub use waiting::waiting_for_operator;
pub use writer::{Desk, Limits, NotSettled, settle_all, start};

pub fn routes() -> Vec<Route> {
    pages::routes()
}

pub fn jobs() -> Vec<JobKind> {
    vec![JobKind { kind: "query_order", run: orders::query_one }]
}

pub fn chores() -> Vec<Chore> {
    vec![
        Chore { name: "roll up totals", every: SECOND_US / 2, run: roll_up },
        Chore { name: "list gifts", every: SECOND_US, run: list },
        Chore { name: "ask for open orders", every: 5 * SECOND_US, run: orders::query_open },
        Chore { name: "ask about refunds", every: 5 * SECOND_US, run: refunds::ask_due },
        Chore { name: "count refused notifications", every: SECOND_US, run: flush_refused },
        Chore { name: "reconcile bills", every: 10 * MINUTE_US, run: reconcile::catch_up },
        Chore { name: "check the books", every: 10 * MINUTE_US, run: check::watch },
        Chore { name: "refresh platform certificates", every: 60 * MINUTE_US, run: refresh_certificates },
    ]
}

/// How many batches are folded, and how many gifts listed, in one transaction: short enough not to keep the batch
/// writer waiting.
const BATCHES_AT_ONCE: i64 = 200;
const LISTED_AT_ONCE: usize = 20_000;

/// Brings the folds up to date.
pub fn roll_up(app: &App) -> Result<(), Trouble> {
    while app.db.write_batch(|tx| fund::roll_up(tx, BATCHES_AT_ONCE))? > 0 {}
    Ok(())
}

/// Gives new gifts their places in their projects' streams.
pub fn list(app: &App) -> Result<(), Trouble> {
    while app.db.write_batch(|tx| fund::list(tx, LISTED_AT_ONCE))? > 0 {}
    Ok(())
}

fn flush_refused(app: &App) -> Result<(), Trouble> {
    Ok(app.settlement.refused.flush(&app.db)?)
}

fn refresh_certificates(app: &App) -> Result<(), Trouble> {
    match app.channel.refresh_certificates(app.clock.now()) {
        // Twice a day they are what they were; only a change is news.
        Ok(report) if report.added.is_empty() && report.dropped.is_empty() => {}
        Ok(report) => {
            tracing::info!(announced = ?report.announced, added = ?report.added, dropped = ?report.dropped, "platform certificates refreshed")
        }
        Err(why) => tracing::warn!(why = why.0, "platform certificates could not be refreshed"),
    }
    Ok(())
}
