//! The operator's side: every case and what is late, its own word where a reason asks for it, appeals, and what was held and goes back.

use maud::html;

use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::super::model::{Party, State};
use super::super::{actions, rules, store};
use super::desk::{View, case_table, facts, next, pager};
use super::{Saying, asked, asking, outcome, paper_list, reason_words, refused_notice, story};

const PAGE: i64 = 50;

/// `/operator/refunds`: open cases first, the oldest on top.
pub fn list(cx: &Cx) -> Outcome {
    let page = cx.query("page").parse::<i64>().unwrap_or(1).clamp(1, 10_000);
    let mut cases = cx.app.db.read(|tx| store::for_operator(tx, PAGE + 1, (page - 1) * PAGE))?;
    let more = cases.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    cases.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let title = cx.t("refunds-operator");
    let body = html! {
        (ui::breadcrumbs(&cx.t("refunds-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator")], &title))
        (ui::heading(&title, Some(&cx.t("refunds-operator-lead"))))
        @if cases.is_empty() {
            (ui::empty_state(&cx.t("refunds-none"), &cx.t("refunds-none-why"), None))
        } @else {
            (case_table(cx, &cases, "/operator/refunds", true))
            (pager(cx, "/operator/refunds", page, more))
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

fn load(cx: &Cx) -> Result<View, Trouble> {
    let id = cx.id_param("id")?;
    View::of(cx, |tx| store::find(tx, id))
}

pub fn case(cx: &Cx) -> Outcome {
    case_page(cx, &load(cx)?, None)
}

fn case_page(cx: &Cx, view: &View, refused: Option<&Refusal>) -> Outcome {
    let case = &view.case;
    let title = cx.ta("refunds-case", &[("amount", show::money(case.amount_fen).into())]);
    let at = |what: &str| format!("/operator/refunds/{}/{what}", case.id);
    let speaks = view.outstanding().contains(&Party::Operator) && matches!(case.state, State::Applied | State::Examined);
    let decision = |word: &'static str, button, kind| {
        Saying {
            action: at("appeal"),
            field: "reason",
            label: "refunds-appeal-decision",
            help: "refunds-appeal-decision-help",
            button,
            kind,
            hidden: vec![("decision".into(), word.into())],
        }
        .show(cx, refused.filter(|_| cx.form("decision") == word))
    };
    let body = html! {
        (ui::breadcrumbs(&cx.t("refunds-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(cx.t("refunds-operator"), "/operator/refunds")], &title))
        (ui::heading(&title, Some(&reason_words(cx, case.reason))))
        (refused_notice(cx, refused))
        (cx.claim_banner(actions::THING, case.id)?)
        (next(cx, view))
        @if speaks {
            (ui::card(Some(&cx.t("refunds-confirm-title")), Saying {
                action: at("confirmation"), field: "note", label: "refunds-confirm-note", help: "refunds-confirm-operator-help", button: "refunds-confirm",
                kind: ui::ButtonKind::Main, hidden: Vec::new(),
            }.show(cx, refused)))
        }
        @if case.state == State::Appealed {
            (ui::card(Some(&cx.t("refunds-appeal-reopen-title")), decision("reopen", "refunds-appeal-reopen", ui::ButtonKind::Main)))
            (ui::card(Some(&cx.t("refunds-appeal-uphold-title")), decision("uphold", "refunds-appeal-uphold", ui::ButtonKind::Danger)))
        }
        (facts(cx, view, true))
        (ui::section(&cx.t("refunds-papers"), None, paper_list(cx, &view.papers, &view.files)))
        (ui::section(&cx.t("refunds-story"), None, story(cx, &view.steps, false)))
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn act(cx: &Cx, done: Result<(), Trouble>, word: &str) -> Outcome {
    let id = cx.id_param("id")?;
    outcome(cx, done, format!("/operator/refunds/{id}?{word}"), |cx, refusal| case_page(cx, &load(cx)?, Some(refusal)))
}

pub fn confirm(cx: &Cx) -> Outcome {
    let done = actions::confirm(&cx.app, &cx.actor, cx.id_param("id")?, Party::Operator, cx.form("note"), cx.now);
    act(cx, done, "done=refunds-confirmed")
}

pub fn decide_appeal(cx: &Cx) -> Outcome {
    let reopen = cx.form("decision") == "reopen";
    let done = actions::decide_appeal(&cx.app, &cx.actor, cx.id_param("id")?, reopen, cx.form("reason"), cx.now);
    act(cx, done, "done=refunds-appeal-decided")
}

/// `/operator/held/{id}/refund`: what was held goes back to whoever paid it.
pub fn held(cx: &Cx) -> Outcome {
    held_page(cx, None)
}

fn held_page(cx: &Cx, refused: Option<&Refusal>) -> Outcome {
    let id = cx.id_param("id")?;
    let payment = cx.app.db.read(|tx| store::payment_of_held(tx, id))?.ok_or_else(|| Refusal::conflict("refusal-refunds-held"))?;
    let title = cx.t("refunds-held");
    let body = html! {
        (ui::breadcrumbs(&cx.t("refunds-trail"), &[ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(cx.t("room-held"), "/operator/held")], &title))
        (ui::heading(&title, Some(&cx.t("refunds-held-lead"))))
        (refused_notice(cx, refused))
        (ui::definition_list(&[
            ui::Term::new(cx.t("refunds-order-number"), ui::text(&payment.out_trade_no)),
            ui::Term::new(cx.t("refunds-transaction"), ui::text(&payment.transaction_id)),
            ui::Term::new(cx.t("refunds-gift-amount"), ui::text(show::money(payment.total_fen))),
            ui::Term::new(cx.t("refunds-paid"), show::instant(payment.paid_at)),
        ]))
        (ui::form(&ui::Form {
            action: format!("/operator/held/{id}/refund").into(),
            body: html! {
                (asking(cx, &rules::CHARITY_REASONS, Some(payment.total_fen), refused))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("refunds-open"), None), Some(&ui::Link::new(cx.t("refunds-back"), "/operator/held"))))
            },
            ..ui::Form::default()
        }))
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn open_for_held(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let opened = asked(cx).map_err(Trouble::from).and_then(|asked| actions::open_for_held(&cx.app, &cx.actor, id, &asked, cx.now));
    match opened {
        Ok(case) => Ok(Answer::redirect(format!("/operator/refunds/{case}?done=refunds-case-opened"))),
        Err(Trouble::Refused(refusal)) if refusal.key != "refusal-refunds-held" => held_page(cx, Some(&refusal)),
        Err(other) => Err(other),
    }
}
