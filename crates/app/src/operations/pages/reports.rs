//! `/reports` and `/reports/{half}`: the platform's half-yearly reports for everyone; `/operator/reports`: publishing one
//! and adding a correction.

use maud::{Markup, html};

use crate::kernel::civil::day_of;
use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, show};

use super::super::report::{self, Figure, Half, Report};

pub fn list(cx: &Cx) -> Outcome {
    let published = cx.app.db.read(report::all_published)?;
    let title = cx.t("report-list-title");
    let rows: Vec<ui::LinkRow> = published
        .iter()
        .map(|p| ui::LinkRow {
            href: format!("/reports/{}", p.half).into(),
            title: cx.ta("report-title", &[("half", p.half.as_str().into())]).into(),
            note: cx.ta("report-published-at", &[("time", show::minute(p.published_at).into())]).into(),
            ..ui::LinkRow::default()
        })
        .collect();
    let body = html! {
        (ui::heading(&title, Some(&cx.t("report-list-lead"))))
        @if rows.is_empty() { (ui::empty_state(&cx.t("report-none"), &cx.t("report-none-why"), None)) } @else { (ui::link_list(&rows)) }
        @if let Some(half) = Half::of(day_of(cx.now)) {
            p { (ui::Link::new(cx.ta("report-so-far-link", &[("half", half.word().into())]), format!("/reports/{}", half.word()))) }
        }
    };
    Ok(cx.page(PageParts {
        title: &title,
        description: &cx.t("report-list-lead"),
        canonical: Some("/reports"),
        body,
        ..PageParts::default()
    }))
}

fn half_of(cx: &Cx) -> Result<Half, Refusal> {
    let half = Half::parse(cx.param("half")).ok_or_else(Refusal::not_found)?;
    // What has not begun cannot be told of.
    if half.first_day() > day_of(cx.now) { Err(Refusal::not_found()) } else { Ok(half) }
}

pub fn page(cx: &Cx) -> Outcome {
    let half = half_of(cx)?;
    let (counted, published, notes) = cx
        .app
        .db
        .read(|tx| Ok::<_, db::Fault>((report::count(tx, half, cx.app.mode)?, report::published(tx, half)?, report::notes(tx, half)?)))?;
    let title = cx.ta("report-title", &[("half", half.word().into())]);
    let body = html! {
        (ui::breadcrumbs(&cx.t("operations-trail"), &[ui::Link::new(cx.t("report-list-title"), "/reports")], &title))
        (ui::heading(&title, Some(&cx.ta("report-span", &[("from", counted.from.as_str().into()), ("until", counted.until.as_str().into())]))))
        @match &published {
            Some(p) => {
                p { (cx.ta("report-published-at", &[("time", show::minute(p.published_at).into())])) }
                @if p.body == counted.json()? {
                    (ui::notice(ui::Tone::Good, &cx.t("report-same"), None, html! { p { (cx.t("report-same-why")) } }))
                } @else {
                    (ui::notice(ui::Tone::Warn, &cx.t("report-differs"), None, html! { p { (cx.t("report-differs-why")) } code { (p.body) } }))
                }
            },
            None => (ui::notice(ui::Tone::Info, &cx.t("report-so-far"), None, html! { p { (cx.t("report-so-far-why")) } })),
        }
        (figures(&|key| cx.t(key), &counted))
        @if !notes.is_empty() {
            (ui::section(&cx.t("report-notes"), None, html! { @for note in &notes { p { (show::instant(note.at)) " " (note.text) } } }))
        }
        p { (cx.t("report-source")) " " (ui::Link::new(cx.t("report-json"), format!("/reports/{}/figures.json", half.word()))) }
    };
    let canonical = format!("/reports/{}", half.word());
    Ok(cx.page(PageParts {
        title: &title,
        description: &cx.t("report-list-lead"),
        canonical: Some(&canonical),
        body,
        ..PageParts::default()
    }))
}

/// The figures as a table, for the page and for the command.
pub fn figures(words: &dyn Fn(&str) -> String, report: &Report) -> Markup {
    let mut table =
        ui::Table::new(words("report-figures"), vec![ui::Column::words(words("report-what")), ui::Column::number(words("report-figure"))]);
    for (key, figure) in report.figures() {
        let value = match figure {
            Figure::Count(number) => show::count(number),
            Figure::Money(fen) => show::money(fen),
        };
        table.row(&[&words(key), &value]);
    }
    ui::table(&table)
}

