//! How a charity issues, its series as a spreadsheet, and what became of the papers of every gift.

use maud::html;

use crate::kernel::{Refusal, Trouble, civil};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error, refused, show};

use super::super::actions::{desk, desk::FINANCE, desk::LOOKERS};
use super::super::model::{Issuer, Kind};
use super::super::store::{self, receipts};
use super::super::{model::Way, rules};
use super::{asked_year, today};

pub fn page(cx: &Cx) -> Outcome {
    render(cx, None)
}

fn render(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let organisation_id = desk::desk_of(&cx.actor, LOOKERS)?;
    let issues = cx.actor.holds(organisation_id, FINANCE);
    let year = rules::year_of(today(cx));
    let (kept, series) =
        cx.app.db.read(|tx| Ok::<_, db::Fault>((receipts::issuer(tx, organisation_id)?, receipts::series(tx, organisation_id, year)?)))?;
    let now = kept.unwrap_or_else(rules::unsettled);
    let typed = |name: &str, kept: &str| if refusal.is_some() { cx.form(name).to_owned() } else { kept.to_owned() };
    let field = |name: &'static str, label: &str, help: &str, kept: &str| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            value: typed(name, kept).into(),
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: field_error(cx, refusal, name).into(),
            required: true,
            max_length: Some(30),
            ..ui::Input::default()
        })
    };
    let way = Way::from_word(&typed("way", now.way.word())).unwrap_or(Way::Own);
    let of = |kind: Kind| series.iter().filter(|r| r.kind == kind).count();
    let sum: i64 = series.iter().map(|r| r.amount_fen).sum();
    let stat = |value: String, label: &str| ui::Stat { value: value.into(), label: cx.t(label).into(), ..ui::Stat::default() };
    let title = cx.t("papers-settings");
    let body = html! {
        (ui::breadcrumbs(&cx.t("papers-trail"), &[ui::Link::new(cx.t("papers-to-desk"), "/desk"), ui::Link::new(cx.t("papers-desk"), "/desk/receipts")], &title))
        (ui::heading(&title, Some(&cx.t("papers-settings-lead"))))
        (refused(cx, refusal))
        (ui::section(&cx.ta("papers-series", &[("year", year.to_string().into())]), None, ui::stat_row(&[
            stat(of(Kind::Receipt).to_string(), "papers-series-receipts"),
            stat(of(Kind::Reversal).to_string(), "papers-series-reversals"),
            stat(of(Kind::Void).to_string(), "papers-series-voids"),
            stat(show::money(sum), "papers-series-sum"),
        ])))
        @if issues {
            (ui::form(&ui::Form {
                action: "/desk/receipts/settings".into(),
                body: html! {
                    @if cx.app.fiscal.is_some() {
                        (ui::radio_field(&ui::Radios {
                            name: "way".into(), legend: cx.t("papers-way").into(), help: cx.t("papers-way-help").into(), error: field_error(cx, refusal, "way").into(),
                            choices: Way::ALL.into_iter().map(|w| ui::Choice::new(w.word(), cx.t(&format!("papers-way-{}", w.word()))).chosen(w == way)).collect(),
                            required: true,
                        }))
                    }
                    (field("prefix", "papers-prefix", "papers-prefix-help", &now.prefix))
                    (field("handler", "papers-handler", "papers-handler-help", &now.handler))
                    (field("reviewer", "papers-reviewer", "papers-reviewer-help", &now.reviewer))
                    (field("payee", "papers-payee", "", &now.payee))
                    (field("item_code", "papers-item-code", "", &now.item_code))
                    (field("item_name", "papers-item-name", "", &now.item_name))
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("papers-settings-keep"), None), None))
                },
                ..ui::Form::default()
            }))
            (ui::section(&cx.t("papers-void"), None, html! {
                p { (cx.t("papers-void-why")) }
                (ui::form(&ui::Form {
                    action: "/desk/receipts/numbers".into(),
                    body: html! {
                        (ui::input_field(&ui::Input {
                            name: "reason".into(), label: cx.t("papers-reason").into(), help: cx.t("papers-void-help").into(), value: cx.form("reason").into(),
                            error: field_error(cx, refusal, "reason").into(), required: true, max_length: Some(200), ..ui::Input::default()
                        }))
                        (ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("papers-void-button"), None), None))
                    },
                    ..ui::Form::default()
                }))
            }))
        } @else {
            p { (cx.t("papers-finance-only")) }
        }
    };
    let status = refusal.map_or(200, |r| r.status);
    Ok(cx.page_with_status(status, PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn keep(cx: &Cx) -> Outcome {
    let own = |name: &str| cx.form(name).to_owned();
    let typed = Issuer {
        way: Way::from_word(cx.form("way")).unwrap_or(Way::Own),
        prefix: own("prefix"),
        handler: own("handler"),
        reviewer: own("reviewer"),
        payee: own("payee"),
        item_code: own("item_code"),
        item_name: own("item_name"),
    };
    answer(cx, desk::settle(&cx.app, &cx.actor, &typed, cx.now), "?done=papers-settled")
}

pub fn void_number(cx: &Cx) -> Outcome {
    answer(cx, desk::void_number(&cx.app, &cx.actor, cx.form("reason"), cx.now), "?done=papers-void")
}

fn answer(cx: &Cx, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/desk/receipts/settings{done}"))),
        Err(Trouble::Refused(refusal)) if !matches!(refusal.status, 403 | 404) => render(cx, Some(&refusal)),
        Err(trouble) => Err(trouble),
    }
}

/// Every number of a year: what it was used for, and why.
pub fn series_csv(cx: &Cx) -> Outcome {
    let organisation_id = desk::desk_of(&cx.actor, LOOKERS)?;
    let year = asked_year(cx)?;
    let series = cx.app.db.read(|tx| receipts::series(tx, organisation_id, year))?;
    let heads = [
        "papers-code",
        "papers-number",
        "papers-check-code",
        "papers-kind",
        "papers-state",
        "papers-day",
        "papers-payer",
        "papers-payer-code",
        "papers-amount",
        "papers-reversed-by",
        "papers-handler",
        "papers-reviewer",
        "papers-payee",
        "papers-reason",
        "papers-copies",
    ];
    let mut rows = vec![heads.map(|key| cx.t(key)).to_vec()];
    for r in &series {
        let state = match (r.kind, r.reversed_by) {
            (Kind::Receipt, Some(_)) => "papers-receipt-reversed",
            (Kind::Receipt, None) => "papers-receipt-valid",
            (Kind::Reversal, _) => "papers-receipt-reversal",
            (Kind::Void, _) => "papers-receipt-void",
        };
        rows.push(vec![
            r.code.clone(),
            r.text_number.clone(),
            r.check_code.clone(),
            cx.t(&format!("papers-kind-{}", r.kind.word())),
            cx.t(state),
            civil::rfc3339(r.issued_at),
            r.payer_name.clone(),
            r.payer_code_mask.clone(),
            money::Fen(r.amount_fen).yuan_text(),
            r.reversed_number.clone(),
            r.handler.clone(),
            r.reviewer.clone(),
            r.payee.clone(),
            r.reason.clone(),
            r.prints.to_string(),
        ]);
    }
    Ok(Answer::csv(format!("receipts-{year}.csv"), &rows))
}

/// The gifts of a month with what became of their papers: 慈善法 art. 38 asks that waived and anonymous gifts are recorded.
pub fn gifts_csv(cx: &Cx) -> Outcome {
    let organisation_id = desk::desk_of(&cx.actor, LOOKERS)?;
    let month = match cx.query("month") {
        "" => civil::day_text(today(cx))[..7].to_owned(),
        typed => typed.to_owned(),
    };
    let first = civil::parse_day(&format!("{month}-01")).ok_or_else(Refusal::not_found)?;
    let (from, until) = (civil::start_of(first), civil::start_of(civil::add_months(first, 1)));
    let gifts = cx.app.db.read(|tx| store::gifts_to(tx, organisation_id, from, until))?;
    let heads = [
        "papers-gift-number",
        "papers-received-at",
        "papers-project",
        "papers-given",
        "papers-returned",
        "papers-anonymous",
        "papers-stands",
    ];
    let mut rows = vec![heads.map(|key| cx.t(key)).to_vec()];
    for g in &gifts {
        rows.push(vec![
            g.gift_id.to_string(),
            civil::rfc3339(g.received_at),
            cx.either(&g.project_title, &g.project_english_title).to_owned(),
            money::Fen(g.amount_fen).yuan_text(),
            money::Fen(g.returned_fen).yuan_text(),
            cx.t(if g.anonymous { "papers-yes" } else { "papers-no" }),
            cx.t(&format!("papers-standing-{}", rules::standing(g, today(cx)).word())),
        ]);
    }
    Ok(Answer::csv(format!("receipt-gifts-{month}.csv"), &rows))
}
