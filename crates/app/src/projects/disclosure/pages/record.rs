//! A project's clocks and its record: every report, disclosure, expense, statement and correction under an address of its own,
//! also when the project is closed.

use db::{Fault, Tx};
use maud::{Markup, html};

use crate::files;
use crate::kernel::civil::{Day, day_of, day_text};
use crate::kernel::{Id, Refusal, Trouble};
use crate::organisations;
use crate::web::{Cx, Outcome, PageParts, paragraphs, parse_id, show};

use super::super::super::facts;
use super::super::super::model::{Due, Project, Thing};
use super::super::super::pages::{asked_page, pager, progress_item, quantity_words};
use super::super::super::rules::{Became, Kept, Life, history};
use super::super::super::store as told;
use super::super::store::{self, Entry};
use super::register::{late_badge, what};
use super::{corrections_beside, crumbs, hashes, standing, was_and_is};

fn find(tx: &mut Tx, cx: &Cx) -> Result<Project, Trouble> {
    let id = cx.id_param("id")?;
    Ok(store::find_told(tx, id)?.ok_or_else(Refusal::not_found)?)
}

fn part(cx: &Cx, name: &str) -> Result<Id, Refusal> {
    parse_id(cx.param(name)).ok_or_else(Refusal::not_found)
}

/// A page of the record: the project's name in its trail, known to search engines.
fn page(cx: &Cx, project: &Project, title: &str, path: &str, body: Markup) -> Outcome {
    let name = cx.either(&project.title, &project.english_title);
    let body = html! {
        (crumbs(cx, project, title))
        (ui::heading(title, Some(name)))
        (body)
        @if !path.ends_with("/record") { p { (ui::Link::new(cx.t("disclosure-record"), format!("/projects/{}/record", project.id))) } }
    };
    Ok(cx.page(PageParts {
        title: &format!("{title} · {name}"),
        description: name,
        canonical: Some(path),
        reading: true,
        body,
        ..PageParts::default()
    }))
}

/// What a project's clocks have been, and are: the history for its public page and for its desk.
pub fn kept(tx: &mut Tx, project: &Project) -> Result<Vec<Kept>, Fault> {
    let life = Life::of(project, told::told(tx, project)?);
    Ok(history(&life, &store::events(tx, project)?))
}

pub fn clock_table(cx: &Cx, kept: &[Kept], today: Day) -> Markup {
    let mut table = ui::Table::new(
        cx.t("disclosure-kept-caption"),
        vec![
            ui::Column::words(cx.t("disclosure-what")),
            ui::Column::words(cx.t("disclosure-due-day")),
            ui::Column::words(cx.t("disclosure-became")),
            ui::Column::number(cx.t("disclosure-late")),
        ],
    );
    // What is open first, the longest late on top; then the past, the newest first.
    let mut sorted: Vec<&Kept> = kept.iter().collect();
    sorted.sort_by_key(|k| match k.became {
        Became::Open => (0, k.due_day),
        Became::Told(day) | Became::Dropped(day) => (1, -day),
    });
    for item in sorted {
        let became = match item.became {
            Became::Told(day) => cx.ta("disclosure-told-on", &[("day", day_text(day).into())]),
            Became::Dropped(day) => cx.ta("disclosure-dropped-on", &[("day", day_text(day).into())]),
            Became::Open if item.due_day < today => cx.t("disclosure-open-late"),
            Became::Open => cx.t("disclosure-open"),
        };
        let due = Due { what: item.what, due_day: item.due_day };
        table.row(&[&what(cx, &due), &show::day(item.due_day), &became, &late_badge(cx, item.days_late(today))]);
    }
    let late = kept.iter().filter(|k| k.days_late(today) > 0).count();
    let all = kept.iter().filter(|k| k.became != Became::Open).count();
    html! {
        @if kept.is_empty() { p { (cx.t("disclosure-kept-none")) } } @else {
            p { (cx.ta("disclosure-kept-sum", &[("settled", show::count(i64::try_from(all).unwrap_or(0)).into()), ("late", show::count(i64::try_from(late).unwrap_or(0)).into())])) }
            (ui::table(&table))
        }
    }
}

/// When each report was due, when it was told, and by how many days it was late: kept for ever.
pub fn clocks(cx: &Cx) -> Outcome {
    let (project, kept) = cx.app.db.read(|tx| {
        let project = find(tx, cx)?;
        let kept = kept(tx, &project)?;
        Ok::<_, Trouble>((project, kept))
    })?;
    let body = html! {
        p { (cx.t("disclosure-kept-lead")) " " (ui::Link::new(cx.t("disclosure-clocks"), "/disclosure/clocks")) }
        (clock_table(cx, &kept, day_of(cx.now)))
    };
    page(cx, &project, &cx.t("disclosure-kept"), &format!("/projects/{}/clocks", project.id), body)
}

/// Everything a project told, newest first.
pub fn record(cx: &Cx) -> Outcome {
    let asked = asked_page(cx);
    let (project, due, entries, pages) = cx.app.db.read(|tx| {
        let project = find(tx, cx)?;
        let (entries, pages) = store::record(tx, project.id, asked)?;
        Ok::<_, Trouble>((project.clone(), facts::due(tx, &project)?, entries, pages))
    })?;
    let path = format!("/projects/{}/record", project.id);
    let rows: Vec<ui::LinkRow> = entries.iter().map(|entry| row(cx, &project, entry)).collect();
    let body = html! {
        p { (cx.t("disclosure-record-lead")) " " (ui::Link::new(cx.t("disclosure-kept"), format!("/projects/{}/clocks", project.id))) }
        (standing(cx, &due))
        (ui::link_list(&rows))
        (pager(cx, asked, pages, |page| format!("{path}?page={page}")))
    };
    page(cx, &project, &cx.t("disclosure-record"), &path, body)
}

