//! Things that were given: the form, and one entry from "entered" to "handed over". They never stand among the money.

use maud::html;
use money::Fen;

use crate::files;
use crate::kernel::civil::{day_text, parse_day};
use crate::kernel::{Refusal, Role, Trouble};
use crate::people;
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, refused, show, status_of};

use super::super::model::ThingsState;
use super::super::{actions, store};
use super::{anonymous_field, answered, decision, evidence, evidence_field, field, project_field};
use ui::InputKind::{Date, Number, Text};

pub fn new(cx: &Cx) -> Outcome {
    form_page(cx, None)
}

fn form_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let own = cx.organisations_as(&[Role::Finance])?;
    let projects = cx.app.db.read(|tx| store::open_projects(tx, &own))?;
    let title = cx.t("offline-things-new");
    let form = html! {
        (project_field(cx, refusal, &projects))
        (field(cx, refusal, "item", "offline-item", "offline-item-help", Text))
        (field(cx, refusal, "quantity", "offline-quantity", "", Number))
        (field(cx, refusal, "unit", "offline-unit", "offline-unit-help", Text))
        (ui::amount_field(&ui::Amount {
            name: "valuation".into(), label: cx.t("offline-valuation").into(), value: cx.form("valuation").into(), help: cx.t("offline-valuation-help").into(),
            error: crate::web::field_error(cx, refusal, "valuation").into(), required: true, ..ui::Amount::default()
        }))
        (field(cx, refusal, "basis", "offline-basis", "offline-basis-help", Text))
        (field(cx, refusal, "received_day", "offline-received-day", "offline-received-day-help", Date))
        (field(cx, refusal, "payer", "offline-payer", "offline-payer-help", Text))
        (anonymous_field(cx))
        (evidence_field(cx, refusal, "offline-things-evidence-help"))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("offline-enter"), None), Some(&ui::Link::new(cx.t("offline-back"), "/desk/offline"))))
    };
    let body = html! {
        (ui::breadcrumbs(&cx.t("offline-trail"), &[ui::Link::new(cx.t("offline-desk"), "/desk"), ui::Link::new(cx.t("offline-title"), "/desk/offline")], &title))
        (ui::heading(&title, Some(&cx.t("offline-things-lead"))))
        (refused(cx, refusal))
        @if projects.is_empty() { p { (cx.t("offline-no-project")) } }
        @else { (ui::form(&ui::Form { action: "/desk/offline-things".into(), method: ui::Method::Upload, body: form, ..ui::Form::default() })) }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn enter(cx: &Cx) -> Outcome {
    let entered = evidence(cx).and_then(|evidence| {
        let typed = actions::Thing {
            project_id: parse_id(cx.form("project")).unwrap_or(0),
            item: cx.form("item"),
            quantity: cx.form("quantity").parse().unwrap_or(0),
            unit: cx.form("unit"),
            valuation_fen: Fen::parse_yuan(cx.form("valuation")).map_or(0, |fen| fen.0),
            basis: cx.form("basis"),
            received_day: parse_day(cx.form("received_day")),
            payer: cx.form("payer"),
            anonymous: cx.request.form.has("anonymous"),
            evidence: evidence.as_ref(),
        };
        actions::enter_things(&cx.app, &cx.actor, &typed, cx.now)
    });
    match entered {
        Ok(id) => Ok(Answer::redirect(format!("/desk/offline-things/{id}?done=offline-entered"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 403 => form_page(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

pub fn things(cx: &Cx) -> Outcome {
    page(cx, None)
}

fn page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let (id, own) = (cx.id_param("id")?, cx.organisations_as(&Role::ALL)?);
    let (t, entered_by, papers) = cx.app.db.read(|tx| {
        let things = store::find_things(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        let entered_by = people::person_name(tx, things.entered.person_id)?;
        let papers = files::list(tx, &[things.file_id])?;
        Ok::<_, Trouble>((things, entered_by, papers))
    })?;
    let title = format!("{} {} {}", t.item, t.quantity, t.unit);
    let text = |key: &str, value: &str| ui::Term::new(cx.t(key), ui::text(value.to_owned()));
    let tone = match t.state {
        ThingsState::Entered => ui::Tone::Info,
        ThingsState::Received { .. } | ThingsState::HandedOver { .. } => ui::Tone::Good,
        ThingsState::Refused { .. } => ui::Tone::Plain,
    };
    let mut terms = vec![
        ui::Term::new(cx.t("offline-state"), ui::badge(tone, &cx.t(t.state.key()))),
        text("offline-project", &t.project_title),
        text("offline-valuation", &show::money(t.valuation_fen)),
        text("offline-basis", &t.basis),
        text("offline-received-day", &day_text(t.received_day)),
        text("offline-payer", &t.payer),
        text("offline-signed", &cx.t(if t.anonymous { "offline-signed-anonymous" } else { "offline-signed-name" })),
        ui::Term::new(cx.t("offline-evidence"), files::attachments(cx, &papers)),
        ui::Term::new(cx.t("offline-entered-by"), html! { (entered_by) " · " (show::instant(t.entered.at)) }),
    ];
    match &t.state {
        ThingsState::Entered => {}
        ThingsState::Received { by } => terms.push(ui::Term::new(cx.t("offline-confirmed-on"), show::instant(by.at))),
        ThingsState::HandedOver { day, to, .. } => {
            terms.push(text("offline-handed-day", &day_text(*day)));
            terms.push(text("offline-handed-to", to));
        }
        ThingsState::Refused { by, reason } => {
            terms.push(ui::Term::new(cx.t("offline-refused-on"), show::instant(by.at)));
            terms.push(text("offline-reason", reason));
        }
    }
    let second = !cx.actor.organisations_as(&[Role::Finance, Role::Approver, Role::Manager]).is_empty();
    let mine = cx.person_id()? == t.entered.person_id;
    let path = format!("/desk/offline-things/{id}");
    let body = html! {
        (ui::breadcrumbs(&cx.t("offline-trail"), &[ui::Link::new(cx.t("offline-desk"), "/desk"), ui::Link::new(cx.t("offline-title"), "/desk/offline")], &title))
        (ui::heading(&title, Some(&cx.t("offline-things-note"))))
        (refused(cx, refusal))
        (ui::definition_list(&terms))
        @if t.state == ThingsState::Entered { p { (cx.t("offline-things-two-people")) } }
        @if t.state == ThingsState::Entered && second && !mine { (cx.claim_banner("offline_things", id)?) (decision(cx, refusal, &path, &cx.t("offline-things-confirm"))) }
        @if matches!(t.state, ThingsState::Received { .. } | ThingsState::HandedOver { .. }) {
            p { (cx.t("offline-receipt-note")) " " (ui::Link::new(cx.t("offline-receipt"), format!("/desk/receipts/new?gift={id}"))) }
        }
        @if matches!(t.state, ThingsState::Received { .. }) && second {
            (ui::section(&cx.t("offline-hand-over"), None, ui::form(&ui::Form {
                action: format!("{path}/handover").into(),
                body: html! {
                    (field(cx, refusal, "handed_day", "offline-handed-day", "", Date))
                    (field(cx, refusal, "handed_to", "offline-handed-to", "offline-handed-to-help", Text))
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("offline-hand-over-record"), None), None))
                },
                ..ui::Form::default()
            })))
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn confirm(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let done = actions::confirm_things(&cx.app, &cx.actor, id, cx.now);
    answered(done, &format!("/desk/offline-things/{id}"), "done=offline-things-confirmed", |refusal| page(cx, Some(refusal)))
}

pub fn refuse(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let done = actions::refuse_things(&cx.app, &cx.actor, id, cx.form("reason"), cx.now);
    answered(done, &format!("/desk/offline-things/{id}"), "done=offline-refused", |refusal| page(cx, Some(refusal)))
}

pub fn hand_over(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let done = actions::hand_over(&cx.app, &cx.actor, id, parse_day(cx.form("handed_day")), cx.form("handed_to"), cx.now);
    answered(done, &format!("/desk/offline-things/{id}"), "done=offline-handed-over", |refusal| page(cx, Some(refusal)))
}
