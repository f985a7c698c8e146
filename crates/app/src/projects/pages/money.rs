//! The desk's money: payouts asked for and decided, expenses accounted for.

use maud::{Markup, html};
use money::Fen;

use crate::files::Prepared;
use crate::kernel::civil::{day_of, day_text, parse_day};
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::super::fund;
use super::super::model::{BudgetLine, NewExpense, Payout, PayoutState, Project};
use super::super::{actions, rules, store};
use super::overview::{address, head, load};
use super::project_parts::marked;
use super::{error_of, quantity_words, refused, status_of, trail, whole_number};
use crate::web::parse_id;

fn payout_tone(state: &PayoutState) -> ui::Tone {
    match state {
        PayoutState::Requested | PayoutState::ApprovedOnce { .. } => ui::Tone::Info,
        PayoutState::Paid { .. } => ui::Tone::Good,
        PayoutState::Refused { .. } => ui::Tone::Bad,
    }
}

pub fn payouts(cx: &Cx) -> Outcome {
    payouts_page(cx, &load(cx)?, &[])
}

fn payouts_page(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Outcome {
    let (payouts, total) = cx.app.db.read(|tx| Ok::<_, db::Fault>((store::payouts(tx, project.id)?, fund::total(tx, project.id)?)))?;
    let asks = [project.recipient_id, project.implementer_id].iter().any(|id| cx.actor.holds(*id, &[Role::Manager]));
    let available = total.available_fen().min(project.goal_fen - total.used_or_out_fen()).max(0);
    let rows: Vec<ui::LinkRow> = payouts
        .iter()
        .map(|p| ui::LinkRow {
            href: format!("/desk/payouts/{}", p.id).into(),
            title: show::money(p.amount_fen).into(),
            note: format!("{} · {}", p.purpose, day_text(day_of(p.requested_at))).into(),
            aside: ui::badge(payout_tone(&p.state), &cx.t(p.state.key())),
        })
        .collect();
    let body = html! {
        (head(cx, project, 3))
        (refused(cx, refusals))
        (ui::stat_row(&[
            ui::Stat { value: show::money(available).into(), label: cx.t("project-available").into(), href: "".into() },
            ui::Stat { value: show::money(total.pending_fen).into(), label: cx.t("project-asked-for").into(), href: "".into() },
            ui::Stat { value: show::money(total.paid_out_fen - total.returned_fen).into(), label: cx.t("project-paid-out").into(), href: "".into() },
        ]))
        (show::as_of(cx))
        @if asks && project.state.is_running() { (ui::section(&cx.t("project-payout-new"), None, ui::form(&ui::Form {
            action: address(project.id, "/payouts").into(),
            body: html! {
                (ui::amount_field(&ui::Amount {
                    name: "amount".into(), label: cx.t("project-amount").into(), value: cx.form("amount").into(), help: cx.t("project-payout-help").into(),
                    error: error_of(cx, refusals, "amount").into(), required: true, ..ui::Amount::default()
                }))
                (ui::input_field(&ui::Input {
                    name: "purpose".into(), label: cx.t("project-purpose").into(), value: cx.form("purpose").into(), help: cx.t("project-purpose-help").into(),
                    error: error_of(cx, refusals, "purpose").into(), required: true, ..ui::Input::default()
                }))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-payout-ask"), None), None))
            },
            ..ui::Form::default()
        }))) }
        (ui::section(&cx.t("project-payouts"), None, html! {
            @if rows.is_empty() { p { (cx.t("project-payouts-none")) } } @else { (ui::link_list(&rows)) }
        }))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &cx.t("project-payouts"), body, ..PageParts::default() }))
}

/// An amount as typed, or the sentence that says what is wrong with it.
fn amount_fen(cx: &Cx, field: &'static str) -> Result<i64, Refusal> {
    match Fen::parse_yuan(cx.form(field)) {
        Ok(fen) if fen.is_positive() => Ok(fen.0),
        _ => Err(Refusal::input(field, "refusal-project-amount")),
    }
}

