//! Verifying a receipt: whoever has its number and check code learns whether it is ours, its amount and its state, and not
//! whose it is.

use maud::html;

use crate::kernel::civil;
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::super::actions::donor;
use super::super::model::Kind;
use super::super::rules;
use super::{amount_words, organisation_of, receipt_badge};

/// `GET /receipts`: a number and a code typed from paper.
pub fn form(cx: &Cx) -> Outcome {
    let plain = |name: &str| cx.query(name).chars().filter(char::is_ascii_alphanumeric).take(40).collect::<String>();
    let (number, code) = (plain("number"), plain("code"));
    if !number.is_empty() && !code.is_empty() {
        return Ok(Answer::redirect(format!("/receipts/{number}/{code}")));
    }
    let title = cx.t("papers-verify");
    let field = |name: &'static str, label: &str, value: String| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            value: value.into(),
            required: true,
            max_length: Some(40),
            autocomplete: "off".into(),
            ..ui::Input::default()
        })
    };
    let body = html! {
        (ui::heading(&title, Some(&cx.t("papers-verify-lead"))))
        (ui::form(&ui::Form {
            action: "/receipts".into(),
            method: ui::Method::Get,
            body: html! {
                (field("number", "papers-number", number))
                (field("code", "papers-check-code", code))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("papers-verify-button"), None), None))
            },
            ..ui::Form::default()
        }))
    };
    Ok(cx.page(PageParts {
        title: &title,
        body,
        reading: true,
        canonical: Some("/receipts"),
        description: &cx.t("papers-verify-lead"),
        ..PageParts::default()
    }))
}

/// `GET /receipts/{number}/{code}`.
pub fn page(cx: &Cx) -> Outcome {
    let found = donor::verify(&cx.app, cx.param("number"), cx.param("code"), &cx.request.peer, cx.now)?;
    let title = cx.t("papers-verify");
    let Some(r) = found else {
        let body = html! {
            (ui::heading(&title, None))
            (ui::notice(ui::Tone::Bad, &cx.t("papers-word-note"), Some(&cx.t("papers-verify-unknown")), html! { p { (cx.t("papers-verify-unknown-why")) } }))
            p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("papers-verify-again"), "/receipts")) }
        };
        return Ok(cx.page_with_status(404, PageParts { title: &title, body, reading: true, ..PageParts::default() }));
    };
    let name = organisation_of(cx, &r.organisation_name, &r.organisation_english_name);
    let (tone, key) = match (r.kind, r.reversed_by) {
        (Kind::Receipt, None) => (ui::Tone::Good, "papers-verify-valid"),
        (Kind::Receipt, Some(_)) => (ui::Tone::Bad, "papers-verify-reversed"),
        _ => (ui::Tone::Warn, "papers-verify-reversal"),
    };
    let mut terms = vec![
        ui::Term::new(cx.t("papers-state"), receipt_badge(cx, &r)),
        ui::Term::new(cx.t("papers-receiver"), html! { (ui::Link::new(name, format!("/organisations/{}", r.organisation_id))) }),
        ui::Term::new(cx.t("papers-code"), ui::text(&r.code)),
        ui::Term::new(cx.t("papers-number"), ui::text(&r.text_number)),
        ui::Term::new(cx.t("papers-total"), ui::text(show::money(r.amount_fen))),
        ui::Term::new(cx.t("papers-total-words"), ui::text(amount_words(cx, r.amount_fen))),
        ui::Term::new(cx.t("papers-payer"), ui::text(rules::mask_name(&r.payer_name))),
        ui::Term::new(cx.t("papers-day"), show::day(civil::day_of(r.issued_at))),
    ];
    if !r.reversed_number.is_empty() {
        terms.push(ui::Term::new(cx.t("papers-reversed-by"), ui::text(&r.reversed_number)));
    }
    let body = html! {
        (ui::heading(&title, None))
        (ui::notice(tone, &cx.t("papers-word-note"), Some(&cx.t(key)), html! { p { (cx.t("papers-verify-compare")) } }))
        (ui::definition_list(&terms))
        p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("papers-verify-again"), "/receipts")) }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}
