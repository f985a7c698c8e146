//! `/operator/health`: whether the books agree, the oldest due thing of every kind of job and chore, and the jobs that
//! gave up, each to be tried again or discarded with a reason. `/healthz` and `/readyz` for whatever watches the process.

use maud::{Markup, html};

use crate::kernel::{Id, Micros, Refusal, Trouble};
use crate::web::show::{ago, as_of, count, instant};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, refusal_text};
use crate::{jobs, settlement};

/// The process is alive; nothing else is asked.
pub fn alive(_: &Cx) -> Outcome {
    Ok(Answer::bytes("text/plain; charset=utf-8", "alive\n", 0))
}

/// The process can do its work: the database answers, and the queue in front of the books has room.
pub fn ready(cx: &Cx) -> Outcome {
    let room = cx.app.settlement.queued() < cx.app.settlement.limits.queue;
    let (status, text) = match cx.app.db.read(settlement::health) {
        Ok(_) if room => (200, "ready\n"),
        Ok(_) => (503, "the queue is full\n"),
        Err(_) => (503, "the database does not answer\n"),
    };
    Ok(Answer::bytes("text/plain; charset=utf-8", text, 0).with_status(status))
}

pub fn page(cx: &Cx) -> Outcome {
    shown(cx, None)
}

fn shown(cx: &Cx, refused: Option<&Refusal>) -> Outcome {
    let (health, kinds, failed, beats) = cx
        .app
        .db
        .read(|tx| Ok::<_, db::Fault>((settlement::health(tx)?, jobs::kinds(tx, cx.now)?, jobs::failed(tx)?, jobs::beats(tx, cx.now)?)))?;
    let title = cx.t("operations-health");
    let body = html! {
        (ui::breadcrumbs(&cx.t("operations-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator")], &title))
        (ui::heading(&title, Some(&cx.t("operations-health-lead"))))
        @if cx.app.settlement.alarm() {
            (ui::notice(ui::Tone::Bad, &cx.t("operations-alarm"), None, html! { p { (cx.t("operations-alarm-why")) } }))
        } @else {
            (ui::notice(ui::Tone::Good, &cx.t("operations-books-agree"), None, html! { p { (cx.t("operations-books-agree-why")) } }))
        }
        (ui::section(&cx.t("operations-failed"), None, failed_jobs(cx, &failed, refused)))
        (ui::section(&cx.t("operations-chores"), None, chores(cx, &beats)))
        (ui::section(&cx.t("operations-jobs"), None, job_kinds(cx, &kinds)))
        (ui::section(&cx.t("operations-queued"), None, queues(cx, &health)))
        (as_of(cx))
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, ..PageParts::default() }))
}

fn words(cx: &Cx, keys: &[&str]) -> Vec<ui::Column<'static>> {
    keys.iter().map(|key| ui::Column::words(cx.t(key))).collect()
}

fn queues(cx: &Cx, health: &settlement::Health) -> Markup {
    let queued = i64::try_from(cx.app.settlement.queued()).unwrap_or(i64::MAX);
    let mut table = ui::Table::new(
        cx.t("operations-queued"),
        vec![ui::Column::words(cx.t("operations-what")), ui::Column::number(cx.t("operations-count"))],
    );
    for (key, number) in [
        ("operations-queued-confirmations", queued),
        ("operations-queued-unfolded", health.unfolded_batches),
        ("operations-queued-unlisted", health.unlisted_batches),
        ("operations-queued-waiting", health.waiting_intents),
        ("operations-queued-open", health.open_orders),
    ] {
        table.row(&[&cx.t(key), &count(number)]);
    }
    ui::table(&table)
}

/// Every kind there is, also those of which nothing waits: an empty line is a good sign that one can see.
fn job_kinds(cx: &Cx, kinds: &[jobs::Kind]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("operations-jobs"),
        vec![
            ui::Column::words(cx.t("operations-kind")),
            ui::Column::number(cx.t("operations-count")),
            ui::Column::number(cx.t("operations-jobs-due")),
            ui::Column::words(cx.t("operations-oldest-due")),
        ],
    );
    let known = cx.app.jobs().iter().map(|k| k.kind.to_owned());
    let unknown = kinds.iter().map(|k| k.kind.clone()).filter(|kind| cx.app.jobs().iter().all(|k| k.kind != *kind));
    for kind in known.chain(unknown) {
        let found = kinds.iter().find(|k| k.kind == kind);
        let oldest = found.and_then(|k| k.oldest_due_at);
        table.row(&[
            &html! { code { (kind) } },
            &count(found.map_or(0, |k| k.jobs)),
            &count(found.map_or(0, |k| k.due)),
            &html! { @if let Some(at) = oldest { (instant(at)) " " small { (ago(cx, at)) } } @else { (cx.t("operations-none-due")) } },
        ]);
    }
    ui::table(&table)
}

