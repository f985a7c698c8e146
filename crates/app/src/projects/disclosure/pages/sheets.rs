//! Spreadsheets at the desk and for everyone: a template, an upload that is looked at before anything is recorded, and files to take away.

use maud::{Markup, html};

use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, parse_id, show};

use super::super::super::fund;
use super::super::super::model::{Disclosure, Particulars, Project};
use super::super::super::pages::{desk_address as address, desk_head as head, load, refused, status_of};
use super::super::super::store as told;
use super::super::imports::{self, Sheet};
use super::super::sheets::{self, HEADS, Out, ROWS, Remark};
use super::super::{finance, store};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn file(name: String, body: Vec<u8>) -> Outcome {
    Ok(Answer::Bytes { status: 200, content_type: XLSX, body, cache_s: 0, file_name: Some(name) })
}

/// `/desk/projects/{id}/sheets`: how it is done, the upload, and what came before.
pub fn sheets(cx: &Cx) -> Outcome {
    sheets_page(cx, &load(cx)?, &[])
}

fn sheets_page(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Outcome {
    let before = cx.app.db.read(|tx| imports::list(tx, project.id))?;
    let records = [project.recipient_id, project.implementer_id].iter().any(|id| cx.actor.holds(*id, &[Role::Manager, Role::Finance]));
    let error = super::super::super::pages::error_of(cx, refusals, "sheet");
    let twice = refusals.iter().any(|r| r.key == "refusal-sheet-twice");
    let rows: Vec<ui::LinkRow> = before
        .iter()
        .map(|sheet| ui::LinkRow {
            href: address(project.id, &format!("/sheets/{}", sheet.id)).into(),
            title: sheet.name.as_str().into(),
            note: cx.ta("sheet-rows", &[("count", i64::try_from(sheet.looked.rows.len()).unwrap_or(0).into())]).into(),
            aside: html! { (state(cx, sheet)) },
        })
        .collect();
    let body = html! {
        (head(cx, project, 4))
        (refused(cx, refusals))
        (ui::section(&cx.t("sheet-title"), None, html! {
            (ui::prose(html! { ol {
                li { (cx.t("sheet-step-template")) " " (ui::Link::new(cx.t("sheet-template"), address(project.id, "/sheets/template"))) }
                li { (cx.ta("sheet-step-fill", &[("most", i64::try_from(ROWS).unwrap_or(0).into())])) }
                li { (cx.t("sheet-step-look")) }
            } }))
            @if records && project.state.is_running() { (ui::form(&ui::Form {
                action: address(project.id, "/sheets").into(),
                method: ui::Method::Upload,
                body: html! {
                    (ui::file_field(&ui::FileInput {
                        name: "sheet".into(), label: cx.t("sheet-file").into(), accept: ".xlsx,.csv".into(), required: true,
                        help: cx.t("sheet-file-help").into(), error: error.into(), ..ui::FileInput::default()
                    }))
                    @if twice { (ui::checkbox(&ui::Check {
                        name: "again".into(), value: "1".into(), label: html! { (cx.t("sheet-again")) }, ..ui::Check::default()
                    })) }
                    (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("sheet-look"), None), Some(&ui::Link::new(cx.t("project-expenses"), address(project.id, "/expenses")))))
                },
                ..ui::Form::default()
            })) }
            p { (ui::Link::new(cx.t("sheet-expenses"), address(project.id, "/sheets/expenses"))) }
        }))
        @if !rows.is_empty() { (ui::section(&cx.t("sheet-before"), None, ui::link_list(&rows))) }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &cx.t("sheet-title"), body, ..PageParts::default() }))
}

fn state(cx: &Cx, sheet: &Sheet) -> Markup {
    match sheet.written_at {
        Some(at) => ui::badge(ui::Tone::Good, &cx.ta("sheet-written", &[("day", day_text(day_of(at)).into())])),
        None if sheet.looked.faults.is_empty() => ui::badge(ui::Tone::Info, &cx.t("sheet-waits")),
        None => ui::badge(ui::Tone::Warn, &cx.t("sheet-has-faults")),
    }
}

