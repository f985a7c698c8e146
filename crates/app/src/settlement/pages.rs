//! The public page that lays the channel's bill beside the ledger, and the operator's pages for what does not fit.

use maud::{Markup, html};

use crate::kernel::civil::day_of;
use crate::kernel::{Id, Refusal, Right, Trouble, claims};
use crate::web::show::{as_of, count, day, instant, money};
use crate::web::{Answer, Cx, Outcome, PageParts, Route, direct_post, field_error, get, parse_id, post};

use super::store::{self, BillDay, CaseRow, HeldRow, RefusedRow, Sums};
use super::{notifications, reconcile};

pub fn routes() -> Vec<Route> {
    vec![
        direct_post("/wechat/notifications", notifications::receive),
        get("/reconciliation", Right::Anyone, public),
        get("/operator/held", Right::Operator, held),
        post("/operator/held/{id}/resolution", Right::Operator, resolve_held),
        get("/operator/reconciliation", Right::Operator, cases),
        post("/operator/reconciliation/run", Right::Operator, reconcile_now),
        post("/operator/reconciliation/{id}/resolution", Right::Operator, resolve_case),
    ]
}

const DAYS_ON_A_PAGE: i64 = 60;

/// `/reconciliation`: channel total beside ledger total, for everyone.
fn public(cx: &Cx) -> Outcome {
    let organisation_id = parse_id(cx.query("organisation")).unwrap_or(0);
    let page = cx.query("page").parse::<i64>().unwrap_or(1).clamp(1, 100_000);
    let (sums, days) = cx.app.db.read(|tx| {
        let days = store::bill_days(tx, organisation_id, DAYS_ON_A_PAGE + 1, (page - 1) * DAYS_ON_A_PAGE)?;
        Ok::<_, db::Fault>((store::sums(tx, organisation_id)?, days))
    })?;
    let title = cx.t("settlement-title");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("settlement-lead"))))
        (totals(cx, &sums))
        (as_of(cx))
        @if days.is_empty() {
            (ui::empty_state(&cx.t("settlement-empty"), &cx.t("settlement-empty-why"), None))
        } @else {
            (day_table(cx, &days[..days.len().min(usize::try_from(DAYS_ON_A_PAGE).unwrap_or(usize::MAX))]))
            (pages_of_days(cx, organisation_id, page, days.len() > usize::try_from(DAYS_ON_A_PAGE).unwrap_or(usize::MAX)))
        }
        (ui::section(&cx.t("settlement-how"), None, ui::prose(html! {
            p { (cx.t("settlement-how-1")) }
            p { (cx.t("settlement-how-2")) }
            p { (cx.t("settlement-how-3")) }
        })))
    };
    Ok(cx.page(PageParts {
        title: &title,
        description: &cx.t("settlement-lead"),
        canonical: Some("/reconciliation"),
        body,
        ..PageParts::default()
    }))
}

fn totals(cx: &Cx, sums: &Sums) -> Markup {
    let agrees = sums.days_differing == 0
        && (sums.bill_gifts, sums.bill_fen, sums.bill_refunds_fen) == (sums.ledger_gifts, sums.ledger_fen, sums.ledger_refunds_fen);
    let stat = |value: String, key: &str| ui::Stat { value: value.into(), label: cx.t(key).into(), ..ui::Stat::default() };
    html! {
        (ui::stat_row(&[
            stat(money(sums.bill_fen), "settlement-channel-total"),
            stat(money(sums.ledger_fen), "settlement-ledger-total"),
            stat(money(sums.all_fen - sums.ledger_fen), "settlement-not-yet"),
        ]))
        @if sums.bill_refunds_fen > 0 || sums.ledger_refunds_fen > 0 {
            p { (cx.ta("settlement-refunds-total", &[("bill", money(sums.bill_refunds_fen).into()), ("ledger", money(sums.ledger_refunds_fen).into())])) }
        }
        @if sums.days > 0 && agrees {
            (ui::notice(ui::Tone::Good, &cx.t("settlement-word-agrees"), None, html! { p { (cx.ta("settlement-all-agree", &[("gifts", count(sums.bill_gifts).into())])) } }))
        }
        @if sums.days_differing > 0 {
            (ui::notice(ui::Tone::Warn, &cx.t("settlement-word-differs"), None, html! { p { (cx.ta("settlement-some-differ", &[("days", sums.days_differing.into())])) } }))
        }
    }
}

