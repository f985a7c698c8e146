//! The desk's gifts outside the channel: the list, the form, one gift with its evidence and the two people behind it.

use maud::html;
use money::Fen;

use crate::files;
use crate::kernel::civil::{day_text, parse_day};
use crate::kernel::{Refusal, Role, Trouble};
use crate::people;
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, refused, show, status_of};

use super::super::model::{GiftState, Kind, OfflineGift, ThingsState};
use super::super::{actions, store};
use super::{anonymous_field, answered, decision, evidence, evidence_field, field, project_field};

const SHOWN: i64 = 200;

fn tone(gift: &OfflineGift) -> ui::Tone {
    match gift.state {
        _ if gift.undone_at.is_some() => ui::Tone::Bad,
        GiftState::Entered => ui::Tone::Info,
        GiftState::Confirmed { .. } => ui::Tone::Good,
        GiftState::Refused { .. } => ui::Tone::Plain,
    }
}

fn word(gift: &OfflineGift) -> &'static str {
    if gift.undone_at.is_some() { "offline-undone" } else { gift.state.key() }
}

pub fn list(cx: &Cx) -> Outcome {
    let own = cx.organisations_as(&Role::ALL)?;
    let (gifts, things) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::list(tx, &own, SHOWN)?, store::list_things(tx, &own, SHOWN)?)))?;
    let enters = !cx.actor.organisations_as(&[Role::Finance]).is_empty();
    let rows: Vec<ui::LinkRow> = gifts
        .iter()
        .map(|g| ui::LinkRow {
            href: format!("/desk/offline-gifts/{}", g.id).into(),
            title: format!("{} · {}", show::money(g.amount_fen), g.payer).into(),
            note: format!("{} · {} · {}", cx.t(g.kind.key()), day_text(g.received_day), g.project_title).into(),
            aside: ui::badge(tone(g), &cx.t(word(g))),
        })
        .collect();
    let listed: Vec<ui::LinkRow> = things
        .iter()
        .map(|t| ui::LinkRow {
            href: format!("/desk/offline-things/{}", t.id).into(),
            title: format!("{} {} {} · {}", t.item, t.quantity, t.unit, t.payer).into(),
            note: format!("{} · {} · {}", show::money(t.valuation_fen), day_text(t.received_day), t.project_title).into(),
            aside: ui::badge(if matches!(t.state, ThingsState::Entered) { ui::Tone::Info } else { ui::Tone::Good }, &cx.t(t.state.key())),
        })
        .collect();
    let waits: i64 = gifts.iter().filter(|g| g.state == GiftState::Entered).map(|g| g.amount_fen).sum();
    let booked: i64 =
        gifts.iter().filter(|g| matches!(g.state, GiftState::Confirmed { .. }) && g.undone_at.is_none()).map(|g| g.amount_fen).sum();
    let title = cx.t("offline-title");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("offline-lead"))))
        (ui::stat_row(&[
            ui::Stat { value: show::money(booked).into(), label: cx.t("offline-booked").into(), href: "".into() },
            ui::Stat { value: show::money(waits).into(), label: cx.t("offline-waits").into(), href: "".into() },
        ]))
        (show::as_of(cx))
        @if enters {
            p.row {
                (ui::link_button(ui::ButtonKind::Main, &cx.t("offline-new"), "/desk/offline-gifts/new")) " "
                (ui::link_button(ui::ButtonKind::Quiet, &cx.t("offline-things-new"), "/desk/offline-things/new"))
            }
        }
        p { (ui::Link::new(cx.t("offline-account"), "/desk/offline/account")) }
        (ui::section(&cx.t("offline-gifts"), None, html! {
            @if rows.is_empty() { p { (cx.t("offline-none")) } }
            @else { (ui::link_list(&rows)) p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("offline-csv"), "/desk/offline.csv")) } }
        }))
        (ui::section(&cx.t("offline-things"), None, html! {
            p.help { (cx.t("offline-things-note")) }
            @if listed.is_empty() { p { (cx.t("offline-things-none")) } } @else { (ui::link_list(&listed)) }
        }))
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

