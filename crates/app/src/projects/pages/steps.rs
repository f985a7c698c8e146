//! The desk's steps after publication. Each is irreversible, so each has a page that says what it means before it is taken.

use maud::html;

use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts};

use super::super::actions;
use super::super::model::{Project, State};
use super::overview::{address, load};
use super::{error_of, refused, status_of, trail};

/// The words of a step, and whether it asks for a reason that everyone will read.
struct Words {
    part: &'static str,
    from: State,
    title: &'static str,
    lead: &'static str,
    reason: Option<(&'static str, &'static str)>,
}

const END: Words = Words {
    part: "/fundraising-end",
    from: State::Published,
    title: "project-end",
    lead: "project-end-lead",
    reason: Some(("project-reason", "project-end-help")),
};
const EXECUTE: Words =
    Words { part: "/execution", from: State::FundraisingEnded, title: "project-execute", lead: "project-execute-lead", reason: None };
const CLOSE: Words = Words {
    part: "/closing",
    from: State::Executing,
    title: "project-close",
    lead: "project-close-lead",
    reason: Some(("project-close-note", "project-close-help")),
};

fn page(cx: &Cx, words: &Words, refusals: &[Refusal]) -> Outcome {
    let project = load(cx)?;
    let title = cx.t(words.title);
    // Someone else may have taken the step already: then there is nothing to confirm.
    let fits = project.state == words.from;
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&project.title)))
        (refused(cx, refusals))
        @if fits {
            (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), None, html! { p { (cx.t(words.lead)) } }))
            (ui::form(&ui::Form {
                action: address(project.id, words.part).into(),
                hidden: vec![("version".into(), project.version.to_string().into())],
                body: html! {
                    @if let Some((label, help)) = words.reason {
                        (ui::textarea_field(&ui::TextArea {
                            name: "reason".into(), label: cx.t(label).into(), help: cx.t(help).into(), value: cx.form("reason").into(),
                            error: error_of(cx, refusals, "reason").into(), required: true, ..ui::TextArea::default()
                        }))
                    }
                    (ui::submit_row(
                        ui::button(ui::ButtonKind::Danger, &title, None),
                        Some(&ui::Link::new(cx.t("project-not-now"), address(project.id, ""))),
                    ))
                },
                ..ui::Form::default()
            }))
        } @else {
            (ui::empty_state(&cx.t("project-step-not-here"), &cx.t(project.state.key()), Some(&ui::Link::new(cx.t("project-overview"), address(project.id, "")))))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// Takes the step and goes back to the project, or shows the page again with what stands in the way.
fn taken(cx: &Cx, words: &Words, done: &str, step: impl Fn(&Project, i64) -> Result<i64, Trouble>) -> Outcome {
    let project = load(cx)?;
    match step(&project, cx.form("version").parse().unwrap_or(0)) {
        Ok(_) => Ok(Answer::redirect(address(project.id, done))),
        Err(Trouble::Refused(refusal)) => page(cx, words, &[refusal]),
        Err(fault) => Err(fault),
    }
}

pub fn ending(cx: &Cx) -> Outcome {
    page(cx, &END, &[])
}

pub fn end(cx: &Cx) -> Outcome {
    taken(cx, &END, "?done=project-ended", |p, version| {
        actions::end_fundraising(&cx.app, &cx.actor, p.id, version, cx.form("reason"), cx.now)
    })
}

pub fn executing(cx: &Cx) -> Outcome {
    page(cx, &EXECUTE, &[])
}

pub fn execute(cx: &Cx) -> Outcome {
    taken(cx, &EXECUTE, "?done=project-executing", |p, version| actions::start_executing(&cx.app, &cx.actor, p.id, version, cx.now))
}

pub fn closing(cx: &Cx) -> Outcome {
    page(cx, &CLOSE, &[])
}

pub fn close(cx: &Cx) -> Outcome {
    taken(cx, &CLOSE, "?done=project-closed", |p, version| actions::close(&cx.app, &cx.actor, p.id, version, cx.form("reason"), cx.now))
}