pub fn request_payout(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let asked = amount_fen(cx, "amount")
        .map_err(Trouble::from)
        .and_then(|amount_fen| actions::request_payout(&cx.app, &cx.actor, project.id, amount_fen, cx.form("purpose"), cx.now));
    match asked {
        Ok(_) => Ok(Answer::redirect(format!("{}?done=project-payout-asked", address(project.id, "/payouts")))),
        Err(Trouble::Refused(refusal)) => payouts_page(cx, &project, &[refusal]),
        Err(fault) => Err(fault),
    }
}

struct PayoutView {
    payout: Payout,
    project: Project,
    total: fund::Total,
    /// Who asked, who said yes first and second, who said no.
    names: [String; 4],
}

fn load_payout(cx: &Cx) -> Result<PayoutView, Trouble> {
    let id = cx.id_param("id")?;
    let scope = actions::scope(&cx.actor);
    cx.app.db.read(|tx| {
        let payout = store::payout_for(tx, id, &scope)?.ok_or_else(Refusal::not_found)?;
        let project = store::find_for(tx, payout.project_id, &scope)?.ok_or_else(Refusal::not_found)?;
        let mut name = |id: Option<Id>| id.map_or(Ok(String::new()), |id| store::person_name(tx, id));
        let (first, second, no) = match &payout.state {
            PayoutState::Requested => (None, None, None),
            PayoutState::ApprovedOnce { first } => (Some(first.person_id), None, None),
            PayoutState::Paid { first, second, .. } => (Some(first.person_id), Some(second.person_id), None),
            PayoutState::Refused { by, .. } => (None, None, Some(by.person_id)),
        };
        let names = [name(Some(payout.requested_by))?, name(first)?, name(second)?, name(no)?];
        let total = fund::total(tx, project.id)?;
        Ok(PayoutView { payout, project, total, names })
    })
}

pub fn payout(cx: &Cx) -> Outcome {
    payout_page(cx, &load_payout(cx)?, &[])
}

fn payout_page(cx: &Cx, view: &PayoutView, refusals: &[Refusal]) -> Outcome {
    let PayoutView { payout, project, total, names } = view;
    let title = cx.t("project-payout");
    let hand = |key: &str, name: &str, at| ui::Term::new(cx.t(key), html! { (name) " · " (show::instant(at)) });
    let mut terms = vec![
        ui::Term::new(cx.t("project-state"), ui::badge(payout_tone(&payout.state), &cx.t(payout.state.key()))),
        ui::Term::new(cx.t("project-amount"), ui::text(show::money(payout.amount_fen))),
        ui::Term::new(cx.t("project-purpose"), ui::text(&payout.purpose)),
        hand("project-payout-by", &names[0], payout.requested_at),
    ];
    match &payout.state {
        PayoutState::Requested => {}
        PayoutState::ApprovedOnce { first } => terms.push(hand("project-payout-first", &names[1], first.at)),
        PayoutState::Paid { first, second, .. } => {
            terms.push(hand("project-payout-first", &names[1], first.at));
            terms.push(hand("project-payout-second", &names[2], second.at));
        }
        PayoutState::Refused { by, reason } => {
            terms.push(hand("project-payout-refused-by", &names[3], by.at));
            terms.push(ui::Term::new(cx.t("project-reason"), ui::text(reason)));
        }
    }
    let decides = payout.state.is_open() && cx.actor.holds(project.recipient_id, &[Role::Finance, Role::Approver]);
    let yes = rules::approve(payout, cx.person_id()?, cx.now);
    let body = html! {
        (trail(cx, &[
            ui::Link::new(cx.t("project-desk"), "/desk"),
            ui::Link::new(project.title.as_str(), address(project.id, "")),
            ui::Link::new(cx.t("project-payouts"), address(project.id, "/payouts")),
        ], &title))
        (ui::heading(&title, Some(&project.title)))
        (refused(cx, refusals))
        (ui::definition_list(&terms))
        @if payout.state.is_open() {
            // Whoever says yes sees what is there, and what was paid out and is not accounted for yet.
            (ui::stat_row(&[
                ui::Stat { value: show::money(total.in_account_fen()).into(), label: cx.t("project-in-account").into(), href: "".into() },
                ui::Stat { value: show::money(total.with_implementer_fen()).into(), label: cx.t("project-with-implementer").into(), href: "".into() },
            ]))
            p { (cx.t("project-two-hands")) }
        }
        @if matches!(payout.state, PayoutState::Paid { .. }) && cx.actor.holds(project.recipient_id, &Role::ALL) {
            p { (ui::Link::new(cx.t("project-correct"), address(project.id, &format!("/record-corrections/new?of=3-{}", payout.id)))) }
        }
        @if decides {
            (cx.claim_banner("payout", payout.id)?)
            @match &yes {
                Ok(_) => (ui::form(&ui::Form {
                    action: format!("/desk/payouts/{}/approval", payout.id).into(),
                    body: ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.ta("project-payout-approve", &[("amount", show::money(payout.amount_fen).into())]), None), None),
                    ..ui::Form::default()
                })),
                Err(refusal) => {
                    @if refusals.is_empty() {
                        (ui::notice(ui::Tone::Info, &cx.t("project-word-note"), Some(&crate::web::refusal_text(cx, refusal).0), html! {}))
                    }
                },
            }
            (ui::section(&cx.t("project-payout-refuse"), None, ui::form(&ui::Form {
                action: format!("/desk/payouts/{}/refusal", payout.id).into(),
                body: html! {
                    (ui::input_field(&ui::Input {
                        name: "reason".into(), label: cx.t("project-reason").into(), value: cx.form("reason").into(),
                        error: error_of(cx, refusals, "reason").into(), required: true, max_length: Some(200), ..ui::Input::default()
                    }))
                    (ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("project-payout-refuse"), None), None))
                },
                ..ui::Form::default()
            })))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn approve_payout(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    decided(cx, id, actions::approve_payout(&cx.app, &cx.actor, id, cx.now), "?done=project-payout-approved")
}

