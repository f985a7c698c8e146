//! `/operator/messages`: text messages that the provider did not take, with its own word for why. A number is shown only in part.

use maud::html;

use crate::kernel::{Right, WAITING_SHOWN};
use crate::people::{jobs::FAILURES_SHOWN, store};
use crate::web::{Cx, Outcome, PageParts, Route, get, show};

pub fn routes() -> Vec<Route> {
    vec![get("/operator/messages", Right::Operator, page)]
}

fn page(cx: &Cx) -> Outcome {
    let failed = cx.app.db.read(|tx| store::undelivered(tx, cx.now - FAILURES_SHOWN, WAITING_SHOWN))?;
    let title = cx.t("people-messages");
    let mut table = ui::Table::new(
        cx.t("people-messages-caption"),
        ["people-phone", "people-messages-made", "people-messages-failed", "people-messages-why"]
            .map(|key| ui::Column::words(cx.t(key)))
            .to_vec(),
    );
    for message in failed.iter().rev() {
        let why = if message.failure == "expired" { cx.t("people-messages-expired") } else { message.failure.clone() };
        table.row(&[&message.phone.masked(), &show::minute(message.created_at), &show::minute(message.failed_at), &why]);
    }
    let body = html! {
        (ui::heading(&title, Some(&cx.t("people-messages-lead"))))
        @if failed.is_empty() {
            (ui::empty_state(&cx.t("people-messages-empty"), &cx.t("people-messages-empty-why"), None))
        } @else {
            (ui::table(&table))
            p { (cx.t("people-messages-help")) }
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}