pub fn upload(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let looked = match cx.upload("sheet") {
        None => Err(Refusal::input("sheet", "refusal-sheet-none").into()),
        Some(upload) => imports::look_at(&cx.app, &cx.actor, project.id, upload, cx.form("again") == "1", cx.now),
    };
    match looked {
        Ok(id) => Ok(Answer::redirect(address(project.id, &format!("/sheets/{id}")))),
        Err(Trouble::Refused(refusal)) if refusal.status != 403 => sheets_page(cx, &project, &[refusal]),
        Err(trouble) => Err(trouble),
    }
}

fn found(cx: &Cx, project: &Project) -> Result<(Sheet, i64), Trouble> {
    let id = parse_id(cx.param("sheet")).ok_or_else(Refusal::not_found)?;
    cx.app.db.read(|tx| {
        let sheet = imports::find(tx, project.id, id)?.ok_or_else(Refusal::not_found)?;
        Ok((sheet, fund::total(tx, project.id)?.with_implementer_fen()))
    })
}

/// What the file holds, what is wrong with which cell, and the button when nothing is.
pub fn sheet(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let sheet = found(cx, &project)?;
    sheet_page(cx, &project, &sheet, &[])
}

/// How many rows of a sheet are shown.
const SHOWN: usize = 200;

fn sheet_page(cx: &Cx, project: &Project, (sheet, left_fen): &(Sheet, i64), refusals: &[Refusal]) -> Outcome {
    let looked = &sheet.looked;
    let count = |n: usize| i64::try_from(n).unwrap_or(0);
    let too_much = sheet.written_at.is_none() && sheet.sum_fen() > *left_fen;
    let body = html! {
        (head(cx, project, 4))
        (refused(cx, refusals))
        (ui::section(&sheet.name, None, html! {
            p { (state(cx, sheet)) }
            (ui::stat_row(&[
                ui::Stat { value: show::count(count(looked.rows.len())).into(), label: cx.t("sheet-good-rows").into(), href: "".into() },
                ui::Stat { value: show::money(sheet.sum_fen()).into(), label: cx.t("project-sum").into(), href: "".into() },
                ui::Stat { value: show::count(count(looked.faults.len())).into(), label: cx.t("sheet-faults").into(), href: "".into() },
            ]))
            @if !looked.faults.is_empty() {
                (ui::notice(ui::Tone::Bad, &cx.t("sheet-faults"), Some(&cx.t("sheet-faults-next")), remarks(cx, &looked.faults)))
            }
            @if !looked.notices.is_empty() {
                (ui::notice(ui::Tone::Warn, &cx.t("project-word-note"), Some(&cx.t("sheet-notices-next")), remarks(cx, &looked.notices)))
            }
            @if too_much {
                (ui::notice(ui::Tone::Bad, &cx.t("project-word-refused"), None, html! {
                    p { (cx.ta("refusal-sheet-unpaid", &[("sum", show::money(sheet.sum_fen()).into()), ("available", show::money(*left_fen).into())])) }
                }))
            }
            @if sheet.written_at.is_none() && looked.faults.is_empty() && !looked.rows.is_empty() && !too_much {
                (ui::form(&ui::Form {
                    action: address(project.id, &format!("/sheets/{}/confirmation", sheet.id)).into(),
                    body: html! {
                        p { (cx.ta("sheet-confirm-lead", &[("count", count(looked.rows.len()).into())])) }
                        (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("sheet-confirm"), None), Some(&ui::Link::new(cx.t("sheet-other"), address(project.id, "/sheets")))))
                    },
                    ..ui::Form::default()
                }))
            } @else {
                p { (ui::Link::new(cx.t("sheet-other"), address(project.id, "/sheets"))) }
            }
            @if !looked.rows.is_empty() { (rows(cx, sheet)) }
        }))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &cx.t("sheet-title"), body, ..PageParts::default() }))
}

fn remarks(cx: &Cx, remarks: &[Remark]) -> Markup {
    html! {
        ul {
            @for remark in remarks.iter().take(SHOWN) {
                li { b { (remark.cell) } " " (cx.ta(&remark.message, &[("value", remark.value.as_str().into())])) }
            }
        }
        @if remarks.len() > SHOWN { p { (cx.ta("sheet-more", &[("count", i64::try_from(remarks.len() - SHOWN).unwrap_or(0).into())])) } }
    }
}

