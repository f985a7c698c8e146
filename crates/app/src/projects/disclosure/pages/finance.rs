//! Finance disclosures in their full shape: the fields that a desk fills in, what everyone reads, and the operator's review.

use maud::{Markup, html};

use crate::files::{self, Prepared};
use crate::kernel::civil::{day_of, day_text, start_of};
use crate::kernel::{Id, Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, paragraphs, show};

use super::super::super::model::{
    Cost, Disclosure, Elsewhere, ExpenseLine, Figures, Flow, NewDisclosure, Particulars, Project, Review, Thing,
};
use super::super::super::pages::{error_of, percent, quantity_words, refused, status_of, trail};
use super::super::super::rules::{PAPERS, flows};
use super::super::super::store as told;
use super::super::{actions, finance};
use super::corrections_beside;

/// Yuan as typed; an empty field is none.
fn fen(cx: &Cx, name: &'static str) -> Result<i64, Refusal> {
    match cx.form(name) {
        "" => Ok(0),
        typed => money::Fen::parse_yuan(typed).map(|fen| fen.0).map_err(|refused| Refusal::input(name, refused.key())),
    }
}

/// What a desk adds to the ledger's figures, and the papers that come with it.
pub(in crate::projects) fn typed(cx: &Cx) -> Result<(NewDisclosure, Vec<Prepared>), Refusal> {
    let elsewhere = Elsewhere {
        matching_fen: fen(cx, "matching")?,
        enterprise_fen: fen(cx, "enterprise")?,
        offline_fen: fen(cx, "offline")?,
        other_fen: fen(cx, "other")?,
        other_words: cx.form("other_words").to_owned(),
        expense_fen: fen(cx, "elsewhere_expense")?,
        expense_words: cx.form("expense_words").to_owned(),
    };
    let uploads = cx.request.uploads.iter().filter(|u| u.field == "papers");
    let papers = uploads.map(|u| Prepared::of_field(u, "papers", false)).collect::<Result<_, Refusal>>()?;
    Ok((NewDisclosure { summary: cx.form("summary").to_owned(), elsewhere }, papers))
}

/// The part of the form below the ledger's figures: what came from elsewhere, and papers.
pub(in crate::projects) fn fields(cx: &Cx, left_fen: i64, refusals: &[Refusal]) -> Markup {
    let field = |name: &'static str, label: &str, help: &str, unit: &str| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            value: cx.form(name).to_owned().into(),
            help: if help.is_empty() { "".into() } else { cx.t(help).into() },
            error: error_of(cx, refusals, name).into(),
            unit: if unit.is_empty() { "".into() } else { cx.t(unit).into() },
            ..ui::Input::default()
        })
    };
    html! {
        details open[!refusals.is_empty() || left_fen > 0] {
            summary { (cx.t("disclosure-elsewhere")) }
            (ui::fieldset(&cx.t("disclosure-by-the-charity"), html! {
            p.help { (cx.t("disclosure-elsewhere-lead")) }
            p { (cx.ta("disclosure-elsewhere-left", &[("amount", show::money(left_fen).into())])) }
            (field("matching", "disclosure-matching", "", "disclosure-yuan"))
            (field("enterprise", "disclosure-enterprise", "", "disclosure-yuan"))
            (field("offline", "disclosure-offline-elsewhere", "", "disclosure-yuan"))
            (field("other", "disclosure-other", "", "disclosure-yuan"))
            (field("other_words", "disclosure-other-words", "disclosure-other-words-help", ""))
            (field("elsewhere_expense", "disclosure-elsewhere-expense", "", "disclosure-yuan"))
            (field("expense_words", "disclosure-expense-words", "disclosure-expense-words-help", ""))
            }))
        }
        (ui::file_field(&ui::FileInput {
            name: "papers".into(), label: cx.t("disclosure-papers").into(), accept: "application/pdf,image/*".into(), multiple: true,
            help: cx.ta("disclosure-papers-help", &[("most", i64::try_from(PAPERS).unwrap_or(5).into())]).into(),
            error: error_of(cx, refusals, "papers").into(), ..ui::FileInput::default()
        }))
    }
}

