//! What people see of gifts outside the channel: the desk (`desk`, `things`, `account`) and the donor (`mine`).

mod account;
mod desk;
mod mine;
mod things;

use maud::{Markup, html};

use crate::files::Prepared;
use crate::kernel::{Refusal, Right, Trouble};
use crate::web::{Answer, Cx, Outcome, Route, field_error, get, post, upload};

pub fn routes() -> Vec<Route> {
    vec![
        get("/desk/offline", Right::Desk, desk::list),
        get("/desk/offline.csv", Right::Desk, desk::csv),
        get("/desk/offline-gifts/new", Right::Desk, desk::new),
        upload("/desk/offline-gifts", Right::Desk, desk::enter),
        get("/desk/offline-gifts/{id}", Right::Desk, desk::gift),
        post("/desk/offline-gifts/{id}/confirmation", Right::Desk, desk::confirm),
        post("/desk/offline-gifts/{id}/refusal", Right::Desk, desk::refuse),
        get("/desk/offline-things/new", Right::Desk, things::new),
        upload("/desk/offline-things", Right::Desk, things::enter),
        get("/desk/offline-things/{id}", Right::Desk, things::things),
        post("/desk/offline-things/{id}/confirmation", Right::Desk, things::confirm),
        post("/desk/offline-things/{id}/refusal", Right::Desk, things::refuse),
        post("/desk/offline-things/{id}/handover", Right::Desk, things::hand_over),
        get("/desk/offline/account", Right::Desk, account::page),
        post("/desk/offline/account", Right::Desk, account::enter),
        post("/desk/offline/account/confirmation", Right::Desk, account::confirm),
        get("/me/transfer-reference", Right::SignedIn, mine::reference),
    ]
}

/// A line of text in a form.
fn field(cx: &Cx, refusal: Option<&Refusal>, name: &'static str, label: &str, help: &str, kind: ui::InputKind) -> Markup {
    ui::input_field(&ui::Input {
        name: name.into(),
        label: cx.t(label).into(),
        kind,
        value: cx.form(name).into(),
        help: if help.is_empty() { "".into() } else { cx.t(help).into() },
        error: field_error(cx, refusal, name).into(),
        required: true,
        ..ui::Input::default()
    })
}

fn evidence_field(cx: &Cx, refusal: Option<&Refusal>, help: &str) -> Markup {
    ui::file_field(&ui::FileInput {
        name: "evidence".into(),
        label: cx.t("offline-evidence").into(),
        accept: "image/*,application/pdf".into(),
        required: true,
        help: cx.t(help).into(),
        error: field_error(cx, refusal, "evidence").into(),
        ..ui::FileInput::default()
    })
}

fn anonymous_field(cx: &Cx) -> Markup {
    ui::checkbox(&ui::Check {
        name: "anonymous".into(),
        value: "1".into(),
        label: ui::text(cx.t("offline-anonymous")),
        checked: cx.request.form.has("anonymous"),
        help: cx.t("offline-anonymous-help").into(),
        ..ui::Check::default()
    })
}

fn project_field(cx: &Cx, refusal: Option<&Refusal>, projects: &[(crate::kernel::Id, String)]) -> Markup {
    let choices = projects
        .iter()
        .map(|(id, title)| ui::Choice::new(id.to_string(), title.clone()).chosen(cx.form("project") == id.to_string()))
        .collect();
    ui::select_field(&ui::Select {
        name: "project".into(),
        label: cx.t("offline-project").into(),
        choices,
        error: field_error(cx, refusal, "project").into(),
        required: true,
        ..ui::Select::default()
    })
}

fn evidence(cx: &Cx) -> Result<Option<Prepared>, Trouble> {
    Ok(cx.upload("evidence").map(|u| Prepared::of_field(u, "evidence", false)).transpose()?)
}

/// The buttons by which a second person decides.
fn decision(cx: &Cx, refusal: Option<&Refusal>, path: &str, yes: &str) -> Markup {
    html! {
        (ui::form(&ui::Form {
            action: format!("{path}/confirmation").into(),
            body: ui::submit_row(ui::button(ui::ButtonKind::Main, yes, None), None),
            ..ui::Form::default()
        }))
        (ui::section(&cx.t("offline-refuse-title"), None, ui::form(&ui::Form {
            action: format!("{path}/refusal").into(),
            body: html! {
                (field(cx, refusal, "reason", "offline-reason", "", ui::InputKind::Text))
                (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("offline-refuse"), None), None))
            },
            ..ui::Form::default()
        })))
    }
}

/// Back to the page with the good news, or the page again with the refusal.
fn answered(outcome: Result<(), Trouble>, path: &str, done: &str, again: impl Fn(&Refusal) -> Outcome) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("{path}?{done}"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => again(&refusal),
        Err(trouble) => Err(trouble),
    }
}
