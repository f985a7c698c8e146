//! The charity applies for somebody who gave outside the channel and has no account here.

use maud::html;

use crate::kernel::{Id, Refusal, Trouble, civil};
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, refused, show, status_of};

use super::super::actions::desk::{self, FINANCE, LOOKERS};
use super::super::model::{Source, Standing};
use super::super::rules;
use super::mine::{payer_fields, payer_of};
use super::{standing_badge, standing_why, today};

/// `GET /desk/receipts/new?gift=…`.
pub fn page(cx: &Cx) -> Outcome {
    let id = parse_id(cx.query("gift")).ok_or_else(Refusal::not_found)?;
    gift_page(cx, id, None)
}

fn gift_page(cx: &Cx, id: Id, refusal: Option<&Refusal>) -> Outcome {
    let gift = cx.app.db.read(|tx| desk::offline_gift(tx, &cx.actor, LOOKERS, id))?;
    let standing = rules::standing(&gift, today(cx));
    let source = match &gift.source {
        Source::Things { item, unit, quantity } => cx.ta(
            "papers-source-things",
            &[("item", item.as_str().into()), ("quantity", (*quantity).into()), ("unit", unit.as_str().into())],
        ),
        _ => cx.t("papers-source-offline"),
    };
    let title = cx.t("papers-behalf");
    let body = html! {
        (ui::breadcrumbs(&cx.t("papers-trail"), &[ui::Link::new(cx.t("papers-to-desk"), "/desk"), ui::Link::new(cx.t("papers-desk"), "/desk/receipts")], &title))
        (ui::heading(&title, Some(&cx.t("papers-behalf-lead"))))
        (refused(cx, refusal))
        (ui::definition_list(&[
            ui::Term::new(cx.t("papers-payer-name"), ui::text(&gift.name)),
            ui::Term::new(cx.t("papers-source"), ui::text(source)),
            ui::Term::new(cx.t("papers-project"), ui::text(cx.either(&gift.project_title, &gift.project_english_title))),
            ui::Term::new(cx.t("papers-received-day"), show::day(civil::day_of(gift.received_at))),
            ui::Term::new(cx.t("papers-amount-left"), ui::text(show::money(gift.left_fen()))),
            ui::Term::new(cx.t("papers-stands"), html! { (standing_badge(cx, standing)) " " (standing_why(cx, &gift, standing)) }),
        ]))
        @if let Some(application) = gift.application_id {
            p { (ui::link_button(ui::ButtonKind::Main, &cx.t("papers-to-application"), &format!("/desk/receipts/{application}"))) }
        } @else if gift.donor_id != 0 {
            p { (cx.t("papers-behalf-known")) }
        } @else if !matches!(standing, Standing::Open { .. }) {
        } @else if cx.actor.holds(gift.organisation_id, FINANCE) {
            (ui::form(&ui::Form {
                action: "/desk/receipts/applications".into(),
                hidden: vec![("gift".into(), id.to_string().into())],
                body: html! {
                    p { (cx.t("papers-behalf-name")) }
                    (payer_fields(cx, refusal, false))
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("papers-behalf-button"), None), Some(&ui::Link::new(cx.t("papers-desk"), "/desk/receipts"))))
                },
                ..ui::Form::default()
            }))
        } @else {
            p { (cx.t("papers-finance-only")) }
        }
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// `POST /desk/receipts/applications`.
pub fn apply(cx: &Cx) -> Outcome {
    let id = parse_id(cx.form("gift")).ok_or_else(Refusal::not_found)?;
    match desk::apply_for(&cx.app, &cx.actor, id, &payer_of(cx), cx.now) {
        Ok(application) => Ok(Answer::redirect(format!("/desk/receipts/{application}?done=papers-applied-for"))),
        Err(Trouble::Refused(refusal)) if !matches!(refusal.status, 403 | 404) => gift_page(cx, id, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}
