//! What people see: the register of what is late (`register`), a project's clocks and its record (`record`), and the desk's
//! corrections and statements (`desk`).

mod desk;
pub(in crate::projects) mod finance;
mod record;
mod register;
mod sheets;

use maud::{Markup, html};

use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Right, hex};
use crate::web::{Cx, Route, get, post, show, upload};

use super::super::model::{Correction, Due, Project, Report};
use super::super::pages::trail;
use super::super::rules::clock_of;

pub fn routes() -> Vec<Route> {
    vec![
        get("/disclosure", Right::Anyone, register::register),
        get("/disclosure/charities", Right::Anyone, register::charities),
        get("/disclosure/clocks", Right::Anyone, register::clocks),
        get("/disclosure/register.csv", Right::Anyone, register::table),
        get("/projects/{id}/clocks", Right::Anyone, record::clocks),
        get("/projects/{id}/record", Right::Anyone, record::record),
        get("/projects/{id}/progress/{post}", Right::Anyone, record::post_page),
        get("/projects/{id}/expenses/{expense}", Right::Anyone, record::expense),
        get("/projects/{id}/leftovers/{statement}", Right::Anyone, record::leftovers),
        get("/projects/{id}/corrections/{correction}", Right::Anyone, record::correction),
        get("/desk/projects/{id}/clocks", Right::Desk, desk::clocks),
        get("/desk/projects/{id}/corrections", Right::Desk, desk::corrections),
        post("/desk/projects/{id}/corrections", Right::Desk, desk::correct),
        get("/operator/disclosures/{id}", Right::Operator, finance::judge),
        post("/operator/disclosures/{id}/review", Right::Operator, finance::review),
        get("/projects/{id}/disclosures/{disclosure}/sheet", Right::Anyone, sheets::disclosure),
        get("/desk/projects/{id}/sheets", Right::Desk, sheets::sheets),
        upload("/desk/projects/{id}/sheets", Right::Desk, sheets::upload),
        get("/desk/projects/{id}/sheets/template", Right::Desk, sheets::template),
        get("/desk/projects/{id}/sheets/expenses", Right::Desk, sheets::expenses),
        get("/desk/projects/{id}/sheets/{sheet}", Right::Desk, sheets::sheet),
        post("/desk/projects/{id}/sheets/{sheet}/confirmation", Right::Desk, sheets::confirm),
    ]
}

/// The way from the list of projects to a page of this one.
fn crumbs(cx: &Cx, project: &Project, here: &str) -> Markup {
    let name = cx.either(&project.title, &project.english_title).to_owned();
    trail(cx, &[ui::Link::new(cx.t("nav-projects"), "/projects"), ui::Link::new(name, format!("/projects/{}", project.id))], here)
}

/// "慈善法 art. 79": where a clock comes from.
fn source(cx: &Cx, report: Report) -> String {
    let clock = clock_of(report);
    match clock.article {
        Some(article) => cx.ta("disclosure-source-article", &[("law", clock.law.into()), ("article", i64::from(article).into())]),
        None => clock.law.to_owned(),
    }
}

/// How a project's reports stand now: each that is late, since when and by which article; or that none is, and which comes
/// next. The same words on its public page, in its record, at its desk and at the operator's.
pub(in crate::projects) fn standing(cx: &Cx, due: &[Due]) -> Markup {
    let today = day_of(cx.now);
    let next = due.iter().filter(|item| item.due_day >= today).min_by_key(|item| item.due_day);
    html! {
        @for item in due.iter().filter(|item| item.due_day < today) {
            (ui::notice(ui::Tone::Warn, &cx.t("project-word-overdue"), Some(&cx.t(item.what.key())), html! {
                p { (cx.ta("project-overdue-by", &[("days", (today - item.due_day).into()), ("day", day_text(item.due_day).into())])) }
                p.help { (cx.ta("disclosure-asked-by", &[("source", source(cx, item.what).into())])) }
            }))
        }
        @if due.iter().all(|item| item.due_day >= today) {
            p {
                (ui::badge(ui::Tone::Good, &cx.t("disclosure-in-time"))) " "
                @match next {
                    Some(item) => (cx.ta("disclosure-next", &[("report", cx.t(item.what.key()).into()), ("day", day_text(item.due_day).into())])),
                    None => (cx.t("disclosure-next-none")),
                }
            }
        }
    }
}

/// The corrections that stand beside something; nothing when there are none.
pub(in crate::projects) fn corrections_beside(cx: &Cx, project_id: i64, corrections: &[Correction]) -> Markup {
    html! {
        @for note in corrections {
            (ui::notice(ui::Tone::Warn, &cx.t("disclosure-corrected"), Some(&day_text(day_of(note.published_at))), html! {
                (was_and_is(cx, note))
                p { (ui::Link::new(cx.t("disclosure-correction-read"), format!("/projects/{project_id}/corrections/{}", note.id))) }
            }))
        }
    }
}

fn was_and_is(cx: &Cx, note: &Correction) -> Markup {
    ui::definition_list(&[
        ui::Term::new(cx.t("disclosure-was-wrong"), crate::web::paragraphs(&note.was_wrong)),
        ui::Term::new(cx.t("disclosure-is-right"), crate::web::paragraphs(&note.is_right)),
    ])
}

/// The hashes of a note and of what it corrects, for those who compare them with the public log.
fn hashes(cx: &Cx, note: &Correction) -> Markup {
    let copyable = |key: &str, bytes: &[u8]| ui::copyable(&cx.t(key), &hex(bytes), &cx.t("project-copy"), &cx.t("project-copied"));
    html! {
        p { (cx.t("disclosure-original-hash")) " " (copyable("disclosure-original-hash", &note.original_sha256)) }
        p { (cx.t("disclosure-own-hash")) " " (copyable("disclosure-own-hash", &note.sha256)) }
        p.when { (cx.t("project-published-at")) " " (show::instant(note.published_at)) }
    }
}