/// What the disclosure until a day would tell: what its figures are made of, its expenses, how the categories stand; and what the
/// last one left of the money from elsewhere.
pub(in crate::projects) struct Preview {
    pub flows: Vec<(Flow, i64)>,
    pub lines: Vec<ExpenseLine>,
    pub costs: Vec<Cost>,
    pub left_fen: i64,
}

pub(in crate::projects) fn preview(cx: &Cx, project: &Project, figures: &Figures) -> Result<Preview, Trouble> {
    let end = start_of(figures.until_day + 1);
    cx.app.db.read(|tx| {
        let lines = finance::untold_expenses(tx, project.id, end)?;
        let (until, told) = (finance::flows_until(tx, project.id, end)?, finance::flows_told(tx, project.id, None)?);
        Ok(Preview {
            flows: flows(figures, &until, &told, lines.iter().map(|l| l.amount_fen).sum())?,
            lines,
            costs: finance::costs(tx, project.id, None)?,
            left_fen: finance::elsewhere_left(tx, project.id)?.unwrap_or(0),
        })
    })
}

/// How many lines of a long disclosure stand on its page; the spreadsheet has all of them.
const LINES_SHOWN: usize = 300;

pub(in crate::projects) fn line_table(cx: &Cx, project_id: Id, lines: &[ExpenseLine]) -> Markup {
    if lines.is_empty() {
        return html! { p { (cx.t("disclosure-lines-none")) } };
    }
    let mut table = ui::Table::new(
        cx.t("disclosure-lines-caption"),
        vec![
            ui::Column::words(cx.t("disclosure-category")),
            ui::Column::words(cx.t("project-line-item")),
            ui::Column::words(cx.t("project-description")),
            ui::Column::words(cx.t("project-line-plan")),
            ui::Column::number(cx.t("project-amount")),
            ui::Column::words(cx.t("project-invoice")),
        ],
    );
    for line in lines.iter().take(LINES_SHOWN) {
        table.row(&[
            &cx.t(line.category.key()),
            &cx.either(&line.item, &line.english_item),
            &ui::Link::new(line.content.as_str(), Thing::Expense.path(project_id, line.expense_id)),
            &quantity_words(cx, line.quantity, &line.unit, line.unit_price_fen),
            &show::money(line.amount_fen),
            &html! {
                (line.invoice_number)
                @if let Some(file) = line.invoice { " " (ui::Link::new(cx.t("project-invoice-file"), format!("/files/{file}"))) }
            },
        ]);
    }
    let sum: i64 = lines.iter().map(|l| l.amount_fen).sum();
    table.total = vec![ui::text(cx.t("project-sum")), html! {}, html! {}, html! {}, ui::text(show::money(sum)), html! {}];
    html! {
        (ui::table(&table))
        @if lines.len() > LINES_SHOWN {
            p { (cx.ta("disclosure-lines-more", &[("count", i64::try_from(lines.len() - LINES_SHOWN).unwrap_or(0).into())])) }
        }
    }
}

/// 管理费用 and 募捐成本, planned and actual.
pub(in crate::projects) fn cost_table(cx: &Cx, costs: &[Cost]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("disclosure-costs-caption"),
        vec![
            ui::Column::words(cx.t("disclosure-category")),
            ui::Column::number(cx.t("disclosure-planned")),
            ui::Column::number(cx.t("disclosure-actual")),
            ui::Column::number(cx.t("project-line-share")),
        ],
    );
    for cost in costs {
        table.row(&[
            &cx.t(cost.category.key()),
            &show::money(cost.planned_fen),
            &show::money(cost.spent_fen),
            &percent(cost.spent_fen, cost.planned_fen),
        ]);
    }
    let sum = |of: fn(&Cost) -> i64| costs.iter().map(of).sum::<i64>();
    let (planned, spent) = (sum(|c| c.planned_fen), sum(|c| c.spent_fen));
    table.total = vec![
        ui::text(cx.t("project-sum")),
        ui::text(show::money(planned)),
        ui::text(show::money(spent)),
        ui::text(percent(spent, planned)),
    ];
    ui::table(&table)
}

