//! The closing report: handed in at the desk, judged by the operator, read by everyone.

use maud::{Markup, html};

use crate::kernel::{Id, Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, paragraphs, show};

use super::super::disclosure::corrections_beside;
use super::super::fund::{self, Total};
use super::super::model::{BudgetLine, ClosingReport, Project, ReportState, State, Thing};
use super::super::{actions, store};
use super::overview::{address, load};
use super::plan::beneficiaries_field;
use super::{cost_table, error_of, refused, status_of, trail, whole_number};

pub(super) fn area(cx: &Cx, name: &'static str, label: &str, help: &str, refusals: &[Refusal]) -> Markup {
    ui::textarea_field(&ui::TextArea {
        name: name.into(),
        label: cx.t(label).into(),
        help: cx.t(help).into(),
        value: cx.form(name).into(),
        error: error_of(cx, refusals, name).into(),
        required: true,
        ..ui::TextArea::default()
    })
}

/// The report in the charity's words, beside the ledger's figures.
fn report_body(cx: &Cx, report: &ClosingReport, total: &Total, lines: &[BudgetLine]) -> Markup {
    html! {
        (ui::definition_list(&[
            ui::Term::new(cx.t("project-closing-results"), paragraphs(&report.results)),
            ui::Term::new(cx.t("project-closing-indicators"), paragraphs(&report.indicators)),
            ui::Term::new(cx.t("project-closing-beneficiaries"), ui::text(show::count(report.beneficiaries))),
            ui::Term::new(cx.t("project-closing-raised"), ui::text(show::money(total.raised_fen()))),
            ui::Term::new(cx.t("project-spent"), ui::text(show::money(total.spent_fen))),
            ui::Term::new(cx.t("project-closing-left"), ui::text(show::money(total.in_account_fen()))),
            ui::Term::new(cx.t("project-closing-leftovers"), paragraphs(&report.leftovers)),
        ]))
        (super::budget_table(cx, lines))
        (cost_table(cx, lines))
    }
}

pub fn desk(cx: &Cx) -> Outcome {
    desk_page(cx, &[])
}

