//! Open data: the published facts of a civil day as JSON lines and as CSV, and the page that lists the days.
//!
//! A file holds what the log holds and nothing else, in the log's order; each line can be spelled as its entry and hashed again. A
//! day may have a hundred thousand facts, so it is read and sent in parts.

use std::fmt::Write;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use db::{Fault, Tx};
use futures_util::stream;
use maud::html;

use crate::App;
use crate::kernel::civil::{Day, add_months, day_of, day_text, parse_day, start_of};
use crate::kernel::{MINUTE_US, Micros, Refusal};
use crate::web::{Cx, Outcome, PageParts, csv};

use super::pages::link;
use super::serve::{self, A_MINUTE, AN_HOUR};
use super::store;

/// So many places are read at once.
const AT_ONCE: i64 = 1000;

#[derive(Clone, Copy)]
enum Format {
    JsonLines,
    Csv,
}

/// `2026-11-23.jsonl` or `2026-11-23.csv`.
fn asked(file: &str) -> Option<(Day, Format)> {
    let (day, ending) = file.split_once('.')?;
    let format = match ending {
        "jsonl" => Format::JsonLines,
        "csv" => Format::Csv,
        _ => return None,
    };
    // One address for one day.
    parse_day(day).filter(|parsed| day_text(*parsed) == day).map(|day| (day, format))
}