/// A chore that has not succeeded for three of its turns, and at least two minutes, is overdue.
fn overdue(every: Micros, succeeded_at: Option<Micros>, now: Micros) -> bool {
    const LEAST: Micros = 2 * crate::kernel::MINUTE_US;
    succeeded_at.is_none_or(|at| now - at > (3 * every).max(LEAST))
}

fn chores(cx: &Cx, beats: &[jobs::ChoreBeat]) -> Markup {
    let mut table = ui::Table::new(cx.t("operations-chores"), words(cx, &["operations-kind", "operations-succeeded", "operations-state"]));
    for chore in cx.app.chores() {
        // Any process that did it has done it.
        let of_it = || beats.iter().filter(|b| b.chore == chore.name);
        let succeeded = of_it().filter_map(|b| b.succeeded_at).max();
        let failed = of_it().filter(|b| b.failed_at > b.succeeded_at).max_by_key(|b| b.failed_at);
        let badge = match failed {
            Some(_) => ui::badge(ui::Tone::Bad, &cx.t("operations-chore-failed")),
            None if succeeded.is_none() => ui::badge(ui::Tone::Plain, &cx.t("operations-chore-never")),
            None if overdue(chore.every, succeeded, cx.now) => ui::badge(ui::Tone::Warn, &cx.t("operations-late")),
            None => ui::badge(ui::Tone::Good, &cx.t("operations-chore-good")),
        };
        table.row(&[
            &html! { code { (chore.name) } },
            &html! { @if let Some(at) = succeeded { (instant(at)) " " small { (ago(cx, at)) } } @else { "–" } },
            &html! { (badge) @if let Some(beat) = failed { " " small { (beat.reason) } } },
        ]);
    }
    ui::table(&table)
}

fn failed_jobs(cx: &Cx, failed: &[jobs::Failed], refused: Option<&Refusal>) -> Markup {
    if failed.is_empty() {
        return html! { p { (cx.t("operations-failed-none")) } };
    }
    let again = cx.form("job").to_owned();
    html! {
        @for job in failed {
            @let mine = refused.filter(|_| again == job.id.to_string());
            @let error = if job.error.starts_with("refusal-") { refusal_text(cx, &Refusal::new(500, "refusal-our-fault")).0 } else { job.error.clone() };
            (ui::card(Some(&job.kind), html! {
                (ui::definition_list(&[
                    ui::Term::new(cx.t("operations-failed-at"), instant(job.failed_at)),
                    ui::Term::new(cx.t("operations-attempts"), ui::text(job.attempts)),
                    ui::Term::new(cx.t("operations-error"), ui::text(&error)),
                ]))
                (ui::form(&ui::Form {
                    action: format!("/operator/health/jobs/{}", job.id).into(),
                    hidden: vec![("job".into(), job.id.to_string().into())],
                    body: html! {
                        (ui::input_field(&ui::Input {
                            name: reason_field(job.id).into(),
                            label: cx.t("operations-reason").into(),
                            help: cx.t("operations-reason-help").into(),
                            value: if mine.is_some() { cx.form(&reason_field(job.id)).to_owned().into() } else { "".into() },
                            error: field_error(cx, mine, "reason").into(),
                            required: true,
                            max_length: Some(500),
                            ..ui::Input::default()
                        }))
                        (ui::submit_row(html! {
                            (ui::button(ui::ButtonKind::Main, &cx.t("operations-retry"), Some(("do", "retry"))))
                            (ui::button(ui::ButtonKind::Danger, &cx.t("operations-discard"), Some(("do", "discard"))))
                        }, None))
                    },
                    ..ui::Form::default()
                }))
            }))
        }
    }
}

/// Several forms stand on the page, so each field has its own name.
fn reason_field(job: Id) -> String {
    format!("reason-{job}")
}

/// Tries a job that gave up again, or discards it; why stands in the database for good.
pub fn decide_job(cx: &Cx) -> Outcome {
    let (id, person_id, now) = (cx.id_param("id")?, cx.person_id()?, cx.now);
    let decision = match cx.form("do") {
        "retry" => jobs::Decision::Retried,
        "discard" => jobs::Decision::Discarded,
        _ => return Err(Refusal::input("do", "refusal-operations-job-decision").into()),
    };
    let reason = cx.form(&reason_field(id)).to_owned();
    if reason.is_empty() || reason.chars().count() > 500 || reason.chars().any(char::is_control) {
        return shown(cx, Some(&Refusal::input("reason", "refusal-operations-reason")));
    }
    let decision_id = cx.app.new_id();
    let done = cx.app.db.write(|tx| jobs::decide_failed(tx, decision_id, id, decision, &reason, person_id, now).map_err(Trouble::from))?;
    if !done {
        return Err(Refusal::not_found().into());
    }
    Ok(match decision {
        jobs::Decision::Retried => Answer::redirect("/operator/health?done=job-retried"),
        jobs::Decision::Discarded => Answer::redirect("/operator/health?done=job-discarded"),
    })
}