fn row(cx: &Cx, project: &Project, entry: &Entry) -> ui::LinkRow<'static> {
    let thing = Thing::from_word(&entry.kind);
    let href = match thing {
        Some(thing) => thing.path(project.id, entry.id),
        None => format!("/projects/{}/steps", project.id),
    };
    let title = match (thing, store::state_of(entry)) {
        (Some(thing), _) => cx.t(thing.key()),
        (None, Some(state)) => cx.t(state.key()),
        (None, None) => cx.t("project-steps"),
    };
    let note = match thing {
        Some(Thing::Progress) => entry.words.clone(),
        Some(Thing::Disclosure) => period(&entry.words),
        Some(Thing::Correction) => Thing::from_word(&entry.words).map(|t| cx.t(t.key())).unwrap_or_default(),
        _ => String::new(),
    };
    ui::LinkRow { href: href.into(), title: title.into(), note: note.into(), aside: show::instant(entry.at) }
}

/// "100 189" as the days they count.
pub fn period(words: &str) -> String {
    let days: Vec<String> = words.split(' ').filter_map(|d| d.parse().ok()).map(day_text).collect();
    days.join(" – ")
}

pub fn post_page(cx: &Cx) -> Outcome {
    let id = part(cx, "post")?;
    let (project, item) = cx.app.db.read(|tx| {
        let project = find(tx, cx)?;
        let item = told::progress_post(tx, project.id, id)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, Trouble>((project, item))
    })?;
    let body = progress_item(cx, project.id, &item);
    page(cx, &project, &cx.t("disclosure-thing-progress"), &Thing::Progress.path(project.id, id), body)
}

/// One expense, with what was corrected about it.
pub fn expense(cx: &Cx) -> Outcome {
    let id = part(cx, "expense")?;
    let (project, expense, corrections, invoice) = cx.app.db.read(|tx| {
        let project = find(tx, cx)?;
        let expense = told::expense(tx, project.id, id)?.ok_or_else(Refusal::not_found)?;
        let corrections = told::corrections_of(tx, Thing::Expense, id)?;
        let invoice = match told::reversals::invoice_of(tx, id)? {
            Some(file_id) => files::find(tx, file_id)?.filter(|file| file.public_since.is_some()),
            None => None,
        };
        Ok::<_, Trouble>((project, expense, corrections, invoice))
    })?;
    let term = |key: &str, value: &str| ui::Term::new(cx.t(key), ui::text(value.to_owned()));
    let body = html! {
        (ui::definition_list(&[
            ui::Term::new(cx.t("project-spent-day"), show::day(expense.spent_day)),
            term("project-line-item", cx.either(&expense.item, &expense.english_item)),
            term("project-description", &expense.description),
            term("project-line-plan", &quantity_words(cx, expense.quantity, &expense.unit, expense.unit_price_fen)),
            term("project-amount", &show::money(expense.amount_fen)),
            term("project-invoice", &expense.invoice_number),
            ui::Term::new(cx.t("disclosure-recorded-at"), show::instant(expense.recorded_at)),
        ]))
        @if let Some(file) = &invoice { (files::attachments(cx, std::slice::from_ref(file))) }
        (corrections_beside(cx, project.id, &corrections))
    };
    page(cx, &project, &cx.t("disclosure-thing-expense"), &Thing::Expense.path(project.id, id), body)
}

/// What became of the money that was left.
pub fn leftovers(cx: &Cx) -> Outcome {
    let id = part(cx, "statement")?;
    let (project, statement, corrections) = cx.app.db.read(|tx| {
        let project = find(tx, cx)?;
        let statement = store::leftover_statements(tx, project.id)?.into_iter().find(|s| s.id == id).ok_or_else(Refusal::not_found)?;
        let corrections = told::corrections_of(tx, Thing::Leftovers, id)?;
        Ok::<_, Trouble>((project, statement, corrections))
    })?;
    let body = html! {
        p { (cx.ta("disclosure-leftovers-amount", &[("amount", show::money(statement.amount_fen).into())])) }
        (paragraphs(&statement.body))
        p.when { (cx.t("project-published-at")) " " (show::instant(statement.published_at)) }
        (corrections_beside(cx, project.id, &corrections))
    };
    page(cx, &project, &cx.t("disclosure-thing-leftovers"), &Thing::Leftovers.path(project.id, id), body)
}

/// A correction: who says so, when, what was wrong, what is right, beside what.
pub fn correction(cx: &Cx) -> Outcome {
    let id = part(cx, "correction")?;
    let (project, note, organisation, corrections) = cx.app.db.read(|tx| {
        let project = find(tx, cx)?;
        let note = store::correction(tx, project.id, id)?.ok_or_else(Refusal::not_found)?;
        let organisation = organisations::find(tx, note.organisation_id)?.ok_or_else(Refusal::not_found)?;
        let corrections = told::corrections_of(tx, Thing::Correction, id)?;
        Ok::<_, Trouble>((project, note, organisation, corrections))
    })?;
    let beside = ui::Link::new(cx.t(note.thing.key()), note.thing.path(project.id, note.thing_id));
    let by = ui::Link::new(cx.either(&organisation.name, &organisation.english_name), format!("/organisations/{}", organisation.id));
    let body = html! {
        (ui::definition_list(&[
            ui::Term::new(cx.t("disclosure-corrects"), html! { (beside) }),
            ui::Term::new(cx.t("disclosure-corrected-by"), html! { (by) }),
        ]))
        (was_and_is(cx, &note))
        (hashes(cx, &note))
        (corrections_beside(cx, project.id, &corrections))
    };
    page(cx, &project, &cx.t("disclosure-thing-correction"), &Thing::Correction.path(project.id, id), body)
}
