//! The desk's side: a project's clocks, and corrections of what was told.

use db::Fault;
use maud::{Markup, html};

use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Id, Micros, Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, paragraphs, parse_id, show};

use super::super::super::model::{Correction, Project, State, Thing};
use super::super::super::pages::{desk_address as address, desk_head as head, error_of, load, refused, status_of};
use super::super::{actions, finance, store};
use super::record::{clock_table, kept, period};

/// When each report is due, and how it was kept so far.
pub fn clocks(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let kept = cx.app.db.read(|tx| kept(tx, &project))?;
    let body = html! {
        (head(cx, &project, 5))
        (ui::section(&cx.t("disclosure-kept"), Some(&ui::Link::new(cx.t("disclosure-clocks"), "/disclosure/clocks")), html! {
            p { (cx.t("disclosure-desk-clocks-lead")) }
            div.row {
                (ui::link_button(ui::ButtonKind::Main, &cx.t("project-progress-new"), &address(project.id, "/progress")))
                (ui::link_button(ui::ButtonKind::Quiet, &cx.t("project-disclosure-new"), &address(project.id, "/disclosures")))
                @if project.state == State::Closed {
                    (ui::link_button(ui::ButtonKind::Quiet, &cx.t("disclosure-leftovers"), &address(project.id, "/leftovers")))
                }
                (ui::link_button(ui::ButtonKind::Quiet, &cx.t("disclosure-correct"), &address(project.id, "/corrections")))
            }
            (clock_table(cx, &kept, day_of(cx.now)))
        }))
    };
    Ok(cx.page(PageParts { title: &cx.t("disclosure-kept"), body, ..PageParts::default() }))
}

pub fn corrections(cx: &Cx) -> Outcome {
    corrections_page(cx, &load(cx)?, &[])
}

fn corrections_page(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Outcome {
    let (told, corrections, returned) = cx.app.db.read(|tx| {
        Ok::<_, Fault>((store::correctable(tx, project.id)?, store::corrections(tx, project.id)?, finance::returned(tx, project.id)?))
    })?;
    let may = project.organisations().iter().any(|id| cx.actor.holds(*id, &[Role::Manager, Role::Finance]));
    let body = html! {
        (head(cx, project, 5))
        (refused(cx, refusals))
        @for (disclosure_id, reason) in &returned {
            (ui::notice(ui::Tone::Warn, &cx.t("disclosure-review-returned"), None, html! { (paragraphs(reason)) (cx.appeal_way("disclosure", *disclosure_id)) }))
        }
        @if told.is_empty() {
            (ui::empty_state(&cx.t("disclosure-correctable-none"), &cx.t("disclosure-correctable-none-why"), None))
        } @else if may {
            (ui::section(&cx.t("disclosure-correct"), None, html! {
                p { (cx.t("disclosure-correct-lead")) }
                (correction_form(cx, project, &told, refusals))
            }))
        }
        @if !corrections.is_empty() {
            (ui::section(&cx.t("disclosure-corrections-so-far"), None, ui::link_list(&rows(cx, project.id, &corrections))))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &cx.t("disclosure-correct"), body, ..PageParts::default() }))
}

fn rows(cx: &Cx, project_id: Id, corrections: &[Correction]) -> Vec<ui::LinkRow<'static>> {
    corrections
        .iter()
        .map(|note| ui::LinkRow {
            href: Thing::Correction.path(project_id, note.id).into(),
            title: cx.t(note.thing.key()).into(),
            note: note.is_right.chars().take(60).collect::<String>().into(),
            aside: show::instant(note.published_at),
        })
        .collect()
}

fn correction_form(cx: &Cx, project: &Project, told: &[(Thing, Id, String, Micros)], refusals: &[Refusal]) -> Markup {
    let asked = if cx.form("thing").is_empty() { cx.query("thing") } else { cx.form("thing") };
    let choices = told
        .iter()
        .map(|(thing, id, words, at)| {
            let words = if *thing == Thing::Disclosure { period(words) } else { words.chars().take(30).collect() };
            let value = format!("{}-{id}", thing.word());
            let chosen = value == asked;
            ui::Choice::new(value, format!("{} · {} · {words}", day_text(day_of(*at)), cx.t(thing.key()))).chosen(chosen)
        })
        .collect();
    let area = |name: &'static str, label: &str, help: &str| {
        ui::textarea_field(&ui::TextArea {
            name: name.into(),
            label: cx.t(label).into(),
            help: cx.t(help).into(),
            value: cx.form(name).into(),
            error: error_of(cx, refusals, name).into(),
            required: true,
            rows: 3,
            ..ui::TextArea::default()
        })
    };
    ui::form(&ui::Form {
        action: address(project.id, "/corrections").into(),
        body: html! {
            (ui::select_field(&ui::Select {
                name: "thing".into(), label: cx.t("disclosure-corrects").into(), choices, error: error_of(cx, refusals, "thing").into(), required: true,
                ..ui::Select::default()
            }))
            (area("was_wrong", "disclosure-was-wrong", "disclosure-was-wrong-help"))
            (area("is_right", "disclosure-is-right", "disclosure-is-right-help"))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("disclosure-correct-publish"), None), None))
        },
        ..ui::Form::default()
    })
}

pub fn correct(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let typed = cx.form("thing").rsplit_once('-').and_then(|(word, id)| Some((Thing::from_word(word)?, parse_id(id)?)));
    let published = match typed {
        None => Err(Refusal::input("thing", "refusal-disclosure-no-such-thing").into()),
        Some(told) => actions::correct(&cx.app, &cx.actor, project.id, told, cx.form("was_wrong"), cx.form("is_right"), cx.now),
    };
    match published {
        Ok(_) => Ok(Answer::redirect(format!("{}?done=disclosure-correction", address(project.id, "/corrections")))),
        Err(Trouble::Refused(refusal)) => corrections_page(cx, &project, &[refusal]),
        Err(fault) => Err(fault),
    }
}