/// `/data/entries/{file}`
pub async fn day_file(State(app): State<Arc<App>>, Path(file): Path<String>) -> Response {
    let Some((day, format)) = asked(&file) else {
        return serve::refused(StatusCode::NOT_FOUND, "a day is asked for as 2026-11-23.jsonl or 2026-11-23.csv; see /data\n");
    };
    let span = (start_of(day), start_of(day + 1));
    let reader = app.clone();
    let places = tokio::task::spawn_blocking(move || {
        reader.db.read(|tx| {
            let size = store::state(tx)?.published_size;
            store::places_between(tx, span.0, span.1, size).map(|found| found.map(|(lowest, highest)| (lowest, highest + 1)))
        })
    })
    .await;
    let (lowest, end) = match places {
        Ok(Ok(Some(places))) => places,
        Ok(Ok(None)) => return serve::refused(StatusCode::NOT_FOUND, "no fact of that day is published; see /data for the days\n"),
        Ok(Err(fault)) => {
            tracing::error!(error = %fault, "a day of the public log could not be read");
            return serve::refused(StatusCode::SERVICE_UNAVAILABLE, "the log cannot be read now\n");
        }
        Err(_) => return serve::refused(StatusCode::SERVICE_UNAVAILABLE, "the log cannot be read now\n"),
    };
    // A fact of yesterday may still wait for its witnesses.
    let cache = if day + 1 < day_of(app.clock.now()) { AN_HOUR } else { A_MINUTE };
    let parts = stream::try_unfold(lowest, move |from| {
        let app = app.clone();
        async move {
            if from >= end {
                return Ok(None);
            }
            let until = (from + AT_ONCE).min(end);
            let read = move || app.db.read(|tx| store::placed(tx, (from, until), span));
            let placed = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?.map_err(std::io::Error::other)?;
            let text = match format {
                Format::JsonLines => json_lines(&placed),
                Format::Csv => comma_separated(&placed, from == lowest),
            };
            Ok::<_, std::io::Error>(Some((Bytes::from(text), until)))
        }
    });
    let kind = match format {
        Format::JsonLines => "application/jsonl; charset=utf-8",
        Format::Csv => "text/csv; charset=utf-8",
    };
    let mut response = serve::answer(kind, cache, Body::from_stream(parts));
    // The name was read above: it is a day and an ending.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"huihai-{file}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The minute as it stands in the entry.
fn minute(placed: &store::Placed) -> String {
    openbook::time::minute_text(placed.created_at.div_euclid(MINUTE_US)).unwrap_or_default()
}

fn leaf(placed: &store::Placed) -> String {
    openbook::hex(&tlog::Hash::of_leaf(&placed.bytes).0)
}

fn json_lines(placed: &[store::Placed]) -> Vec<u8> {
    let mut text = String::new();
    for row in placed {
        // The body is put in as it is spelled, so that it can be hashed as it is found; a kind is letters and `_`.
        let _ = writeln!(
            text,
            r#"{{"at":"{}","body":{},"index":{},"kind":"{}","leaf_sha256":"{}"}}"#,
            minute(row),
            row.body,
            row.index,
            row.kind,
            leaf(row)
        );
    }
    text.into_bytes()
}

/// With the heads, and the mark of the encoding before them, only at the beginning of the file.
fn comma_separated(placed: &[store::Placed], first: bool) -> Vec<u8> {
    let heads = ["index", "kind", "at", "body", "leaf_sha256"].map(str::to_owned).to_vec();
    let rows = placed.iter().map(|row| vec![row.index.to_string(), row.kind.clone(), minute(row), row.body.clone(), leaf(row)]);
    if first {
        return csv(&std::iter::once(heads).chain(rows).collect::<Vec<_>>());
    }
    csv(&rows.collect::<Vec<_>>()).split_off("\u{feff}".len())
}

/// The starts of the days, or of whatever else follows each other, in which something was published. Each is found by one look
/// into an index, however much was published in it.
fn starts(tx: &mut Tx, (from, until): (Micros, Micros), of: fn(Day) -> (Day, Day)) -> Result<Vec<Day>, Fault> {
    let size = store::state(tx)?.published_size;
    let (mut found, mut at) = (Vec::new(), from);
    while let Some(first) = store::first_published(tx, at, until, size)? {
        let (start, next) = of(day_of(first));
        found.push(start);
        at = start_of(next);
    }
    Ok(found)
}

fn month_around(day: Day) -> (Day, Day) {
    let text = day_text(day);
    let first = parse_day(&format!("{}-01", &text[..7])).unwrap_or(day);
    (first, add_months(first, 1))
}

/// `/data`, the days of the newest month; `?month=2026-11` those of another.
pub fn page(cx: &Cx) -> Outcome {
    let months = cx.app.db.read(|tx| starts(tx, (0, Micros::MAX), month_around))?;
    let month = match cx.query("month") {
        "" => months.last().copied(),
        typed => Some(parse_day(&format!("{typed}-01")).filter(|day| months.contains(day)).ok_or_else(Refusal::not_found)?),
    };
    let days = match month {
        Some(first) => {
            let span = (start_of(first), start_of(add_months(first, 1)));
            cx.app.db.read(|tx| starts(tx, span, |day| (day, day + 1)))?
        }
        None => Vec::new(),
    };
    let title = cx.t("data-title");
    let mut table = ui::Table::new(
        cx.t("data-days"),
        vec![ui::Column::words(cx.t("data-day")), ui::Column::words("JSON Lines"), ui::Column::words("CSV")],
    );
    for day in days.iter().rev() {
        let name = day_text(*day);
        let file = |ending: &str| ui::Link::new(format!("{name}.{ending}"), format!("/data/entries/{name}.{ending}"));
        table.row(&[&name, &file("jsonl"), &file("csv")]);
    }
    let month_name = |day: Day| day_text(day)[..7].to_owned();
    let others: Vec<_> = months.iter().rev().filter(|first| Some(**first) != month).map(|first| month_name(*first)).collect();
    let body = html! {
        (ui::heading(&title, Some(&cx.t("data-lead"))))
        @if days.is_empty() { (ui::empty_state(&cx.t("log-empty"), &cx.t("log-empty-why"), None)) } @else { (ui::table(&table)) }
        @if !others.is_empty() {
            (ui::section(&cx.t("data-months"), None, ui::link_list(
                &others.iter().map(|name| link(format!("/data?month={name}"), name.clone(), String::new())).collect::<Vec<_>>()
            )))
        }
        (ui::section(&cx.t("data-what"), None, html! {
            (ui::prose(html! { p { (cx.t("data-fields")) } p { (cx.t("data-hash")) } p { (cx.t("data-privacy")) } p { (cx.t("data-licence")) } }))
            (ui::link_list(&[
                link("/log".to_owned(), cx.t("log-title"), cx.t("data-log-note")),
                link("/log/checkpoint".to_owned(), cx.t("log-checkpoint"), cx.t("log-checkpoint-note")),
            ]))
        }))
    };
    Ok(cx.page(PageParts { title: &title, description: &cx.t("data-lead"), canonical: Some("/data"), body, ..PageParts::default() }))
}