/// What everyone reads of a disclosure beside its figures.
pub(in crate::projects) fn particulars(cx: &Cx, project_id: Id, d: &Disclosure, p: &Particulars) -> Markup {
    html! {
        (verdict(cx, &p.review))
        (ui::section(&cx.t("disclosure-flows"), None, flow_table(cx, &p.flows)))
        (ui::section(&cx.t("disclosure-lines"), None, line_table(cx, project_id, &p.lines)))
        (ui::section(&cx.t("disclosure-costs"), None, html! {
            p { (cx.ta("disclosure-executed", &[("percent", percent(p.spent_fen, p.budget_fen).into())])) }
            (cost_table(cx, &p.costs))
        }))
        @if let Some((opening_fen, e, closing_fen)) = &p.elsewhere {
            (ui::section(&cx.t("disclosure-elsewhere"), None, elsewhere(cx, *opening_fen, e, *closing_fen)))
        }
        @if !p.files.is_empty() { (ui::section(&cx.t("disclosure-papers"), None, files::attachments(cx, &p.files))) }
        p { (ui::Link::new(cx.t("disclosure-as-sheet"), format!("/projects/{project_id}/disclosures/{}/sheet", d.id))) }
    }
}

fn verdict(cx: &Cx, review: &Review) -> Markup {
    let words = match review {
        Review::Waiting => cx.t("disclosure-review-waiting-note"),
        Review::Passed { at } => cx.ta("disclosure-review-passed-note", &[("day", day_text(day_of(*at)).into())]),
        Review::Returned { at, .. } => cx.ta("disclosure-review-returned-note", &[("day", day_text(day_of(*at)).into())]),
    };
    let reason = if let Review::Returned { reason, .. } = review { reason.as_str() } else { "" };
    ui::notice(review.tone(), &cx.t(review.key()), None, html! { p { (words) } @if !reason.is_empty() { (paragraphs(reason)) } })
}

/// What the ledger's figures are made of. What the charity states of money from elsewhere is never among them.
pub(in crate::projects) fn flow_table(cx: &Cx, flows: &[(Flow, i64)]) -> Markup {
    let mut table = ui::Table::new(
        cx.t("disclosure-flows-caption"),
        vec![
            ui::Column::words(cx.t("disclosure-kind-of-money")),
            ui::Column::number(cx.t("project-income")),
            ui::Column::number(cx.t("project-expense")),
        ],
    );
    for (flow, fen) in flows {
        let (income, expense) = if flow.is_income() { (show::money(*fen), String::new()) } else { (String::new(), show::money(*fen)) };
        table.row(&[&cx.t(flow.key()), &income, &expense]);
    }
    html! {
        @if flows.is_empty() { p { (cx.t("disclosure-flows-none")) } } @else { (ui::table(&table)) }
    }
}

fn elsewhere(cx: &Cx, opening_fen: i64, e: &Elsewhere, closing_fen: i64) -> Markup {
    let term = |key: &str, fen: i64| ui::Term::new(cx.t(key), ui::text(show::money(fen)));
    let mut terms = vec![term("project-opening", opening_fen)];
    for (key, fen) in [
        ("disclosure-matching", e.matching_fen),
        ("disclosure-enterprise", e.enterprise_fen),
        ("disclosure-offline-elsewhere", e.offline_fen),
        ("disclosure-other", e.other_fen),
    ] {
        if fen > 0 {
            terms.push(term(key, fen));
        }
    }
    if !e.other_words.is_empty() {
        terms.push(ui::Term::new(cx.t("disclosure-other-words"), ui::text(e.other_words.clone())));
    }
    terms.push(term("disclosure-elsewhere-expense", e.expense_fen));
    if !e.expense_words.is_empty() {
        terms.push(ui::Term::new(cx.t("disclosure-expense-words"), ui::text(e.expense_words.clone())));
    }
    terms.push(term("project-closing", closing_fen));
    html! {
        p.help { (cx.t("disclosure-elsewhere-lead")) }
        (ui::definition_list(&terms))
    }
}

