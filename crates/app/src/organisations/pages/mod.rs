//! What people see of organisations: everyone, the operator, and those who run a desk.

mod desk;
mod forms;
mod operator;
mod public;

use maud::{Markup, html};

use crate::kernel::civil::{self, Day};
use crate::kernel::{Right, Role};
use crate::web::{Cx, Route, get, post, show};

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
        get("/operator/organisations/{id}", Right::Operator, operator::organisation),
        post("/operator/organisations/{id}/certificates", Right::Operator, operator::add_certificate),
        post("/operator/organisations/{id}/merchant", Right::Operator, operator::open_merchant),
        post("/operator/organisations/{id}/seats", Right::Operator, operator::give_seat),
        post("/operator/organisations/{id}/seats/{seat}/end", Right::Operator, operator::end_seat),
        get("/desk/seats", Right::Desk, desk::seats),
    ]
}

fn kind_word(cx: &Cx, kind: Kind) -> String {
    cx.t(match kind {
        Kind::Charity => "organisation-kind-charity",
        Kind::Implementer => "organisation-kind-implementer",
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

fn certificate_table(cx: &Cx, certificates: &[Certificate]) -> Markup {
    let heads = [
        "organisation-certificate",
        "organisation-certificate-number",
        "organisation-certificate-issuer",
        "organisation-valid-from",
        "organisation-valid-until",
        "organisation-state",
    ];
    let mut table = ui::Table::new(cx.t("organisation-certificates-caption"), heads.map(|key| ui::Column::words(cx.t(key))).to_vec());
    for c in certificates {
        table.row(&[
            &certificate_word(cx, c.kind),
            &c.number,
            &c.issuer,
            &show::day(c.valid_from_day),
            &last_day(cx, c.valid_until_day),
            &certificate_state(cx, c),
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
