//! For the manager of an organisation: who sits where. Only the operator changes it, so that no desk staffs itself.

use maud::html;

use crate::kernel::Role;
use crate::organisations::model::{Organisation, Seat};
use crate::organisations::store;
use crate::web::{Cx, Outcome, PageParts};

use super::seat_table;

pub fn seats(cx: &Cx) -> Outcome {
    let ids = cx.organisations_as(&[Role::Manager])?;
    let desks: Vec<(Organisation, Vec<Seat>)> = cx.app.db.read(|tx| {
        let mut desks = Vec::new();
        for id in &ids {
            if let Some(organisation) = store::find(tx, *id)? {
                desks.push((organisation, store::seats(tx, *id)?));
            }
        }
        Ok::<_, db::Fault>(desks)
    })?;
    let title = cx.t("organisation-seats-title");
    let body = html! {
        (ui::breadcrumbs(&cx.t("organisation-trail"), &[ui::Link::new(cx.t("nav-desk"), "/desk")], &title))
        (ui::heading(&title, Some(&cx.t("organisation-seats-lead"))))
        @for (organisation, seats) in &desks {
            (ui::section(cx.either(&organisation.name, &organisation.english_name), None, seat_table(cx, &cx.t("organisation-seats-caption"), seats, None)))
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}