/// `/operator/disclosures/{id}`: a disclosure that is public, and the operator's word on it.
pub fn judge(cx: &Cx) -> Outcome {
    judge_page(cx, cx.id_param("id")?, &[])
}

fn judge_page(cx: &Cx, id: Id, refusals: &[Refusal]) -> Outcome {
    let (project, d, p, corrections) = cx.app.db.read(|tx| {
        let judged = finance::judged(tx, id)?.ok_or_else(Refusal::not_found)?;
        let project = told::find(tx, judged.project_id)?;
        let particulars = finance::particulars(tx, project.id, &judged.disclosure)?;
        let corrections = told::corrections_of(tx, Thing::Disclosure, id)?;
        Ok::<_, Trouble>((project, judged.disclosure, particulars, corrections))
    })?;
    let period = format!("{} – {}", day_text(d.from_day), day_text(d.until_day));
    let title = cx.ta("project-disclosure-of", &[("period", period.into())]);
    let line = |key: &str, fen: i64| ui::ReceiptLine::new(cx.t(key), show::money(fen));
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-operator"), "/operator")], &project.title))
        (ui::heading(&title, Some(&project.title)))
        (refused(cx, refusals))
        (ui::columns(
            html! {
                (ui::receipt(&ui::Receipt {
                    title: cx.t("project-closing").into(),
                    amount: show::money(d.closing_fen).into(),
                    amount_note: cx.t("project-disclosure-equation").into(),
                    lines: vec![
                        line("project-opening", d.opening_fen),
                        line("project-income", d.income_fen),
                        line("project-expense", d.expense_fen),
                        line("project-closing", d.closing_fen),
                    ],
                    foot: html! { (cx.t("project-disclosure-source")) },
                }))
                (ui::section(&cx.t("project-disclosure-words"), None, paragraphs(&d.summary)))
                (particulars(cx, project.id, &d, &p))
                (corrections_beside(cx, project.id, &corrections))
            },
            html! {
                (ui::card(Some(&cx.t("disclosure-judge")), html! {
                    p { (cx.t("disclosure-judge-lead")) }
                    @if p.review == Review::Waiting {
                        (cx.claim_banner("disclosure", id)?)
                        (verdict_form(cx, id, refusals))
                    } @else {
                        p { (cx.t("disclosure-judged")) }
                    }
                }))
                p { (ui::Link::new(cx.t("disclosure-read"), Thing::Disclosure.path(project.id, id))) }
            },
        ))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, ..PageParts::default() }))
}

fn verdict_form(cx: &Cx, id: Id, refusals: &[Refusal]) -> Markup {
    ui::form(&ui::Form {
        action: format!("/operator/disclosures/{id}/review").into(),
        body: html! {
            (ui::textarea_field(&ui::TextArea {
                name: "reason".into(), label: cx.t("project-reason").into(), help: cx.t("disclosure-judge-reason-help").into(),
                value: cx.form("reason").into(), error: error_of(cx, refusals, "reason").into(), rows: 4, ..ui::TextArea::default()
            }))
            (ui::submit_row(html! {
                (ui::button(ui::ButtonKind::Main, &cx.t("disclosure-judge-pass"), Some(("verdict", "passed"))))
                (ui::button(ui::ButtonKind::Danger, &cx.t("disclosure-judge-return"), Some(("verdict", "returned"))))
            }, None))
        },
        ..ui::Form::default()
    })
}

pub fn review(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    match actions::review(&cx.app, &cx.actor, id, cx.form("verdict") == "passed", cx.form("reason"), cx.now) {
        Ok(()) => Ok(Answer::redirect(format!("/operator/disclosures/{id}?done=disclosure-reviewed"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 && refusal.status != 403 => judge_page(cx, id, &[refusal]),
        Err(trouble) => Err(trouble),
    }
}