/// The bytes that are hashed: the published ones, or as counted now.
pub fn as_json(cx: &Cx) -> Outcome {
    let half = half_of(cx)?;
    let body = cx.app.db.read(|tx| match report::published(tx, half)? {
        Some(published) => Ok(published.body),
        None => report::count(tx, half, cx.app.mode)?.json(),
    })?;
    Ok(Answer::bytes("application/json; charset=utf-8", body, 0))
}

pub fn operator(cx: &Cx) -> Outcome {
    operator_page(cx, None)
}

fn operator_page(cx: &Cx, refused: Option<&Refusal>) -> Outcome {
    let last = Half::of(day_of(cx.now)).map(Half::before).ok_or_else(Refusal::not_found)?;
    let (published, due) = cx.app.db.read(|tx| Ok::<_, db::Fault>((report::all_published(tx)?, report::published(tx, last)?.is_none())))?;
    let title = cx.t("report-operator-title");
    let body = html! {
        (ui::breadcrumbs(&cx.t("operations-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator")], &title))
        (ui::heading(&title, Some(&cx.t("report-operator-lead"))))
        @if due {
            (ui::card(Some(&cx.ta("report-title", &[("half", last.word().into())])), html! {
                p { (ui::Link::new(cx.t("report-look-first"), format!("/reports/{}", last.word()))) }
                (ui::form(&ui::Form {
                    action: "/operator/reports".into(),
                    hidden: vec![("half".into(), last.word().into())],
                    body: ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("report-publish"), None), None),
                    ..ui::Form::default()
                }))
            }))
        } @else { p { (cx.ta("report-not-due", &[("half", last.word().into())])) } }
        @if !published.is_empty() {
            (ui::card(Some(&cx.t("report-correct")), ui::form(&ui::Form {
                action: "/operator/reports/notes".into(),
                body: html! {
                    (ui::select_field(&ui::Select {
                        name: "half".into(),
                        label: cx.t("report-which").into(),
                        choices: published.iter().map(|p| ui::Choice::new(p.half.clone(), p.half.clone()).chosen(cx.form("half") == p.half)).collect(),
                        ..ui::Select::default()
                    }))
                    (ui::textarea_field(&ui::TextArea {
                        name: "note".into(),
                        label: cx.t("report-note").into(),
                        help: cx.t("report-note-help").into(),
                        value: cx.form("note").into(),
                        error: field_error(cx, refused, "note").into(),
                        required: true,
                        ..ui::TextArea::default()
                    }))
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("report-note-publish"), None), None))
                },
                ..ui::Form::default()
            })))
        }
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, ..PageParts::default() }))
}

/// Publishes a half year that is over.
pub fn publish(cx: &Cx) -> Outcome {
    let half = Half::parse(cx.form("half")).ok_or_else(|| Refusal::input("half", "refusal-report-half"))?;
    publish_half(&cx.app, half, cx.now)?;
    Ok(Answer::redirect("/operator/reports?done=report-published"))
}

/// The same for the command.
pub fn publish_half(app: &crate::App, half: Half, now: crate::kernel::Micros) -> Result<(), Trouble> {
    if !half.is_over(now) {
        return Err(Refusal::conflict("refusal-report-not-over").into());
    }
    let entry_id = app.new_id();
    let done = app.db.write(|tx| {
        let body = report::count(tx, half, app.mode)?.json()?;
        report::publish(tx, half, &body, entry_id, now)
    })?;
    if done { Ok(()) } else { Err(Refusal::conflict("refusal-report-published").into()) }
}

/// A correction: the report stays as it is, and everyone reads the note below it (令81号 art. 16).
pub fn add_note(cx: &Cx) -> Outcome {
    let half = Half::parse(cx.form("half")).ok_or_else(|| Refusal::input("half", "refusal-report-half"))?;
    let (text, by, id, now) = (cx.form("note").to_owned(), cx.person_id()?, cx.app.new_id(), cx.now);
    if text.is_empty() || text.chars().count() > 1_000 {
        return operator_page(cx, Some(&Refusal::input("note", "refusal-report-note")));
    }
    cx.app.db.write(|tx| {
        report::published(tx, half)?.ok_or_else(Refusal::not_found)?;
        report::add_note(tx, id, half, &text, by, now).map_err(Trouble::from)
    })?;
    Ok(Answer::redirect("/operator/reports?done=report-note"))
}
