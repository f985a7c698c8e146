//! What people see of organisations: everyone, the operator, and those who run a desk.

mod admissions;
mod forms;
mod operator;
mod partners;
mod public;
mod renewals;
mod reports;
mod room;
mod seats;

use maud::{Markup, html};

use crate::kernel::civil::{self, Day};
use crate::kernel::{Id, Refusal, Right, Role};
use crate::web::{Cx, Route, get, post, show, upload};

use super::areas::Marks;
use super::model::{Certificate, CertificateKind, Kind, Seat};
use super::rules::{EXPIRING_DAYS, LONG_TERM_DAY};

pub fn routes() -> Vec<Route> {
    vec![
        get("/organisations", Right::Anyone, public::list),
        get("/organisations/{id}", Right::Anyone, public::organisation),
        get("/operator/organisations", Right::Operator, operator::list),
        get("/operator/organisations/new", Right::Operator, operator::new),
        post("/operator/organisations", Right::Operator, operator::found),
        get("/operator/organisations/export", Right::Operator, operator::export),
        get("/operator/organisations/{id}", Right::Operator, operator::organisation),
        upload("/operator/organisations/{id}/certificates", Right::Operator, operator::add_certificate),
        post("/operator/organisations/{id}/checks", Right::Operator, operator::check),
        post("/operator/organisations/{id}/merchant", Right::Operator, operator::open_merchant),
        post("/operator/organisations/{id}/seats", Right::Operator, operator::give_seat),
        post("/operator/organisations/{id}/seats/{seat}/end", Right::Operator, operator::end_seat),
        get("/operator/renewals/{renewal}", Right::Operator, renewals::one),
        post("/operator/renewals/{renewal}/decision", Right::Operator, renewals::decide),
        get("/operator/admissions", Right::Operator, admissions::queue),
        get("/operator/admissions/{admission}", Right::Operator, admissions::review),
        post("/operator/admissions/{admission}/decision", Right::Operator, admissions::decide),
        get("/me/admissions", Right::SignedIn, admissions::mine),
        get("/me/admissions/new", Right::SignedIn, admissions::new),
        upload("/me/admissions", Right::SignedIn, admissions::apply),
        get("/me/admissions/{admission}", Right::SignedIn, admissions::status),
        upload("/me/admissions/{admission}", Right::SignedIn, admissions::submit_again),
        get("/invitations/{invitation}/{code}", Right::SignedIn, seats::invitation),
        post("/invitations/{invitation}/{code}", Right::SignedIn, seats::accept),
        get("/desk/seats", Right::Desk, seats::seats),
        post("/desk/organisations/{id}/invitations", Right::Desk, seats::invite),
        post("/desk/organisations/{id}/invitations/{invitation}/withdrawal", Right::Desk, seats::withdraw),
        post("/desk/organisations/{id}/seats/{seat}/end", Right::Desk, seats::end),
        post("/desk/organisations/{id}/seats/{seat}/recovery", Right::Desk, seats::recover),
        get("/desk/organisations", Right::Desk, room::mine),
        get("/desk/organisations/{id}", Right::Desk, room::one),
        get("/desk/organisations/{id}/particulars", Right::Desk, room::particulars),
        post("/desk/organisations/{id}/particulars", Right::Desk, room::declare),
        get("/desk/organisations/{id}/certificates", Right::Desk, renewals::desk),
        upload("/desk/organisations/{id}/certificates", Right::Desk, renewals::hand_in),
        get("/desk/organisations/{id}/partners", Right::Desk, partners::list),
        get("/desk/organisations/{id}/partners/{partner}", Right::Desk, partners::one),
        upload("/desk/organisations/{id}/partners/{partner}/evaluations", Right::Desk, partners::evaluate),
        upload("/desk/organisations/{id}/partners/{partner}/agreements", Right::Desk, partners::agree),
        post("/desk/organisations/{id}/partners/{partner}/results", Right::Desk, partners::publish_result),
        get("/desk/organisations/{id}/reports", Right::Desk, reports::desk),
        upload("/desk/organisations/{id}/reports", Right::Desk, reports::publish),
        upload("/desk/organisations/{id}/reports/{report}/corrections", Right::Desk, reports::correct),
        get("/organisations/{id}/reports/{report}", Right::Anyone, reports::public),
    ]
}