fn day_table(cx: &Cx, days: &[BillDay]) -> Markup {
    let column = |key: &str| ui::Column::words(cx.t(key));
    let number = |key: &str| ui::Column::number(cx.t(key));
    let mut table = ui::Table::new(
        cx.t("settlement-table"),
        vec![
            column("settlement-day"),
            column("settlement-charity"),
            number("settlement-bill"),
            number("settlement-ledger"),
            column("settlement-state"),
            column("settlement-bill-hash"),
        ],
    );
    for d in days {
        let charity = cx.either(&d.organisation, &d.english_organisation);
        table.row(&[
            &day(d.day),
            &html! { a href={ "/organisations/" (d.organisation_id) } { (charity) } },
            &html! { (money(d.bill_fen)) " · " (cx.ta("settlement-gifts", &[("gifts", d.bill_gifts.into())])) (given_back(cx, d.bill_refunds_fen)) },
            &html! { (money(d.ledger_fen)) " · " (cx.ta("settlement-gifts", &[("gifts", d.ledger_gifts.into())])) (given_back(cx, d.ledger_refunds_fen)) },
            &html! { (state_badge(cx, d.agrees)) " " small { (instant(d.checked_at)) } (aside(cx, d)) },
            &html! { @if d.sha1.len() >= 12 { code { (&d.sha1[..12]) "…" } } },
        ]);
    }
    ui::table(&table)
}

/// What was given back is a line of its own: it never makes the gifts less.
fn given_back(cx: &Cx, fen: i64) -> Markup {
    html! { @if fen > 0 { br; small { (cx.ta("settlement-given-back", &[("amount", money(fen).into())])) } } }
}

/// Payments that never were gifts, and go back.
fn aside(cx: &Cx, d: &BillDay) -> Markup {
    html! {
        @if d.aside_payments > 0 {
            br; small { (cx.ta("settlement-aside", &[("payments", d.aside_payments.into()), ("amount", money(d.aside_payments_fen).into())])) }
        }
    }
}

fn state_badge(cx: &Cx, agrees: bool) -> Markup {
    if agrees {
        ui::badge(ui::Tone::Good, &cx.t("settlement-word-agrees"))
    } else {
        ui::badge(ui::Tone::Warn, &cx.t("settlement-word-differs"))
    }
}

fn pages_of_days(cx: &Cx, organisation_id: Id, page: i64, more: bool) -> Markup {
    let link = |key: &str, to: i64| ui::Link::new(cx.t(key), format!("/reconciliation?organisation={organisation_id}&page={to}"));
    if page == 1 && !more {
        return html! {};
    }
    ui::pagination(&ui::Pagination {
        label: cx.t("settlement-pages").into(),
        previous: (page > 1).then(|| link("settlement-newer", page - 1)),
        next: more.then(|| link("settlement-older", page + 1)),
        position: cx.ta("settlement-page", &[("page", page.into())]).into(),
    })
}

/// How many rows an operator's list shows.
const LISTED: i64 = 100;

/// `/operator/held`: genuine confirmations that a person decides about.
fn held(cx: &Cx) -> Outcome {
    held_page(cx, None, 200)
}

fn held_page(cx: &Cx, refused_resolution: Option<(Id, &Refusal)>, status: u16) -> Outcome {
    let since = day_of(cx.now) - 14;
    let (rows, refused) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::held(tx, LISTED)?, store::refused(tx, since)?)))?;
    let title = cx.t("settlement-held-title");
    let (open, closed): (Vec<&HeldRow>, Vec<&HeldRow>) = rows.iter().partition(|r| r.resolved_at.is_none());
    let body = html! {
        (operator_trail(cx, &title))
        (ui::heading(&title, Some(&cx.t("settlement-held-lead"))))
        @if open.is_empty() { (ui::empty_state(&cx.t("settlement-held-none"), &cx.t("settlement-held-none-why"), None)) }
        @for row in &open {
            @let claim = cx.claim_banner("held", row.id)?;
            (ui::card(Some(&reason_words(cx, &row.reason)), html! { (claim) (held_card(cx, row, refused_resolution)) }))
        }
        @if !closed.is_empty() { (ui::section(&cx.t("settlement-closed"), None, closed_table(cx, &closed))) }
        (ui::section(&cx.t("settlement-refused-title"), None, refused_table(cx, &refused)))
    };
    Ok(cx.page_with_status(status, PageParts { title: &title, body, ..PageParts::default() }))
}

fn operator_trail(cx: &Cx, here: &str) -> Markup {
    ui::breadcrumbs(&cx.t("settlement-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator")], here)
}

