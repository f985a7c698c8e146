//! The calmer's facts as a donor reads them: now, before paying, and later, exactly as they were told.

use maud::{Markup, html};
use serde::Deserialize;

use crate::giving::actions;
use crate::kernel::civil::{self, Day, day_of};
use crate::kernel::{Id, Micros, hex};
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::{age, project_path};

/// A snapshot as it is read back. Snapshots outlive versions of the program, so what a snapshot lacks is left out here.
#[derive(Deserialize)]
struct Told {
    title: String,
    #[serde(default)]
    english_title: String,
    state: String,
    #[serde(default)]
    filing_number: String,
    filed_at: Micros,
    executing_at: Option<Micros>,
    #[serde(default)]
    progress_count: i64,
    last_progress: Option<Progress>,
    #[serde(default)]
    disclosure_count: i64,
    last_disclosure: Option<Disclosure>,
    #[serde(default)]
    goal_fen: i64,
    #[serde(default)]
    gifts: i64,
    #[serde(default)]
    raised_fen: i64,
    #[serde(default)]
    paid_out_fen: i64,
    #[serde(default)]
    spent_fen: i64,
    #[serde(default)]
    lines: Vec<Line>,
    #[serde(default)]
    overdue: Vec<Overdue>,
}

#[derive(Deserialize)]
struct Progress {
    title: String,
    at: Micros,
}

#[derive(Deserialize)]
struct Disclosure {
    from_day: Day,
    until_day: Day,
    closing_fen: i64,
    published_at: Micros,
}

#[derive(Deserialize)]
struct Line {
    item: String,
    #[serde(default)]
    english_item: String,
    planned_fen: i64,
    spent_fen: i64,
}

#[derive(Deserialize)]
struct Overdue {
    what: String,
    due_day: Day,
}

/// The facts of a snapshot with their ages at `seen_at`.
pub fn facts(cx: &Cx, body: &str, seen_at: Micros, project_id: Id) -> Markup {
    match serde_json::from_str::<Told>(body) {
        Ok(told) => html! {
            (ui::facts(&fact_list(cx, &told, seen_at, project_id)))
            @if !told.lines.is_empty() { (budget(cx, &told)) }
        },
        // The text of an older version that we no longer know how to read is still the donor's to see.
        Err(_) => html! { pre { (body) } },
    }
}

/// "These facts stand as of … and are kept with your gift."
pub fn stands_as_of(cx: &Cx, as_of: Micros) -> Markup {
    ui::as_of(&cx.ta("giving-calmer-as-of", &[("time", civil::minute_text(as_of).into())]), &civil::rfc3339(as_of))
}

/// The question of a report that is late, by its word in the snapshot.
fn asked_of(what: &str) -> &'static str {
    match what {
        "final_report" => "giving-fact-final-report",
        "receipts" => "giving-fact-receipts",
        "leftovers" => "giving-fact-leftovers",
        _ => "giving-fact-fundraising-report",
    }
}

fn fact_list<'a>(cx: &Cx, told: &'a Told, seen_at: Micros, project_id: Id) -> Vec<ui::Fact<'a>> {
    let link = |key: &str, there: bool| there.then(|| ui::Link::new(cx.t(key), project_path(project_id)));
    let (progress_mark, progress_tone) = mark(cx, told, "progress", seen_at, told.last_progress.is_some());
    let (disclosure_mark, disclosure_tone) = mark(cx, told, "disclosure", seen_at, told.last_disclosure.is_some());
    let mut list = vec![
        ui::Fact { question: cx.t("giving-fact-filed").into(), answer: filed(cx, told, seen_at).into(), ..ui::Fact::default() },
        ui::Fact { question: cx.t("giving-fact-carried-out").into(), answer: carried_out(cx, told, seen_at).into(), ..ui::Fact::default() },
        ui::Fact { question: cx.t("giving-fact-spending").into(), answer: spending(cx, told).into(), ..ui::Fact::default() },
        ui::Fact {
            question: cx.t("giving-fact-progress").into(),
            answer: progress(cx, told, seen_at).into(),
            mark: progress_mark.into(),
            tone: progress_tone,
            source: link("giving-read-progress", told.last_progress.is_some()),
        },
        ui::Fact {
            question: cx.t("giving-fact-disclosure").into(),
            answer: disclosure(cx, told, seen_at).into(),
            mark: disclosure_mark.into(),
            tone: disclosure_tone,
            source: link("giving-read-disclosure", told.last_disclosure.is_some()),
        },
    ];
    for late in told.overdue.iter().filter(|o| o.what != "progress" && o.what != "disclosure") {
        list.push(ui::Fact {
            question: cx.t(asked_of(&late.what)).into(),
            answer: cx.ta("giving-due-on", &[("day", civil::day_text(late.due_day).into())]).into(),
            mark: overdue(cx, late.due_day, seen_at).into(),
            tone: ui::Tone::Warn,
            ..ui::Fact::default()
        });
    }
    list
}

fn filed(cx: &Cx, told: &Told, seen_at: Micros) -> String {
    let args = [
        ("day", civil::day_text(day_of(told.filed_at)).into()),
        ("age", age(cx, told.filed_at, seen_at).into()),
        ("number", told.filing_number.as_str().into()),
    ];
    cx.ta(if told.filing_number.is_empty() { "giving-filed" } else { "giving-filed-number" }, &args)
}