fn rows(cx: &Cx, sheet: &Sheet) -> Markup {
    let mut table = ui::Table::new(
        cx.t("sheet-good-rows"),
        vec![
            ui::Column::number(cx.t("sheet-row")),
            ui::Column::words(cx.t("project-date")),
            ui::Column::words(cx.t("project-line-item")),
            ui::Column::words(cx.t("project-description")),
            ui::Column::number(cx.t("project-line-how-many")),
            ui::Column::number(cx.t("project-line-price")),
            ui::Column::number(cx.t("project-amount")),
            ui::Column::words(cx.t("project-invoice")),
        ],
    );
    for row in sheet.looked.rows.iter().take(SHOWN) {
        table.row(&[
            &row.row.to_string(),
            &day_text(row.spent_day),
            &row.item,
            &row.description,
            &show::count(row.quantity),
            &show::money(row.unit_price_fen),
            &show::money(row.amount_fen()),
            &row.invoice_number,
        ]);
    }
    let more = sheet.looked.rows.len().saturating_sub(SHOWN);
    html! {
        (ui::table(&table))
        @if more > 0 { p { (cx.ta("sheet-more", &[("count", i64::try_from(more).unwrap_or(0).into())])) } }
    }
}

pub fn confirm(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let sheet = found(cx, &project)?;
    match imports::confirm(&cx.app, &cx.actor, project.id, sheet.0.id, cx.now) {
        Ok(_) => Ok(Answer::redirect(format!("{}?done=sheet-written", address(project.id, &format!("/sheets/{}", sheet.0.id))))),
        Err(Trouble::Refused(refusal)) if refusal.status != 403 => sheet_page(cx, &project, &sheet, &[refusal]),
        Err(trouble) => Err(trouble),
    }
}

fn heads() -> Vec<String> {
    HEADS.iter().map(|(chinese, _)| (*chinese).to_owned()).collect()
}

const WIDTHS: [f64; 7] = [14.0, 24.0, 40.0, 10.0, 14.0, 16.0, 26.0];

/// An empty sheet with the right heads, and the budget lines beside it.
pub fn template(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let lines = cx.app.db.read(|tx| told::lines(tx, project.id))?;
    let items: Vec<(String, i64)> = lines.iter().map(|l| (l.item.clone(), l.left_fen())).collect();
    let empty = sheets::Sheet { name: "支出".to_owned(), heads: heads(), rows: Vec::new(), widths: WIDTHS.to_vec() };
    let beside = sheets::lines_sheet(&project.id.to_string(), &project.title, &items, [cx.t("project-line-item"), cx.t("sheet-left")]);
    file(format!("expenses-template-{}.xlsx", project.id), sheets::workbook(&[empty, beside])?)
}

/// The project's expenses and its budget, as a workbook.
pub fn expenses(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let (expenses, lines) =
        cx.app.db.read(|tx| Ok::<_, db::Fault>((store::all_expenses(tx, project.id)?, told::lines(tx, project.id)?)))?;
    let rows = expenses
        .into_iter()
        .map(|e| {
            vec![
                Out::from(day_text(e.spent_day)),
                Out::from(e.item),
                Out::from(e.description),
                Out::Count(e.quantity),
                Out::Money(e.unit_price_fen),
                Out::Money(e.amount_fen),
                Out::from(e.invoice_number),
            ]
        })
        .collect();
    let spent = sheets::Sheet { name: cx.t("project-expenses"), heads: heads(), rows, widths: WIDTHS.to_vec() };
    let budget = sheets::Sheet {
        name: cx.t("project-budget"),
        heads: [
            "project-line-item",
            "project-line-unit",
            "project-line-how-many",
            "project-line-price",
            "project-line-amount",
            "project-line-spent",
        ]
        .map(|key| cx.t(key))
        .to_vec(),
        rows: lines
            .into_iter()
            .map(|l| {
                vec![
                    Out::from(l.item),
                    Out::from(l.unit),
                    Out::Count(l.quantity),
                    Out::Money(l.unit_price_fen),
                    Out::Money(l.amount_fen),
                    Out::Money(l.spent_fen),
                ]
            })
            .collect(),
        widths: vec![30.0, 8.0, 10.0, 14.0, 16.0, 16.0],
    };
    file(format!("expenses-{}.xlsx", project.id), sheets::workbook(&[spent, budget])?)
}

