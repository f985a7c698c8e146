//! What Prometheus reads: plain text (exposition format 0.0.4), written here because it is a page of `println`s and a
//! library would bring a registry, macros and a second web server. Names end in their unit; no label holds an id, a path
//! with an id, or anything about a person.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::routing::get;

use crate::App;
use crate::kernel::{BOUNDS_US, Micros};
use crate::{jobs, settlement};

/// The router of the listener that only Prometheus reaches.
pub fn metrics_router(app: &Arc<App>) -> Router {
    let answer = |State(app): State<Arc<App>>| async move {
        let text = tokio::task::spawn_blocking(move || metrics(&app)).await.unwrap_or_default();
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
    };
    let nothing = || async { (StatusCode::NOT_FOUND, "only /metrics") };
    Router::new().route("/metrics", get(answer)).fallback(nothing).with_state(app.clone())
}

struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> =
            labels.iter().map(|(l, v)| format!("{l}=\"{}\"", v.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.line(name, &[], value);
    }
}

/// Seconds with all their microseconds, without a float in between.
fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

fn age(now: Micros, at: Micros) -> String {
    seconds(u64::try_from(now - at).unwrap_or(0))
}

pub fn metrics(app: &App) -> String {
    let (now, meters) = (app.clock.now(), &app.meters);
    let mut text = Text(String::with_capacity(32 * 1024));
    requests(&mut text, app);
    for (name, help, value) in [
        ("huihai_gifts_settled_total", "Gifts this process took into the books.", &meters.gifts),
        ("huihai_batches_total", "Group commits.", &meters.batches),
        ("huihai_batch_confirmations_total", "Confirmations in all group commits.", &meters.confirmations),
    ] {
        text.one(name, "counter", help, value.load(Ordering::Relaxed));
    }
    let largest = meters.largest_batch.load(Ordering::Relaxed);
    text.one("huihai_batch_largest", "gauge", "Confirmations in the largest group commit.", largest);
    text.one("huihai_queue_depth", "gauge", "Confirmations that wait for a group commit.", app.settlement.queued());
    text.one("huihai_books_alarm", "gauge", "1 when the books do not agree and new gifts are stopped.", u8::from(app.settlement.alarm()));
    text.one("huihai_db_retries_total", "counter", "Transactions that were begun again.", app.db.retries());
    text.head("huihai_channel_answers_total", "counter", "Answers of the payment channel by status.");
    for (outcome, times) in app.channel.answers() {
        text.line("huihai_channel_answers_total", &[("status", &outcome)], times);
    }
    chores(&mut text, app, now);
    let up = from_database(&mut text, app, now).is_ok();
    text.one("huihai_database_up", "gauge", "1 when the database answered.", u8::from(up));
    text.0
}

fn requests(text: &mut Text, app: &App) {
    let routes: Vec<_> = app.meters.routes().into_iter().filter(|route| !route.answers().is_empty()).collect();
    text.head("huihai_http_requests_total", "counter", "Requests by route and class of answer.");
    for route in &routes {
        for (class, times) in route.answers() {
            text.line("huihai_http_requests_total", &[("method", route.method), ("route", route.pattern), ("status", class)], times);
        }
    }
    text.head("huihai_http_request_seconds", "histogram", "How long requests took.");
    for route in &routes {
        let labels = [("method", route.method), ("route", route.pattern)];
        let counts = route.took.cumulative();
        for (bound, count) in BOUNDS_US.iter().map(|us| seconds(*us)).chain(["+Inf".to_owned()]).zip(&counts) {
            text.line("huihai_http_request_seconds_bucket", &[labels[0], labels[1], ("le", &bound)], count);
        }
        text.line("huihai_http_request_seconds_sum", &labels, seconds(route.took.sum_us()));
        text.line("huihai_http_request_seconds_count", &labels, counts.last().copied().unwrap_or(0));
    }
}

fn chores(text: &mut Text, app: &App, now: Micros) {
    let chores = app.meters.chores();
    text.head("huihai_chore_age_seconds", "gauge", "Since the chore last succeeded in this process.");
    for (name, beat) in &chores {
        if let Some(at) = beat.succeeded_at {
            text.line("huihai_chore_age_seconds", &[("chore", name)], age(now, at));
        }
    }
    text.head("huihai_chore_failures_total", "counter", "How often the chore failed in this process.");
    for (name, beat) in &chores {
        text.line("huihai_chore_failures_total", &[("chore", name)], beat.failures);
    }
}

/// What stands in the database, the same for every process.
fn from_database(text: &mut Text, app: &App, now: Micros) -> Result<(), db::Fault> {
    let (health, kinds, failed, refused) = app.db.read(|tx| {
        Ok::<_, db::Fault>((settlement::health(tx)?, jobs::kinds(tx, now)?, jobs::count_failed(tx)?, settlement::refused_by_reason(tx)?))
    })?;
    for (name, help, value) in [
        ("huihai_unfolded_batches", "Batches that wait for the roll-up.", health.unfolded_batches),
        ("huihai_unlisted_batches", "Batches whose gifts wait for their places.", health.unlisted_batches),
        ("huihai_waiting_intents", "Intents that wait for their order.", health.waiting_intents),
        ("huihai_open_orders", "Orders that wait for a payment.", health.open_orders),
        ("huihai_failed_jobs", "Jobs that gave up and wait for a person.", failed),
    ] {
        text.one(name, "gauge", help, value);
    }
    text.head("huihai_jobs", "gauge", "Jobs by kind.");
    for kind in &kinds {
        text.line("huihai_jobs", &[("kind", &kind.kind)], kind.jobs);
    }
    text.head("huihai_jobs_due", "gauge", "Jobs whose time has come, by kind.");
    for kind in &kinds {
        text.line("huihai_jobs_due", &[("kind", &kind.kind)], kind.due);
    }
    text.head("huihai_job_oldest_due_seconds", "gauge", "How long the oldest due job of the kind has waited.");
    for kind in &kinds {
        if let Some(at) = kind.oldest_due_at {
            text.line("huihai_job_oldest_due_seconds", &[("kind", &kind.kind)], age(now, at));
        }
    }
    text.head("huihai_refused_notifications_total", "counter", "Notifications turned away at the door, by reason.");
    for (reason, times) in refused {
        text.line("huihai_refused_notifications_total", &[("reason", &reason)], times);
    }
    Ok(())
}