fn reason_words(cx: &Cx, reason: &str) -> String {
    cx.t(&format!("settlement-hold-{}", reason.replace('_', "-")))
}

fn held_card(cx: &Cx, row: &HeldRow, refused: Option<(Id, &Refusal)>) -> Markup {
    let term = |key: &str, value: &str| ui::Term::new(cx.t(key), html! { (value) });
    html! {
        (ui::definition_list(&[
            term("settlement-order-number", &row.out_trade_no),
            term("settlement-transaction", &row.transaction_id),
            term("settlement-merchant", &row.mchid),
            term("settlement-amount", &format!("{} {}", money(row.amount_fen), row.currency)),
            ui::Term::new(cx.t("settlement-received"), instant(row.received_at)),
        ]))
        p { (cx.t(&format!("settlement-hold-{}.next", row.reason.replace('_', "-")))) }
        @if row.refundable { p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t("settlement-give-back"), &format!("/operator/held/{}/refund", row.id))) } }
        (resolution_form(cx, &format!("/operator/held/{}/resolution", row.id), refused.filter(|(id, _)| *id == row.id).map(|(_, r)| r)))
    }
}

/// One reason, one button: what was found out and done.
fn resolution_form(cx: &Cx, action: &str, refused: Option<&Refusal>) -> Markup {
    let name = "resolution";
    ui::form(&ui::Form {
        action: action.to_owned().into(),
        body: html! {
            (ui::input_field(&ui::Input {
                name: name.into(),
                label: cx.t("settlement-resolution").into(),
                help: cx.t("settlement-resolution-help").into(),
                value: if refused.is_some() { cx.form(name).to_owned().into() } else { "".into() },
                error: field_error(cx, refused, name).into(),
                required: true,
                max_length: Some(500),
                ..ui::Input::default()
            }))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("settlement-resolve"), None), None))
        },
        ..ui::Form::default()
    })
}

fn closed_table(cx: &Cx, rows: &[&HeldRow]) -> Markup {
    let column = |key: &str| ui::Column::words(cx.t(key));
    let mut table = ui::Table::new(
        cx.t("settlement-closed"),
        vec![
            column("settlement-order-number"),
            column("settlement-reason"),
            ui::Column::number(cx.t("settlement-amount")),
            column("settlement-resolved"),
            column("settlement-resolution"),
        ],
    );
    for row in rows {
        let resolved = row.resolved_at.map(instant).unwrap_or_default();
        let how = match row.resolution.strip_prefix("refund ").and_then(parse_id) {
            Some(case) => html! { (ui::Link::new(cx.t("settlement-given-back-by-case"), format!("/operator/refunds/{case}"))) },
            None => ui::text(&row.resolution),
        };
        table.row(&[&row.out_trade_no, &reason_words(cx, &row.reason), &money(row.amount_fen), &resolved, &how]);
    }
    ui::table(&table)
}

fn refused_table(cx: &Cx, rows: &[RefusedRow]) -> Markup {
    if rows.is_empty() {
        return html! { p { (cx.t("settlement-refused-none")) } };
    }
    let column = |key: &str| ui::Column::words(cx.t(key));
    let mut table = ui::Table::new(
        cx.t("settlement-refused-title"),
        vec![
            column("settlement-day"),
            column("settlement-reason"),
            ui::Column::number(cx.t("settlement-times")),
            column("settlement-last"),
            column("settlement-detail"),
        ],
    );
    for row in rows {
        let reason = cx.t(&format!("settlement-refused-{}", row.reason.replace('_', "-")));
        table.row(&[&day(row.day), &reason, &count(row.times), &instant(row.last_at), &row.last_detail]);
    }
    ui::table(&table)
}

/// A reason has to be given, and must fit a line of a report.
fn resolution_of(cx: &Cx) -> Result<String, Refusal> {
    let text = cx.form("resolution").to_owned();
    let length = text.chars().count();
    if length == 0 || length > 500 || text.chars().any(char::is_control) {
        return Err(Refusal::input("resolution", "refusal-settlement-resolution"));
    }
    Ok(text)
}

fn resolve_held(cx: &Cx) -> Outcome {
    let (id, person_id, now) = (cx.id_param("id")?, cx.person_id()?, cx.now);
    let text = match resolution_of(cx) {
        Ok(text) => text,
        Err(refusal) => return held_page(cx, Some((id, &refusal)), 422),
    };
    let done = cx.app.db.write(|tx| {
        claims::decide(tx, "held", id, person_id, now)?;
        store::resolve_held(tx, id, person_id, &text, now).map_err(Trouble::from)
    })?;
    decided(done, "/operator/held")
}