fn carried_out(cx: &Cx, told: &Told, seen_at: Micros) -> String {
    let state = cx.t(&format!("giving-state-{}", told.state.replace('_', "-")));
    match told.executing_at {
        Some(at) => cx.ta(
            "giving-carried-out-since",
            &[("state", state.into()), ("day", civil::day_text(day_of(at)).into()), ("age", age(cx, at, seen_at).into())],
        ),
        None => state,
    }
}

fn spending(cx: &Cx, told: &Told) -> String {
    let args = [
        ("gifts", show::count(told.gifts).into()),
        ("raised", show::money(told.raised_fen).into()),
        ("goal", show::money(told.goal_fen).into()),
        ("paidout", show::money(told.paid_out_fen).into()),
        ("spent", show::money(told.spent_fen).into()),
        ("share", share(told.spent_fen, told.raised_fen).into()),
    ];
    cx.ta(if told.raised_fen == 0 { "giving-spending-none" } else { "giving-spending" }, &args)
}

/// A share with one decimal, cut off: never more than there is.
fn share(part: i64, whole: i64) -> String {
    let permille = if whole > 0 { i128::from(part) * 1000 / i128::from(whole) } else { 0 };
    format!("{}.{}%", permille / 10, permille % 10)
}

fn progress(cx: &Cx, told: &Told, seen_at: Micros) -> String {
    match &told.last_progress {
        Some(last) => cx.ta(
            "giving-progress",
            &[
                ("count", told.progress_count.into()),
                ("title", last.title.as_str().into()),
                ("day", civil::day_text(day_of(last.at)).into()),
                ("age", age(cx, last.at, seen_at).into()),
            ],
        ),
        None => cx.t("giving-progress-none"),
    }
}

fn disclosure(cx: &Cx, told: &Told, seen_at: Micros) -> String {
    match &told.last_disclosure {
        Some(last) => cx.ta(
            "giving-disclosure",
            &[
                ("count", told.disclosure_count.into()),
                ("from", civil::day_text(last.from_day).into()),
                ("until", civil::day_text(last.until_day).into()),
                ("closing", show::money(last.closing_fen).into()),
                ("age", age(cx, last.published_at, seen_at).into()),
            ],
        ),
        None => cx.t("giving-disclosure-none"),
    }
}

/// Late, in time, or (nothing published and nothing due) no mark.
fn mark(cx: &Cx, told: &Told, what: &str, seen_at: Micros, published: bool) -> (String, ui::Tone) {
    match told.overdue.iter().find(|o| o.what == what) {
        Some(late) => (overdue(cx, late.due_day, seen_at), ui::Tone::Warn),
        None if published => (cx.t("giving-in-time"), ui::Tone::Good),
        None => (String::new(), ui::Tone::Plain),
    }
}

fn overdue(cx: &Cx, due_day: Day, seen_at: Micros) -> String {
    cx.ta("giving-overdue", &[("days", (day_of(seen_at) - due_day).max(1).into())])
}

/// 善款花费 line by line.
fn budget(cx: &Cx, told: &Told) -> Markup {
    let mut table = ui::Table::new(
        cx.t("giving-budget"),
        vec![
            ui::Column::words(cx.t("giving-budget-item")),
            ui::Column::number(cx.t("giving-budget-planned")),
            ui::Column::number(cx.t("giving-budget-spent")),
        ],
    );
    for line in &told.lines {
        table.row(&[&cx.either(&line.item, &line.english_item), &show::money(line.planned_fen), &show::money(line.spent_fen)]);
    }
    ui::table(&table)
}

/// `GET /gifts/{id}/{code}/calmer`: what the donor was told before giving.
pub fn kept(cx: &Cx) -> Outcome {
    let gift = super::gift::of_path(cx)?;
    let body = actions::told(&cx.app, &gift)?;
    let path = actions::gift_path(&cx.app, gift.id);
    let title = cx.t("giving-kept");
    let told_title = serde_json::from_str::<Told>(&body).ok().map(|t| cx.either(&t.title, &t.english_title).to_owned());
    let hash = hex(&gift.snapshot_hash);
    let page = html! {
        (ui::breadcrumbs(&cx.t("giving-trail"), &[ui::Link::new(cx.t("giving-the-gift"), path.as_str())], &title))
        (ui::heading(&title, Some(&cx.ta("giving-kept-lead", &[
            ("project", told_title.unwrap_or_else(|| gift.project_title.clone()).into()), ("time", civil::minute_text(gift.created_at).into()),
        ]))))
        (facts(cx, &body, gift.created_at, gift.project_id))
        (ui::proof(&ui::Proof {
            title: cx.t("giving-kept-proof").into(),
            body: html! { p { (cx.t("giving-kept-proof-body")) } p { code { "sha256sum calmer.json" } } },
            lines: vec![ui::ReceiptLine::new(cx.t("giving-kept-hash"), hash)],
            links: vec![ui::Link::new(cx.t("giving-kept-download"), format!("{path}/calmer.json"))],
        }))
    };
    Ok(cx.page(PageParts { title: &title, body: page, reading: true, ..PageParts::default() }))
}

/// The exact bytes behind the hash.
pub fn kept_bytes(cx: &Cx) -> Outcome {
    let gift = super::gift::of_path(cx)?;
    let body = actions::told(&cx.app, &gift)?;
    Ok(Answer::Bytes {
        status: 200,
        content_type: "application/json; charset=utf-8",
        body: body.into_bytes(),
        cache_s: 0,
        file_name: Some("calmer.json".into()),
    })
}
