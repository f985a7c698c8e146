//! Operations: what waits for whom and since when, who has it, what was done at the desks, and how the program stands.
//!
//! | question | file |
//! |---|---|
//! | what waits for the operator, and at a charity's desk? | `waiting.rs` asks every slice; `rules/queues.rs` sorts |
//! | how do jobs, chores and queues stand? | `pages/health.rs`; for Prometheus `metrics.rs` |
//! | who appeals a decision, who judges, and what follows? | `appeals.rs` |
//! | what is in the half-yearly report? | `report.rs` |
//! | who did what at a desk? | `pages/audit.rs`, over `kernel::audit` |
//! | what may this deployment do? | `kernel::Mode`, shown by `pages/modes.rs` |
//! | who has taken something up? | `pages/claims.rs`, over `kernel::claims`; pages show `web`'s banner |
//!
//! Invariants: this slice reads from all and nothing depends on it; what it shows is decided elsewhere, and a desk sees
//! and takes up only what waits at that desk.

mod appeals;
mod metrics;
mod pages;
mod personal;
pub mod report;
mod rules;
mod waiting;

use crate::App;
use crate::jobs::Chore;
use crate::kernel::settings::Setting;
use crate::kernel::{MINUTE_US, Trouble, claims};
use crate::web::{Lang, Locales, Route};

pub use appeals::make as make_appeal;
pub use metrics::{metrics, metrics_router};
pub use pages::publish_half as publish_report;
pub use personal::personal;

pub fn routes() -> Vec<Route> {
    pages::routes()
}

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "forget claims that are over", every: 60 * MINUTE_US, run: forget_claims }]
}

pub fn settings() -> Vec<Setting> {
    vec![appeals::ANSWER_WORKDAYS]
}

/// A report as a table of its own, for the command: the same table as on the page.
pub fn report_html(report: &report::Report, locales: &Locales, lang: Lang) -> String {
    let words = |key: &str| locales.text(lang, key, &[]);
    ui::Page {
        lang: lang.tag().into(),
        title: report.half.as_str().into(),
        site: words("site-name").into(),
        no_index: true,
        body: pages::figures(&words, report),
        ..ui::Page::default()
    }
    .render()
    .into_string()
}

/// The kinds of decisions that can be appealed, by the names that `appeal` keeps.
pub fn appealable() -> Vec<&'static str> {
    appeals::kinds().iter().map(|kind| kind.thing).collect()
}

fn forget_claims(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    app.db.write(|tx| claims::forget(tx, now))?;
    Ok(())
}