fn decided(done: bool, back: &str) -> Outcome {
    if !done {
        return Err(Refusal::conflict("refusal-settlement-decided-already").into());
    }
    Ok(Answer::redirect(format!("{back}?done=settlement-resolved")))
}

/// `/operator/reconciliation`: every difference between bill and ledger, and who closed it with which reason.
fn cases(cx: &Cx) -> Outcome {
    cases_page(cx, None, 200)
}

fn cases_page(cx: &Cx, refused: Option<(Id, &Refusal)>, status: u16) -> Outcome {
    let (rows, days) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::cases(tx, LISTED)?, store::bill_days(tx, 0, 30, 0)?)))?;
    let title = cx.t("settlement-cases-title");
    let (open, closed): (Vec<&CaseRow>, Vec<&CaseRow>) = rows.iter().partition(|r| r.resolved_at.is_none());
    let run_now = ui::form(&ui::Form {
        action: "/operator/reconciliation/run".into(),
        body: ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("settlement-run-now"), None), None),
        ..ui::Form::default()
    });
    let body = html! {
        (operator_trail(cx, &title))
        (ui::heading(&title, Some(&cx.t("settlement-cases-lead"))))
        (run_now)
        @if open.is_empty() { (ui::empty_state(&cx.t("settlement-cases-none"), &cx.t("settlement-cases-none-why"), None)) }
        @for row in &open {
            @let error = refused.filter(|(id, _)| *id == row.id).map(|(_, r)| r);
            @let claim = cx.claim_banner("difference", row.id)?;
            (ui::card(Some(&case_words(cx, row)), html! {
                (claim)
                (case_facts(cx, row))
                (resolution_form(cx, &format!("/operator/reconciliation/{}/resolution", row.id), error))
            }))
        }
        @if !closed.is_empty() { (ui::section(&cx.t("settlement-closed"), None, closed_cases(cx, &closed))) }
        @if !days.is_empty() { (ui::section(&cx.t("settlement-table"), None, day_table(cx, &days))) }
    };
    Ok(cx.page_with_status(status, PageParts { title: &title, body, ..PageParts::default() }))
}

fn case_words(cx: &Cx, row: &CaseRow) -> String {
    cx.t(&format!("settlement-case-{}", row.kind.replace('_', "-")))
}

fn case_facts(cx: &Cx, row: &CaseRow) -> Markup {
    let term = |key: &str, value: &str| ui::Term::new(cx.t(key), html! { (value) });
    ui::definition_list(&[
        term("settlement-charity", &row.organisation),
        ui::Term::new(cx.t("settlement-day"), day(row.day)),
        term("settlement-order-number", &row.out_trade_no),
        term("settlement-bill", &money(row.bill_fen)),
        term("settlement-ledger", &money(row.ledger_fen)),
        ui::Term::new(cx.t("settlement-opened"), instant(row.opened_at)),
    ])
}

fn closed_cases(cx: &Cx, rows: &[&CaseRow]) -> Markup {
    let column = |key: &str| ui::Column::words(cx.t(key));
    let mut table = ui::Table::new(
        cx.t("settlement-closed"),
        vec![
            column("settlement-day"),
            column("settlement-order-number"),
            column("settlement-reason"),
            column("settlement-resolved"),
            column("settlement-resolution"),
        ],
    );
    for row in rows {
        let resolution = if row.resolution == "agrees" { cx.t("settlement-resolved-itself") } else { row.resolution.clone() };
        let resolved = row.resolved_at.map(instant).unwrap_or_default();
        table.row(&[&day(row.day), &row.out_trade_no, &case_words(cx, row), &resolved, &resolution]);
    }
    ui::table(&table)
}

fn resolve_case(cx: &Cx) -> Outcome {
    let (id, person_id, now) = (cx.id_param("id")?, cx.person_id()?, cx.now);
    let text = match resolution_of(cx) {
        Ok(text) => text,
        Err(refusal) => return cases_page(cx, Some((id, &refusal)), 422),
    };
    let done = cx.app.db.write(|tx| {
        claims::decide(tx, "difference", id, person_id, now)?;
        store::resolve_case(tx, id, person_id, &text, now).map_err(Trouble::from)
    })?;
    decided(done, "/operator/reconciliation")
}

/// Asks the channel for every bill that is out and not agreed upon yet.
fn reconcile_now(cx: &Cx) -> Outcome {
    reconcile::catch_up(&cx.app)?;
    Ok(Answer::redirect("/operator/reconciliation?done=settlement-run"))
}
