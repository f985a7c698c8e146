//! The donor's lasting transfer reference, and where to transfer to.

use maud::html;

use crate::web::{Cx, Outcome, PageParts};

use super::super::{actions, store};

pub fn reference(cx: &Cx) -> Outcome {
    let reference = actions::reference_of(&cx.app, cx.person_id()?, cx.now)?;
    let accounts = cx.app.db.read(store::accounts)?;
    let title = cx.t("offline-mine");
    let copy = |label: String, text: &str| ui::copyable(&label, text, &cx.t("offline-copy"), &cx.t("offline-copied"));
    let body = html! {
        (ui::heading(&title, Some(&cx.t("offline-mine-lead"))))
        (ui::card(Some(&cx.t("offline-mine-reference")), html! {
            p { (copy(cx.t("offline-mine-reference"), &reference)) }
            p.help { (cx.t("offline-mine-how")) }
        }))
        (ui::section(&cx.t("offline-mine-accounts"), None, html! {
            @if accounts.is_empty() { p { (cx.t("offline-mine-no-account")) } }
            @for account in &accounts {
                (ui::card(Some(cx.either(&account.organisation, &account.english_organisation)), html! {
                    p { (cx.t("offline-account-name")) " " (copy(cx.t("offline-account-name"), &account.name)) }
                    p { (cx.t("offline-account-bank")) " " (account.bank) }
                    p { (cx.t("offline-account-number")) " " (copy(cx.t("offline-account-number"), &account.number)) }
                }))
            }
        }))
        p { (cx.t("offline-mine-after")) " " (ui::Link::new(cx.t("offline-mine-gifts"), "/me/gifts")) }
    };
    Ok(cx.page(PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}