/// The organisation of the path, at whose desk this person holds one of these roles. Another organisation's is not there.
fn own(cx: &Cx, roles: &[Role]) -> Result<Id, Refusal> {
    let id = cx.id_param("id")?;
    if cx.actor.holds(id, roles) {
        return Ok(id);
    }
    Err(if cx.actor.holds(id, &Role::ALL) { Refusal::forbidden() } else { Refusal::not_found() })
}

/// The way back from a page of an organisation's room.
fn room_trail(cx: &Cx, id: Id) -> [ui::Link<'static>; 2] {
    [ui::Link::new(cx.t("nav-desk"), "/desk"), ui::Link::new(cx.t("organisation-room"), format!("/desk/organisations/{id}"))]
}

/// A link to a kept paper.
fn paper_link(cx: &Cx, file_id: Id) -> Markup {
    html! { (ui::Link::new(cx.t("organisation-see-paper"), format!("/files/{file_id}"))) }
}

fn kind_word(cx: &Cx, kind: Kind) -> String {
    cx.t(match kind {
        Kind::Charity => "organisation-kind-charity",
        Kind::Implementer => "organisation-kind-implementer",
        Kind::Company => "organisation-kind-company",
        Kind::Operator => "organisation-kind-operator",
    })
}

fn certificate_word(cx: &Cx, kind: CertificateKind) -> String {
    cx.t(match kind {
        CertificateKind::Registration => "organisation-certificate-registration",
        CertificateKind::PublicFundraising => "organisation-certificate-public-fundraising",
    })
}

/// The messages that name a role and say what it may do.
fn role_words(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Manager => ("organisation-role-manager", "organisation-role-manager-note"),
        Role::Finance => ("organisation-role-finance", "organisation-role-finance-note"),
        Role::Approver => ("organisation-role-approver", "organisation-role-approver-note"),
        Role::Reviewer => ("organisation-role-reviewer", "organisation-role-reviewer-note"),
    }
}

/// The last day of a certificate: 长期 when none is printed.
fn last_day(cx: &Cx, day: Day) -> Markup {
    if day >= LONG_TERM_DAY {
        html! { (cx.t("organisation-long-term")) }
    } else {
        show::day(day)
    }
}

/// How a certificate stands today, in a word. One that is over is shown as plainly as one that holds.
fn certificate_state(cx: &Cx, certificate: &Certificate) -> Markup {
    let today = civil::day_of(cx.now);
    let (tone, key) = if today < certificate.valid_from_day {
        (ui::Tone::Info, "organisation-certificate-not-yet")
    } else if today > certificate.valid_until_day {
        (ui::Tone::Bad, "organisation-certificate-expired")
    } else if today + EXPIRING_DAYS >= certificate.valid_until_day {
        (ui::Tone::Warn, "organisation-certificate-expiring")
    } else {
        (ui::Tone::Good, "organisation-certificate-valid")
    };
    ui::badge(tone, &cx.t(key))
}

