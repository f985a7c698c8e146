//! One expense at the desk, with its invoice: seen, handed in, shown to everyone.

use maud::html;

use crate::files::{self, Prepared};
use crate::kernel::{Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, show};

use super::super::model::Thing;
use super::super::{actions, store};
use super::overview::{address, load};
use super::{error_of, quantity_words, refused, status_of, trail};

pub fn expense(cx: &Cx) -> Outcome {
    page(cx, &[])
}

fn page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let project = load(cx)?;
    let id = cx.id_param("expense")?;
    let (expense, invoice) = cx.app.db.read(|tx| {
        let expense = store::expense(tx, project.id, id)?.ok_or_else(Refusal::not_found)?;
        let invoice = match store::reversals::invoice_of(tx, id)? {
            Some(file_id) => files::find(tx, file_id)?,
            None => None,
        };
        Ok::<_, Trouble>((expense, invoice))
    })?;
    let title = cx.t("project-expense-one");
    let at = |part: &str| address(project.id, &format!("/expenses/{id}/{part}"));
    let adds = [project.recipient_id, project.implementer_id].iter().any(|o| cx.actor.holds(*o, &[Role::Manager, Role::Finance]));
    let publishes = cx.actor.holds(project.recipient_id, &[Role::Manager, Role::Finance]);
    let term = |key: &str, value: &str| ui::Term::new(cx.t(key), ui::text(value.to_owned()));
    let body = html! {
        (trail(cx, &[
            ui::Link::new(cx.t("project-desk"), "/desk"),
            ui::Link::new(project.title.as_str(), address(project.id, "")),
            ui::Link::new(cx.t("project-expenses"), address(project.id, "/expenses")),
        ], &title))
        (ui::heading(&title, Some(&expense.description)))
        (refused(cx, refusals))
        (ui::definition_list(&[
            ui::Term::new(cx.t("project-spent-day"), show::day(expense.spent_day)),
            term("project-line-item", &expense.item),
            term("project-line-plan", &quantity_words(cx, expense.quantity, &expense.unit, expense.unit_price_fen)),
            term("project-amount", &show::money(expense.amount_fen)),
            term("project-invoice", &expense.invoice_number),
        ]))
        p { (ui::Link::new(cx.t("project-expense-public"), Thing::Expense.path(project.id, id))) }
        (ui::section(&cx.t("project-invoice-file"), None, html! {
            @match &invoice {
                Some(file) => {
                    @if file.may_be_seen_by(&cx.actor) { (files::attachments(cx, std::slice::from_ref(file))) }
                    @match file.public_since {
                        Some(at) => p { (cx.t("project-invoice-is-public")) " " (show::instant(at)) },
                        None => p { (cx.t("project-invoice-is-private")) },
                    }
                    @if publishes && file.public_since.is_none() {
                        (ui::form(&ui::Form {
                            action: at("publication").into(),
                            body: html! {
                                p.help { (cx.t("project-invoice-publish-help")) }
                                (ui::submit_row(ui::button(ui::ButtonKind::Danger, &cx.t("project-invoice-publish"), None), None))
                            },
                            ..ui::Form::default()
                        }))
                    }
                },
                None => {
                    p { (cx.t("project-invoice-none")) }
                    @if adds {
                        (ui::form(&ui::Form {
                            action: at("invoice").into(),
                            method: ui::Method::Upload,
                            body: html! {
                                (ui::file_field(&ui::FileInput {
                                    name: "invoice".into(), label: cx.t("project-invoice-file").into(), accept: "image/*,application/pdf".into(),
                                    help: cx.t("project-invoice-upload-help").into(), error: error_of(cx, refusals, "invoice").into(), ..ui::FileInput::default()
                                }))
                                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-invoice-add"), None), None))
                            },
                            ..ui::Form::default()
                        }))
                    }
                },
            }
        }))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn add(cx: &Cx) -> Outcome {
    let (project_id, id) = (cx.id_param("id")?, cx.id_param("expense")?);
    let added = match cx.upload("invoice") {
        None => Err(Refusal::input("invoice", "refusal-project-invoice-missing").into()),
        Some(upload) => Prepared::of_field(upload, "invoice", false)
            .map_err(Trouble::from)
            .and_then(|file| actions::add_invoice(&cx.app, &cx.actor, project_id, id, &file, cx.now)),
    };
    back(cx, added, "?done=project-invoice-added")
}

pub fn publish(cx: &Cx) -> Outcome {
    let (project_id, id) = (cx.id_param("id")?, cx.id_param("expense")?);
    back(cx, actions::publish_invoice(&cx.app, &cx.actor, project_id, id, cx.now), "?done=project-invoice-published")
}

fn back(cx: &Cx, outcome: Result<(), Trouble>, done: &str) -> Outcome {
    match outcome {
        Ok(()) => Ok(Answer::redirect(address(cx.id_param("id")?, &format!("/expenses/{}{done}", cx.id_param("expense")?)))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 && refusal.status != 403 => page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}
