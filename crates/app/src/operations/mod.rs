//! Operations: what waits for whom and since when, who has it, what was done at the desks, and how the program stands.
//!
//! | question | file |
//! |---|---|
//! | what waits for the operator, and at a charity's desk? | `waiting.rs` asks every slice; `rules/queues.rs` sorts |
//! | how do jobs, chores and queues stand? | `pages/health.rs`; for Prometheus `metrics.rs` |
//! | who has taken something up? | `pages/claims.rs`, over `kernel::claims`; pages show `web`'s banner |
//!
//! Invariants: this slice reads from all and nothing depends on it; what it shows is decided elsewhere, and a desk sees
//! and takes up only what waits at that desk.

mod metrics;
mod pages;
mod rules;
mod waiting;

use crate::App;
use crate::jobs::Chore;
use crate::kernel::{MINUTE_US, Trouble, claims};
use crate::web::Route;

pub use metrics::{metrics, metrics_router};

pub fn routes() -> Vec<Route> {
    pages::routes()
}

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "forget claims that are over", every: 60 * MINUTE_US, run: forget_claims }]
}

fn forget_claims(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    app.db.write(|tx| claims::forget(tx, now))?;
    Ok(())
}
