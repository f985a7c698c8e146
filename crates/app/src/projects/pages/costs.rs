//! `/desk/projects/{id}/costs`: costs planned and spent, and the charity's explanation where a share is above the plan.

use maud::html;

use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts};

use super::super::{actions, rules, store};
use super::overview::{address, load};
use super::{cost_table, error_of, refused, status_of, trail};

pub fn costs(cx: &Cx) -> Outcome {
    page(cx, &[])
}

pub fn explain(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    match actions::explain_costs(&cx.app, &cx.actor, project.id, cx.form("words"), cx.now) {
        Ok(_) => Ok(Answer::redirect(address(project.id, "/costs?done=project-costs"))),
        Err(Trouble::Refused(refusal)) => page(cx, &[refusal]),
        Err(fault) => Err(fault),
    }
}

fn page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let project = load(cx)?;
    let (lines, notes) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::lines(tx, project.id)?, store::cost_notes(tx, project.id)?)))?;
    let title = cx.t("project-costs");
    let above = rules::above_plan(&lines);
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&cx.t("project-costs-lead"))))
        (refused(cx, refusals))
        (cost_table(cx, &lines))
        @for kind in &above {
            (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), Some(&cx.t(kind.key())), html! { p { (cx.t("project-costs-above")) } }))
        }
        @for note in &notes { (ui::card(None, super::project_parts::cost_note(cx, note))) }
        (ui::form(&ui::Form {
            action: address(project.id, "/costs").into(),
            body: html! {
                (ui::textarea_field(&ui::TextArea {
                    name: "words".into(), label: cx.t("project-costs-words").into(), help: cx.t("project-costs-words-help").into(),
                    value: cx.form("words").into(), error: error_of(cx, refusals, "words").into(), required: true, ..ui::TextArea::default()
                }))
                (ui::submit_row(
                    ui::button(ui::ButtonKind::Main, &cx.t("project-costs-publish"), None),
                    Some(&ui::Link::new(cx.t("project-not-now"), address(project.id, ""))),
                ))
            },
            ..ui::Form::default()
        }))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}
