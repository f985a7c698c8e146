//! What was decided about a project: the operator decides it, the charity asks, everyone reads the reasons.

use maud::{Markup, html};

use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, paragraphs, show};

use super::super::model::{Decision, DecisionKind, Hold, Project, ProjectNotice};
use super::super::{actions, store};
use super::overview::{address, load};
use super::{error_of, refused, status_of, trail};

/// What donors are told, as everyone reads it; nothing when there is nothing.
pub fn notice_list(cx: &Cx, notices: &[ProjectNotice]) -> Markup {
    html! {
        @for notice in notices {
            (ui::card(None, html! {
                p { b { (cx.t(notice.kind.key())) } " " (show::instant(notice.made_at)) }
                (paragraphs(&notice.words))
                @if !notice.link.is_empty() && cx.request.path != notice.link {
                    p { (ui::Link::new(cx.t("project-notice-more"), notice.link.as_str())) }
                }
            }))
        }
    }
}

/// At the top of a project that is stopped: that it is, and why.
pub fn hold_banner(cx: &Cx, project: &Project, decisions: &[Decision]) -> Markup {
    let (kind, key) = match project.hold {
        Hold::None => return html! {},
        Hold::Suspended => (DecisionKind::Suspended, "project-held-suspended"),
        Hold::TakenDown => (DecisionKind::TakenDown, "project-held-taken-down"),
    };
    let reason = decisions.iter().find(|d| d.kind == kind).map_or("", |d| d.reason.as_str());
    ui::notice(ui::Tone::Bad, &cx.t(kind.key()), Some(&cx.t(key)), paragraphs(reason))
}

fn decision_card(cx: &Cx, d: &Decision, below: Markup) -> Markup {
    ui::card(
        None,
        html! {
            p { b { (cx.t(d.kind.key())) } " " (show::instant(d.made_at)) }
            @if !d.authority.is_empty() { p { (cx.t("project-decision-authority")) " " (d.authority) } }
            (paragraphs(&d.reason))
            (below)
        },
    )
}

fn words(cx: &Cx, name: &'static str, label: &str, help: &str, refusals: &[Refusal]) -> Markup {
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
}

fn press(cx: &Cx, kind: ui::ButtonKind, key: &str) -> Markup {
    ui::submit_row(ui::button(kind, &cx.t(key), None), None)
}

struct View {
    decisions: Vec<Decision>,
    request: Option<(String, i64)>,
}

fn view(cx: &Cx, project_id: Id) -> Result<View, Trouble> {
    cx.app.db.read(|tx| Ok(View { decisions: store::decisions(tx, project_id)?, request: store::open_request(tx, project_id)? }))
}

// At the charity's desk.

pub fn desk(cx: &Cx) -> Outcome {
    desk_page(cx, &[])
}