fn desk_page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let project = load(cx)?;
    let (report, total, lines, plan) = cx.app.db.read(|tx| {
        Ok::<_, db::Fault>((
            store::last_closing_report(tx, project.id)?,
            fund::total(tx, project.id)?,
            store::lines(tx, project.id)?,
            store::find_plan(tx, &project)?,
        ))
    })?;
    let title = cx.t("project-closing-report");
    let open = report.as_ref().is_some_and(|r| r.state != ReportState::Returned);
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&cx.t("project-closing-lead"))))
        (refused(cx, refusals))
        @if let Some(report) = &report {
            p { (ui::badge(ui::Tone::Info, &cx.t(report.state.key()))) " " (show::instant(report.asked_at)) }
            @if !report.answer.is_empty() { (paragraphs(&report.answer)) }
            @if report.state == ReportState::Returned { (cx.appeal_way("closing_report", report.id)) }
            (report_body(cx, report, &total, &lines))
        }
        @if project.state != State::Closed { p { (cx.t("project-closing-not-yet")) } }
        @else if !open {
            @if !plan.indicators.is_empty() { (ui::card(Some(&cx.t("project-plan-indicators")), paragraphs(&plan.indicators))) }
            (ui::form(&ui::Form {
                action: address(project.id, "/closing-report").into(),
                body: html! {
                    (area(cx, "results", "project-closing-results", "project-closing-results-help", refusals))
                    (area(cx, "indicators", "project-closing-indicators", "project-closing-indicators-help", refusals))
                    (beneficiaries_field(cx, "project-closing-beneficiaries", cx.form("beneficiaries"), refusals))
                    (area(cx, "leftovers", "project-closing-leftovers", "project-closing-leftovers-help", refusals))
                    (ui::submit_row(
                        ui::button(ui::ButtonKind::Main, &cx.t("project-closing-hand-in"), None),
                        Some(&ui::Link::new(cx.t("project-papers-photos"), address(project.id, "/papers"))),
                    ))
                },
                ..ui::Form::default()
            }))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn hand_in(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let words = (cx.form("results"), cx.form("indicators"), cx.form("leftovers"));
    let beneficiaries = whole_number(cx.form("beneficiaries")).unwrap_or(-1);
    match actions::hand_in_closing_report(&cx.app, &cx.actor, project.id, words, beneficiaries, cx.now) {
        Ok(_) => Ok(Answer::redirect(address(project.id, "/closing-report?done=project-closing-report"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => desk_page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}

/// A report with its project and the ledger's figures.
type Read = (ClosingReport, Project, Total, Vec<BudgetLine>);

fn read(cx: &Cx, report_id: Id) -> Result<Read, Trouble> {
    cx.app.db.read(|tx| {
        let report = store::closing_report(tx, report_id)?.ok_or_else(Refusal::not_found)?;
        let project = store::find(tx, report.project_id)?;
        Ok((report, project.clone(), fund::total(tx, project.id)?, store::lines(tx, project.id)?))
    })
}

pub fn judging(cx: &Cx) -> Outcome {
    judge_page(cx, &[])
}

fn judge_page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let id = cx.id_param("report")?;
    let (report, project, total, lines) = read(cx, id)?;
    let title = cx.t("project-closing-report");
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-operator"), "/operator"), ui::Link::new(project.title.as_str(), format!("/operator/projects/{}", project.id))], &title))
        (ui::heading(&title, Some(&project.title)))
        (refused(cx, refusals))
        (cx.claim_banner("closing_report", id)?)
        p { (ui::badge(ui::Tone::Info, &cx.t(report.state.key()))) " " (show::instant(report.asked_at)) }
        (report_body(cx, &report, &total, &lines))
        @if report.state == ReportState::Submitted {
            (ui::form(&ui::Form {
                action: format!("/operator/closing-reports/{id}").into(),
                body: html! {
                    (ui::textarea_field(&ui::TextArea {
                        name: "answer".into(), label: cx.t("project-change-answer").into(), value: cx.form("answer").into(),
                        error: error_of(cx, refusals, "answer").into(), rows: 3, ..ui::TextArea::default()
                    }))
                    (ui::submit_row(
                        html! {
                            (ui::button(ui::ButtonKind::Main, &cx.t("project-closing-publish"), Some(("do", "publish"))))
                            (ui::button(ui::ButtonKind::Danger, &cx.t("project-closing-return"), Some(("do", "return"))))
                        },
                        None,
                    ))
                },
                ..ui::Form::default()
            }))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, ..PageParts::default() }))
}

pub fn judge(cx: &Cx) -> Outcome {
    let id = cx.id_param("report")?;
    match actions::judge_closing_report(&cx.app, &cx.actor, id, cx.form("do") == "publish", cx.form("answer"), cx.now) {
        Ok(()) => Ok(Answer::redirect(format!("/operator/closing-reports/{id}?done=project-closing-judged"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => judge_page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}

pub fn public(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let (project, report, total, lines, corrections) = cx.app.db.read(|tx| {
        let project = store::find_public(tx, id)?.ok_or_else(Refusal::not_found)?;
        let report = store::last_closing_report(tx, id)?.filter(|r| r.state == ReportState::Published);
        let corrections = match &report {
            Some(report) => store::corrections_of(tx, Thing::ClosingReport, report.id)?,
            None => Vec::new(),
        };
        Ok::<_, Trouble>((project, report, fund::total(tx, id)?, store::lines(tx, id)?, corrections))
    })?;
    let title = cx.t("project-closing-report");
    let name = cx.either(&project.title, &project.english_title);
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-projects"), "/projects"), ui::Link::new(name, format!("/projects/{id}"))], &title))
        (ui::heading(&title, Some(name)))
        @match &report {
            Some(report) => {
                (report_body(cx, report, &total, &lines))
                @if let Some(at) = report.decided_at { p.when { (cx.t("project-published-at")) " " (show::instant(at)) } }
                (corrections_beside(cx, id, &corrections))
            },
            None => p { (cx.t("project-closing-none")) },
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}