/// A disclosure as a workbook, for everyone.
pub fn disclosure(cx: &Cx) -> Outcome {
    let project_id = cx.id_param("id")?;
    let id: Id = parse_id(cx.param("disclosure")).ok_or_else(Refusal::not_found)?;
    let (project, d, p) = cx.app.db.read(|tx| {
        let project = store::find_told(tx, project_id)?.ok_or_else(Refusal::not_found)?;
        let d = told::disclosure(tx, project_id, id)?.ok_or_else(Refusal::not_found)?;
        let particulars = finance::particulars(tx, project_id, &d)?;
        Ok::<_, Trouble>((project, d, particulars))
    })?;
    file(format!("disclosure-{id}.xlsx"), sheets::workbook(&[figures(cx, &project, &d, &p), lines(cx, &p)])?)
}

fn figures(cx: &Cx, project: &Project, d: &Disclosure, p: &Particulars) -> sheets::Sheet {
    let mut rows = vec![
        vec![Out::from(cx.t("disclosure-project")), Out::from(project.title.as_str())],
        vec![Out::from(cx.t("project-period")), Out::from(format!("{} – {}", day_text(d.from_day), day_text(d.until_day)))],
        vec![Out::from(cx.t("project-opening")), Out::Money(d.opening_fen)],
        vec![Out::from(cx.t("project-income")), Out::Money(d.income_fen)],
        vec![Out::from(cx.t("project-expense")), Out::Money(d.expense_fen)],
        vec![Out::from(cx.t("project-closing")), Out::Money(d.closing_fen)],
    ];
    rows.push(vec![Out::from(cx.t("disclosure-flows")), Out::Blank]);
    rows.extend(p.flows.iter().map(|(flow, fen)| vec![Out::from(cx.t(flow.key())), Out::Money(*fen)]));
    if let Some((opening_fen, e, closing_fen)) = &p.elsewhere {
        rows.push(vec![Out::from(cx.t("disclosure-elsewhere")), Out::Blank]);
        for (key, fen) in [
            ("project-opening", *opening_fen),
            ("disclosure-matching", e.matching_fen),
            ("disclosure-enterprise", e.enterprise_fen),
            ("disclosure-offline-elsewhere", e.offline_fen),
            ("disclosure-other", e.other_fen),
            ("disclosure-elsewhere-expense", e.expense_fen),
            ("project-closing", *closing_fen),
        ] {
            rows.push(vec![Out::from(cx.t(key)), Out::Money(fen)]);
        }
    }
    rows.push(vec![Out::from(cx.t("disclosure-costs")), Out::from(cx.t("disclosure-planned")), Out::from(cx.t("disclosure-actual"))]);
    rows.extend(p.costs.iter().map(|c| vec![Out::from(cx.t(c.category.key())), Out::Money(c.planned_fen), Out::Money(c.spent_fen)]));
    rows.push(vec![Out::from(cx.t("project-disclosure-words")), Out::from(d.summary.as_str())]);
    sheets::Sheet {
        name: cx.t("project-disclosures"),
        heads: vec![cx.t("disclosure-what"), cx.t("project-amount")],
        rows,
        widths: vec![30.0, 34.0, 16.0],
    }
}

fn lines(cx: &Cx, p: &Particulars) -> sheets::Sheet {
    let mut heads = vec![cx.t("disclosure-category")];
    heads.extend(
        [
            "project-date",
            "project-line-item",
            "project-description",
            "project-line-how-many",
            "project-line-price",
            "project-amount",
            "project-invoice",
        ]
        .map(|key| cx.t(key)),
    );
    let rows = p
        .lines
        .iter()
        .map(|l| {
            vec![
                Out::from(cx.t(l.category.key())),
                Out::from(day_text(l.spent_day)),
                Out::from(l.item.as_str()),
                Out::from(l.content.as_str()),
                Out::Count(l.quantity),
                Out::Money(l.unit_price_fen),
                Out::Money(l.amount_fen),
                Out::from(l.invoice_number.as_str()),
            ]
        })
        .collect();
    sheets::Sheet { name: cx.t("disclosure-lines"), heads, rows, widths: vec![14.0, 14.0, 24.0, 40.0, 10.0, 14.0, 16.0, 26.0] }
}