fn desk_page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let project = load(cx)?;
    let view = view(cx, project.id)?;
    let manages = cx.actor.holds(project.recipient_id, &[Role::Manager]);
    let title = cx.t("project-decisions");
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&cx.t("project-decisions-lead"))))
        (refused(cx, refusals))
        (hold_banner(cx, &project, &view.decisions))
        @if view.decisions.is_empty() { p { (cx.t("project-decisions-none")) } }
        @for d in &view.decisions {
            (decision_card(cx, d, html! {
                @if d.kind != DecisionKind::Resumed { (cx.appeal_way("project_decision", d.id)) }
            }))
        }
        @if let Some((reason, since)) = &view.request {
            (ui::notice(ui::Tone::Info, &cx.t("project-word-note"), Some(&cx.t("project-request-open")), html! { p { (show::instant(*since)) } (paragraphs(reason)) }))
        }
        @if manages && view.request.is_none() && project.state.is_public() && project.hold == Hold::None {
            (ui::section(&cx.t("project-request"), None, ui::form(&ui::Form {
                action: address(project.id, "/suspension-request").into(),
                body: html! {
                    (words(cx, "reason", "project-reason", "project-request-help", refusals))
                    (press(cx, ui::ButtonKind::Danger, "project-request-send"))
                },
                ..ui::Form::default()
            })))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn ask(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    match actions::ask_for_suspension(&cx.app, &cx.actor, project.id, cx.form("reason"), cx.now) {
        Ok(()) => Ok(Answer::redirect(address(project.id, "/decisions?done=project-request"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => desk_page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}

// At the operator's.

pub fn operator(cx: &Cx) -> Outcome {
    operator_page(cx, &[])
}

fn operator_page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let id = cx.id_param("id")?;
    let project = cx.app.db.read(|tx| store::find_for_operator(tx, id))?.ok_or_else(Refusal::not_found)?;
    let view = view(cx, id)?;
    let title = cx.t("project-decisions");
    let at = |part: &str| format!("/operator/projects/{id}/{part}");
    let deciding = |kind: DecisionKind, button: ui::ButtonKind, lead: &str| {
        ui::card(
            Some(&cx.t(kind.key())),
            ui::form(&ui::Form {
                action: at("decisions").into(),
                hidden: vec![("kind".into(), kind.word().into())],
                body: html! {
                    p.help { (cx.t(lead)) }
                    @if kind == DecisionKind::Reported {
                        (ui::input_field(&ui::Input {
                            name: "authority".into(), label: cx.t("project-decision-authority").into(), value: cx.form("authority").into(),
                            error: error_of(cx, refusals, "authority").into(), required: true, ..ui::Input::default()
                        }))
                    }
                    (ui::textarea_field(&ui::TextArea {
                        name: format!("reason_{}", kind.word()).into(), label: cx.t("project-reason").into(),
                        value: cx.form(&format!("reason_{}", kind.word())).into(), required: true, rows: 3, ..ui::TextArea::default()
                    }))
                    (press(cx, button, kind.key()))
                },
                ..ui::Form::default()
            }),
        )
    };
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(project.title.as_str(), format!("/operator/projects/{id}"))], &title))
        (ui::heading(&title, Some(&project.title)))
        (refused(cx, refusals))
        (cx.claim_banner("project", id)?)
        (hold_banner(cx, &project, &view.decisions))
        @if let Some((reason, since)) = &view.request {
            (ui::notice(ui::Tone::Info, &cx.t("project-word-note"), Some(&cx.t("project-request-waits")), html! { p { (show::instant(*since)) } (paragraphs(reason)) }))
        }
        @if project.state.is_public() {
            @if project.hold == Hold::None { (deciding(DecisionKind::Suspended, ui::ButtonKind::Danger, "project-suspend-lead")) }
            @if project.hold == Hold::Suspended { (deciding(DecisionKind::Resumed, ui::ButtonKind::Main, "project-resume-lead")) }
            @if project.hold != Hold::TakenDown { (deciding(DecisionKind::TakenDown, ui::ButtonKind::Danger, "project-take-down-lead")) }
            @if view.request.is_some() { (deciding(DecisionKind::RequestRefused, ui::ButtonKind::Quiet, "project-request-refuse-lead")) }
            (deciding(DecisionKind::Reported, ui::ButtonKind::Quiet, "project-report-lead"))
        } @else { p { (cx.t("project-not-public-yet")) } }
        (ui::section(&cx.t("project-decisions-made"), None, html! {
            @if view.decisions.is_empty() { p { (cx.t("project-decisions-none")) } }
            @for d in &view.decisions {
                (decision_card(cx, d, html! {}))
            }
        }))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn decide(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let kind = DecisionKind::from_word(cx.form("kind")).ok_or_else(|| Refusal::conflict("refusal-project-hold-other"))?;
    let reason = cx.form(&format!("reason_{}", kind.word()));
    match actions::decide(&cx.app, &cx.actor, id, kind, reason, cx.form("authority"), cx.now) {
        Ok(_) => Ok(Answer::redirect(format!("/operator/projects/{id}/decisions?done=project-decided"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => {
            let field = refusal.field.filter(|f| *f == "authority");
            operator_page(cx, &[Refusal { field, ..refusal }])
        }
        Err(other) => Err(other),
    }
}