/// Certificates with the scans of (certificate, file) that the reader may see.
fn certificate_table(cx: &Cx, certificates: &[Certificate], scans: &[(Id, Id)]) -> Markup {
    let mut heads = vec![
        "organisation-certificate",
        "organisation-certificate-number",
        "organisation-certificate-issuer",
        "organisation-valid-from",
        "organisation-valid-until",
        "organisation-state",
    ];
    if !scans.is_empty() {
        heads.push("organisation-scan");
    }
    let mut table =
        ui::Table::new(cx.t("organisation-certificates-caption"), heads.into_iter().map(|key| ui::Column::words(cx.t(key))).collect());
    for c in certificates {
        let scan = scans.iter().find(|(certificate, _)| *certificate == c.id);
        let scan = html! { @match scan { Some((_, file_id)) => (paper_link(cx, *file_id)), None => "—" } };
        table.row(&[
            &certificate_word(cx, c.kind),
            &c.number,
            &c.issuer,
            &show::day(c.valid_from_day),
            &last_day(cx, c.valid_until_day),
            &certificate_state(cx, c),
            &scan,
        ]);
    }
    ui::table(&table)
}

/// 三区三州 and former poverty county, said in words.
fn area_badges(cx: &Cx, marks: Marks) -> Markup {
    html! {
        @if marks.three_regions { " " (ui::badge(ui::Tone::Plain, &cx.t("organisation-three-regions"))) }
        @if marks.former_poverty_county { " " (ui::badge(ui::Tone::Plain, &cx.t("organisation-former-poverty-county"))) }
    }
}

/// Who sits where, ended seats last; `end` adds a last cell, for those who may end a seat.
fn seat_table(cx: &Cx, caption: &str, seats: &[Seat], end: Option<&dyn Fn(&Seat) -> Markup>) -> Markup {
    let mut heads = vec![
        "organisation-seat-name",
        "organisation-seat-login",
        "organisation-seat-role",
        "organisation-seat-from",
        "organisation-seat-until",
        "organisation-state",
    ];
    if end.is_some() {
        heads.push("organisation-seat-end-head");
    }
    let mut table = ui::Table::new(caption, heads.into_iter().map(|key| ui::Column::words(cx.t(key))).collect());
    let (over, standing): (Vec<&Seat>, Vec<&Seat>) = seats.iter().partition(|s| s.ends_at.is_some_and(|end| end <= cx.now));
    for seat in standing.into_iter().chain(over) {
        let name = if seat.name.is_empty() { cx.t("organisation-seat-no-name") } else { seat.name.clone() };
        let over = seat.ends_at.is_some_and(|end| end <= cx.now);
        let (tone, key) = match (over, seat.held_at(cx.now)) {
            (true, _) => (ui::Tone::Plain, "organisation-seat-over"),
            (false, true) => (ui::Tone::Good, "organisation-seat-held"),
            (false, false) => (ui::Tone::Info, "organisation-seat-not-yet"),
        };
        // The end is an instant at which the seat is no longer held; people think of the last day on which it was.
        let until = match seat.ends_at {
            Some(end) => show::day(civil::day_of(end - 1)),
            None => html! { (cx.t("organisation-seat-open-end")) },
        };
        let mut cells = vec![
            html! { (name) },
            html! { (seat.login) },
            html! { (cx.t(role_words(seat.role).0)) },
            show::day(civil::day_of(seat.starts_at)),
            until,
            ui::badge(tone, &cx.t(key)),
        ];
        if let Some(end) = end {
            cells.push(if over {
                html! {}
            } else {
                end(seat)
            });
        }
        table.rows.push(cells);
    }
    ui::table(&table)
}

/// Links to the pages before and after; nothing when everything fits on one.
fn pager(cx: &Cx, address: &dyn Fn(i64) -> String, page: i64, count: i64, length: i64) -> Markup {
    let pages = (count + length - 1) / length;
    if pages <= 1 {
        return html! {};
    }
    let link = |key: &str, to: i64| ui::Link::new(cx.t(key), address(to));
    ui::pagination(&ui::Pagination {
        label: cx.t("organisation-pages").into(),
        previous: (page > 0).then(|| link("organisation-page-before", page - 1)),
        next: (page + 1 < pages).then(|| link("organisation-page-after", page + 1)),
        position: cx.ta("organisation-page-position", &[("page", (page + 1).into()), ("pages", pages.into())]).into(),
    })
}