pub fn refuse_payout(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    decided(cx, id, actions::refuse_payout(&cx.app, &cx.actor, id, cx.form("reason"), cx.now), "?done=project-payout-no")
}

fn decided(cx: &Cx, id: Id, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(format!("/desk/payouts/{id}{done}"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => payout_page(cx, &load_payout(cx)?, &[refusal]),
        Err(other) => Err(other),
    }
}

pub fn expenses(cx: &Cx) -> Outcome {
    expenses_page(cx, &load(cx)?, &[])
}

fn expenses_page(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Outcome {
    let (expenses, lines, total) = cx.app.db.read(|tx| {
        let mut named = Vec::new();
        for expense in store::expenses(tx, project.id)? {
            let name = store::person_name(tx, expense.recorded_by)?;
            named.push((expense, name));
        }
        Ok::<_, db::Fault>((named, store::lines(tx, project.id)?, fund::total(tx, project.id)?))
    })?;
    let records = [project.recipient_id, project.implementer_id].iter().any(|id| cx.actor.holds(*id, &[Role::Manager, Role::Finance]));
    let mut table = ui::Table::new(
        cx.t("project-expenses-caption"),
        vec![
            ui::Column::words(cx.t("project-date")),
            ui::Column::words(cx.t("project-line-item")),
            ui::Column::words(cx.t("project-description")),
            ui::Column::words(cx.t("project-invoice")),
            ui::Column::number(cx.t("project-line-plan")),
            ui::Column::number(cx.t("project-amount")),
            ui::Column::words(cx.t("project-recorded-by")),
            ui::Column::words(cx.t("project-expense-papers")),
        ],
    );
    let of_recipient = cx.actor.holds(project.recipient_id, &Role::ALL);
    for (desk, name) in &expenses {
        let e = &desk.expense;
        table.row(&[
            &show::day(e.spent_day),
            &e.item,
            &html! { (ui::Link::new(e.description.as_str(), address(project.id, &format!("/expenses/{}", e.id)))) (marked(cx, "", e.undone)) },
            &e.invoice_number,
            &quantity_words(cx, e.quantity, &e.unit, e.unit_price_fen),
            &show::money(e.amount_fen),
            name,
            &html! {
                @if let Some(file) = desk.file_id.filter(|_| of_recipient) { (ui::Link::new(cx.t("project-invoice-file"), format!("/files/{file}"))) " " }
                @if of_recipient && !e.undone {
                    (ui::Link::new(cx.t("project-correct"), address(project.id, &format!("/record-corrections/new?of=4-{}", e.id))))
                }
            },
        ]);
    }
    let body = html! {
        (head(cx, project, 4))
        (refused(cx, refusals))
        (ui::stat_row(&[
            ui::Stat { value: show::money(total.with_implementer_fen()).into(), label: cx.t("project-with-implementer").into(), href: "".into() },
            ui::Stat { value: show::money(total.spent_fen).into(), label: cx.t("project-spent").into(), href: "".into() },
        ]))
        (show::as_of(cx))
        @if records && project.state.is_running() {
            @if total.with_implementer_fen() > 0 {
                (ui::section(&cx.t("project-expense-new"), None, expense_form(cx, project, &lines, refusals)))
            } @else {
                p { (cx.t("project-expense-nothing-paid")) }
            }
        }
        @if records { p { (ui::Link::new(cx.t("sheet-title"), address(project.id, "/sheets"))) } }
        (ui::section(&cx.t("project-expenses"), None, html! {
            @if expenses.is_empty() { p { (cx.t("project-expenses-none")) } } @else { (ui::table(&table)) }
        }))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &cx.t("project-expenses"), body, ..PageParts::default() }))
}

