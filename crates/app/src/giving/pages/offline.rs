//! A gift outside the channel as its donor sees it: where it is now, and how it is signed.

use maud::html;

use crate::kernel::civil::day_text;
use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, show};
use crate::{offline, projects};

use super::gift::{Given, flow};
use super::project_path;

pub fn page(cx: &Cx) -> Outcome {
    let (id, donor_id) = (cx.id_param("id")?, cx.person_id()?);
    let (gift, whereabouts) = cx.app.db.read(|tx| {
        let gift = offline::gift_of(tx, donor_id, id)?.ok_or_else(Refusal::not_found)?;
        let whereabouts = projects::whereabouts(tx, gift.project_id, gift.before_fen, gift.amount_fen)?;
        Ok::<_, Trouble>((gift, whereabouts))
    })?;
    let title = cx.t("giving-offline-title");
    let project = cx.either(&gift.project_title, &gift.project_english_title);
    let recipient = cx.either(&gift.recipient_name, &gift.recipient_english_name);
    let lines = vec![
        ui::ReceiptLine::new(cx.t("giving-line-project"), project),
        ui::ReceiptLine::new(cx.t("giving-line-recipient"), recipient),
        ui::ReceiptLine::new(cx.t("giving-offline-kind"), cx.t(gift.kind.key())),
        ui::ReceiptLine::new(cx.t("giving-offline-received"), day_text(gift.received_day)),
        ui::ReceiptLine::new(cx.t("giving-line-place"), cx.ta("giving-place", &[("position", show::count(gift.position).into())])),
    ];
    let given = Given { project_id: gift.project_id, amount_fen: gift.amount_fen, when: day_text(gift.received_day), recipient };
    let body = html! {
        (ui::heading(&title, Some(&cx.ta("giving-thanks-lead", &[("recipient", recipient.into())]))))
        @if gift.undone { (ui::notice(ui::Tone::Warn, &cx.t("giving-word-note"), None, html! { p { (cx.t("giving-offline-undone")) } })) }
        (ui::receipt(&ui::Receipt {
            title: cx.t("giving-receipt").into(), amount: show::money(gift.amount_fen).into(), amount_note: "".into(), lines,
            foot: html! { p { (ui::Link::new(cx.t("giving-to-project"), project_path(gift.project_id))) } },
        }))
        (ui::section(&cx.t("giving-where"), None, html! { (flow(cx, &given, Some(&whereabouts))) (show::as_of(cx)) }))
        @if !gift.undone { p { (ui::Link::new(cx.t("giving-paper"), format!("/me/receipts/gifts/{id}"))) " " (cx.t("giving-paper-note")) } }
        (ui::section(&cx.t("giving-signature"), None, ui::form(&ui::Form {
            action: format!("/me/offline-gifts/{id}/anonymity").into(),
            body: html! {
                (ui::checkbox(&ui::Check {
                    name: "anonymous".into(), value: "1".into(), label: ui::text(cx.t("giving-anonymous")), checked: gift.anonymous,
                    help: cx.t("giving-anonymous-help").into(), ..ui::Check::default()
                }))
                (ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("giving-sign"), None), None))
            },
            ..ui::Form::default()
        })))
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn sign(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    offline::sign(&cx.app, cx.person_id()?, id, cx.request.form.has("anonymous"))?;
    Ok(Answer::redirect(format!("/me/offline-gifts/{id}?done=giving-signed")))
}