/// The same as a spreadsheet; no cell is taken for a formula.
pub fn csv(cx: &Cx) -> Outcome {
    let own = cx.organisations_as(&Role::ALL)?;
    let gifts = cx.app.db.read(|tx| store::list(tx, &own, i64::MAX))?;
    let heads = ["number", "day", "kind", "payer", "amount", "project", "bank-reference", "state"];
    let mut rows = vec![heads.iter().map(|head| cx.t(&format!("offline-csv-{head}"))).collect::<Vec<String>>()];
    rows.extend(gifts.iter().map(|g| {
        vec![
            g.id.to_string(),
            day_text(g.received_day),
            cx.t(g.kind.key()),
            g.payer.clone(),
            Fen(g.amount_fen).yuan_text(),
            g.project_title.clone(),
            g.bank_reference.clone(),
            cx.t(word(g)),
        ]
    }));
    Ok(Answer::csv("offline-gifts.csv", &rows))
}

pub fn new(cx: &Cx) -> Outcome {
    form_page(cx, None)
}

fn form_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let own = cx.organisations_as(&[Role::Finance])?;
    let projects = cx.app.db.read(|tx| store::open_projects(tx, &own))?;
    let title = cx.t("offline-new");
    let kinds = Kind::ALL.map(|k| ui::Choice::new(k.word(), cx.t(k.key())).chosen(cx.form("kind") == k.word())).into_iter().collect();
    let form = html! {
        (project_field(cx, refusal, &projects))
        (ui::radio_field(&ui::Radios {
            name: "kind".into(), legend: cx.t("offline-kind").into(), choices: kinds, error: field_error(cx, refusal, "kind").into(), required: true, ..ui::Radios::default()
        }))
        (ui::amount_field(&ui::Amount {
            name: "amount".into(), label: cx.t("offline-amount").into(), value: cx.form("amount").into(), error: field_error(cx, refusal, "amount").into(),
            required: true, ..ui::Amount::default()
        }))
        (field(cx, refusal, "received_day", "offline-received-day", "offline-received-day-help", ui::InputKind::Date))
        (field(cx, refusal, "payer", "offline-payer", "offline-payer-help", ui::InputKind::Text))
        (field(cx, refusal, "bank_reference", "offline-bank-reference", "offline-bank-reference-help", ui::InputKind::Text))
        (ui::input_field(&ui::Input {
            name: "reference".into(), label: cx.t("offline-reference").into(), mark: cx.t("offline-optional").into(), value: cx.form("reference").into(),
            help: cx.t("offline-reference-help").into(), error: field_error(cx, refusal, "reference").into(), ..ui::Input::default()
        }))
        (anonymous_field(cx))
        (evidence_field(cx, refusal, "offline-evidence-help"))
        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("offline-enter"), None), Some(&ui::Link::new(cx.t("offline-back"), "/desk/offline"))))
    };
    let body = html! {
        (ui::breadcrumbs(&cx.t("offline-trail"), &[ui::Link::new(cx.t("offline-desk"), "/desk"), ui::Link::new(cx.t("offline-title"), "/desk/offline")], &title))
        (ui::heading(&title, Some(&cx.t("offline-new-lead"))))
        (refused(cx, refusal))
        @if projects.is_empty() { p { (cx.t("offline-no-project")) } }
        @else { (ui::form(&ui::Form { action: "/desk/offline-gifts".into(), method: ui::Method::Upload, body: form, ..ui::Form::default() })) }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn enter(cx: &Cx) -> Outcome {
    let entered = evidence(cx).and_then(|evidence| {
        let typed = actions::Entry {
            project_id: crate::web::parse_id(cx.form("project")).unwrap_or(0),
            kind: Kind::from_word(cx.form("kind")),
            amount_fen: Fen::parse_yuan(cx.form("amount")).map_or(0, |fen| fen.0),
            received_day: parse_day(cx.form("received_day")),
            payer: cx.form("payer"),
            anonymous: cx.request.form.has("anonymous"),
            reference: cx.form("reference"),
            bank_reference: cx.form("bank_reference"),
            evidence: evidence.as_ref(),
        };
        actions::enter_gift(&cx.app, &cx.actor, &typed, cx.now)
    });
    match entered {
        Ok(id) => Ok(Answer::redirect(format!("/desk/offline-gifts/{id}?done=offline-entered"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 403 => form_page(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

pub fn gift(cx: &Cx) -> Outcome {
    gift_page(cx, None)
}

fn gift_page(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let (id, own) = (cx.id_param("id")?, cx.organisations_as(&Role::ALL)?);
    let (gift, entered_by, decided_by, papers) = cx.app.db.read(|tx| {
        let gift = store::find(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        let decided = match &gift.state {
            GiftState::Entered => None,
            GiftState::Confirmed { by } | GiftState::Refused { by, .. } => Some(by.person_id),
        };
        let entered_by = people::person_name(tx, gift.entered.person_id)?;
        let decided_by = decided.map_or(Ok(String::new()), |id| people::person_name(tx, id))?;
        let papers = files::list(tx, &[gift.file_id])?;
        Ok::<_, Trouble>((gift, entered_by, decided_by, papers))
    })?;
    let title = cx.ta("offline-gift-title", &[("amount", show::money(gift.amount_fen).into())]);
    let hand = |key: &str, name: &str, at| ui::Term::new(cx.t(key), html! { (name) " · " (show::instant(at)) });
    let text = |key: &str, value: &str| ui::Term::new(cx.t(key), ui::text(value.to_owned()));
    let mut terms = vec![
        ui::Term::new(cx.t("offline-state"), ui::badge(tone(&gift), &cx.t(word(&gift)))),
        text("offline-project", &gift.project_title),
        text("offline-kind", &cx.t(gift.kind.key())),
        text("offline-received-day", &day_text(gift.received_day)),
        text("offline-payer", &gift.payer),
        text("offline-signed", &cx.t(if gift.anonymous { "offline-signed-anonymous" } else { "offline-signed-name" })),
        text("offline-bank-reference", &gift.bank_reference),
        text("offline-account-of-donor", &cx.t(if gift.donor_id == 0 { "offline-donor-unknown" } else { "offline-donor-known" })),
        ui::Term::new(cx.t("offline-evidence"), files::attachments(cx, &papers)),
        hand("offline-entered-by", &entered_by, gift.entered.at),
    ];
    match &gift.state {
        GiftState::Entered => {}
        GiftState::Confirmed { by } => terms.push(hand("offline-confirmed-by", &decided_by, by.at)),
        GiftState::Refused { by, reason } => {
            terms.push(hand("offline-refused-by", &decided_by, by.at));
            terms.push(text("offline-reason", reason));
        }
    }
    if let Some(at) = gift.undone_at {
        terms.push(ui::Term::new(cx.t("offline-undone"), show::instant(at)));
    }
    let decides =
        gift.state == GiftState::Entered && !cx.actor.organisations_as(&[Role::Finance, Role::Approver, Role::Manager]).is_empty();
    let mine = cx.person_id()? == gift.entered.person_id;
    let path = format!("/desk/offline-gifts/{id}");
    let correction = format!("/desk/projects/{}/record-corrections/new?of=7-{id}", gift.project_id);
    let body = html! {
        (ui::breadcrumbs(&cx.t("offline-trail"), &[ui::Link::new(cx.t("offline-desk"), "/desk"), ui::Link::new(cx.t("offline-title"), "/desk/offline")], &title))
        (ui::heading(&title, None))
        (refused(cx, refusal))
        (ui::definition_list(&terms))
        @if gift.state == GiftState::Entered { p { (cx.t("offline-two-people")) } }
        @if decides && !mine { (cx.claim_banner("offline_gift", id)?) (decision(cx, refusal, &path, &cx.ta("offline-confirm", &[("amount", show::money(gift.amount_fen).into())]))) }
        @if matches!(gift.state, GiftState::Confirmed { .. }) && gift.undone_at.is_none() {
            p { (cx.t("offline-receipt-note")) " " (ui::Link::new(cx.t("offline-receipt"), format!("/desk/receipts/new?gift={id}"))) }
            p { (cx.t("offline-wrong-note")) " " (ui::Link::new(cx.t("offline-wrong"), correction)) }
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn confirm(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let done = actions::confirm_gift(&cx.app, &cx.actor, id, cx.now);
    answered(done, &format!("/desk/offline-gifts/{id}"), "done=offline-confirmed", |refusal| gift_page(cx, Some(refusal)))
}

pub fn refuse(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let done = actions::refuse_gift(&cx.app, &cx.actor, id, cx.form("reason"), cx.now);
    answered(done, &format!("/desk/offline-gifts/{id}"), "done=offline-refused", |refusal| gift_page(cx, Some(refusal)))
}