fn expense_form(cx: &Cx, project: &Project, lines: &[BudgetLine], refusals: &[Refusal]) -> Markup {
    let choices = lines
        .iter()
        .map(|l| {
            let words = cx.ta("project-expense-line", &[("item", l.item.as_str().into()), ("left", show::money(l.left_fen()).into())]);
            ui::Choice::new(l.id.to_string(), words).chosen(cx.form("budget_line") == l.id.to_string())
        })
        .collect();
    let field = |name: &'static str, label: &str, help: &str, kind: ui::InputKind| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            kind,
            value: cx.form(name).into(),
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: error_of(cx, refusals, name).into(),
            required: true,
            ..ui::Input::default()
        })
    };
    ui::form(&ui::Form {
        action: address(project.id, "/expenses").into(),
        method: ui::Method::Upload,
        body: html! {
            (ui::select_field(&ui::Select {
                name: "budget_line".into(), label: cx.t("project-line-item").into(), choices, error: error_of(cx, refusals, "budget_line").into(), required: true,
                ..ui::Select::default()
            }))
            (field("quantity", "project-line-how-many", "", ui::InputKind::Number))
            (field("price", "project-line-price", "project-expense-price-help", ui::InputKind::Text))
            (field("description", "project-description", "project-expense-description-help", ui::InputKind::Text))
            (field("invoice_number", "project-invoice", "project-invoice-help", ui::InputKind::Text))
            (field("spent_day", "project-spent-day", "", ui::InputKind::Date))
            (ui::file_field(&ui::FileInput {
                name: "invoice".into(), label: cx.t("project-invoice-upload").into(), accept: "image/*,application/pdf".into(),
                help: cx.t("project-invoice-upload-help").into(), error: error_of(cx, refusals, "invoice").into(), ..ui::FileInput::default()
            }))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-expense-record"), None), None))
        },
        ..ui::Form::default()
    })
}

/// The expense as typed. A quantity or price that cannot be read is 0, which the rules refuse with their sentence.
fn typed_expense(cx: &Cx) -> Result<NewExpense, Refusal> {
    Ok(NewExpense {
        budget_line_id: parse_id(cx.form("budget_line")).unwrap_or(0),
        quantity: whole_number(cx.form("quantity")).unwrap_or(0),
        unit_price_fen: amount_fen(cx, "price")?,
        description: cx.form("description").to_owned(),
        invoice_number: cx.form("invoice_number").to_owned(),
        spent_day: parse_day(cx.form("spent_day")).ok_or_else(|| Refusal::input("spent_day", "refusal-project-day"))?,
    })
}

pub fn record_expense(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let recorded = typed_expense(cx).map_err(Trouble::from).and_then(|asked| {
        let invoice = cx.upload("invoice").map(|u| Prepared::of_field(u, "invoice", false)).transpose()?;
        actions::record_expense_with(&cx.app, &cx.actor, project.id, &asked, invoice.as_ref(), cx.now)
    });
    match recorded {
        Ok(_) => Ok(Answer::redirect(format!("{}?done=project-expense", address(project.id, "/expenses")))),
        Err(Trouble::Refused(refusal)) => expenses_page(cx, &project, &[refusal]),
        Err(fault) => Err(fault),
    }
}
