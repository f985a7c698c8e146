//! The papers of a project at its desk: which are asked for, which are there, and adding another.

use maud::{Markup, html};

use crate::files::{self, File, Prepared};
use crate::kernel::{Refusal, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts};

use super::super::model::{Paper, PaperKind, Project, ProjectKind, State};
use super::super::{actions, rules, store};
use super::draft::parts_of_draft;
use super::overview::{address, load};
use super::{error_of, refused, status_of, trail};

pub fn papers(cx: &Cx) -> Outcome {
    page(cx, &[])
}

pub fn add(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    match added(cx, &project) {
        Ok(()) => Ok(Answer::redirect(address(project.id, "/papers?done=project-paper-added"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}

fn added(cx: &Cx, project: &Project) -> Result<(), Trouble> {
    let kind = PaperKind::from_word(cx.form("kind")).ok_or_else(|| Refusal::input("kind", "refusal-project-paper-kind"))?;
    let upload = cx.upload("file").ok_or_else(|| Refusal::input("file", "refusal-project-paper-none"))?;
    let prepared = Prepared::of_field(upload, "file", kind == PaperKind::Photo)?;
    actions::add_paper(&cx.app, &cx.actor, project.id, kind, &prepared, cx.now).map(|_| ())
}

pub fn remove(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let paper = cx.form("paper").parse().unwrap_or(0);
    match actions::remove_paper(&cx.app, &cx.actor, project.id, paper, cx.now) {
        Ok(()) => Ok(Answer::redirect(address(project.id, "/papers?done=project-paper-removed"))),
        Err(Trouble::Refused(refusal)) if refusal.status == 409 => page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}

fn page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let project = load(cx)?;
    let (papers, files) = cx.app.db.read(|tx| {
        let papers = store::papers(tx, project.id)?;
        let ids: Vec<_> = papers.iter().map(|p| p.file_id).collect();
        Ok::<_, db::Fault>((papers, files::list(tx, &ids)?))
    })?;
    // A partner sees the papers that are for everyone and their own.
    let seen = |paper: &Paper| files.iter().any(|f| f.id == paper.file_id && f.may_be_seen_by(&cx.actor));
    let title = cx.t("project-papers");
    let is_draft = project.state == State::Draft;
    let have: Vec<PaperKind> = papers.iter().map(|p| p.kind).collect();
    let missing = rules::papers_missing(project.kind, &have);
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&cx.t("project-papers-lead"))))
        @if is_draft { (parts_of_draft(cx, project.id, 2)) }
        (refused(cx, refusals))
        @if is_draft {
            @if missing.is_empty() {
                (ui::notice(ui::Tone::Good, &cx.t("project-word-ready"), Some(&cx.t("project-papers-whole")), html! {
                    p { (ui::Link::new(cx.t("project-papers-submit"), address(project.id, ""))) }
                }))
            } @else {
                (ui::notice(ui::Tone::Info, &cx.t("project-word-note"), Some(&cx.t("project-papers-missing")), html! {
                    ul { @for kind in &missing { li { (cx.t(kind.key())) } } }
                }))
            }
        }
        (ui::section(&cx.t("project-papers-have"), None, html! {
            @if papers.is_empty() { p { (cx.t("project-papers-none")) } }
            @for kind in PaperKind::ALL {
                @let of_kind: Vec<&Paper> = papers.iter().filter(|p| p.kind == kind && seen(p)).collect();
                @if !of_kind.is_empty() {
                    (ui::card(Some(&cx.t(kind.key())), html! {
                        p.help { (cx.t(if kind.is_public() { "project-paper-public" } else { "project-paper-inside" })) }
                        @for paper in of_kind { (row(cx, &project, paper, &files, is_draft)) }
                    }))
                }
            }
        }))
        (ui::section(&cx.t("project-paper-add"), None, form(cx, &project, missing.first().copied(), refusals)))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

fn row(cx: &Cx, project: &Project, paper: &Paper, files: &[File], is_draft: bool) -> Markup {
    let own: Vec<File> = files.iter().filter(|f| f.id == paper.file_id).cloned().collect();
    html! {
        (files::attachments(cx, &own))
        @if is_draft {
            (ui::form(&ui::Form {
                action: address(project.id, "/papers/removal").into(),
                hidden: vec![("paper".into(), paper.id.to_string().into())],
                body: ui::submit_row(ui::button(ui::ButtonKind::Quiet, &cx.t("project-paper-remove"), None), None),
                ..ui::Form::default()
            }))
        }
    }
}

/// `next` is the kind that is asked for and not there yet, so that nobody has to look for it in the list.
fn form(cx: &Cx, project: &Project, next: Option<PaperKind>, refusals: &[Refusal]) -> Markup {
    let typed = PaperKind::from_word(cx.form("kind")).or(next);
    let kinds = PaperKind::ALL
        .into_iter()
        .filter(|k| project.state == State::Draft || matches!(k, PaperKind::FilingReceipt | PaperKind::Approval | PaperKind::Photo))
        .map(|k| ui::Choice::new(k.word(), cx.t(k.key())).chosen(typed == Some(k)))
        .collect();
    ui::form(&ui::Form {
        action: address(project.id, "/papers").into(),
        method: ui::Method::Upload,
        body: html! {
            (ui::select_field(&ui::Select {
                name: "kind".into(), label: cx.t("project-paper-kind").into(), choices: kinds, help: cx.t("project-paper-kind-help").into(),
                error: error_of(cx, refusals, "kind").into(), ..ui::Select::default()
            }))
            (ui::file_field(&ui::FileInput {
                name: "file".into(), label: cx.t("project-paper-file").into(), accept: "image/*,application/pdf".into(), required: true,
                help: cx.t("project-paper-file-help").into(), error: error_of(cx, refusals, "file").into(), ..ui::FileInput::default()
            }))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-paper-add"), None), None))
        },
        ..ui::Form::default()
    })
}

/// An emergency's filing, recorded after its start.
pub fn filing(cx: &Cx) -> Outcome {
    filing_page(cx, &[])
}

pub fn file(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let day = crate::kernel::civil::parse_day(cx.form("filed_day")).unwrap_or(0);
    match actions::record_filing(&cx.app, &cx.actor, project.id, cx.form("filing_number"), day, cx.now) {
        Ok(()) => Ok(Answer::redirect(address(project.id, "?done=project-filed"))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => filing_page(cx, &[refusal]),
        Err(other) => Err(other),
    }
}

fn filing_page(cx: &Cx, refusals: &[Refusal]) -> Outcome {
    let project = load(cx)?;
    let title = cx.t("project-filing-record");
    let waits = project.kind == ProjectKind::Emergency && project.filing_number.is_empty() && project.state.is_public();
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&cx.t("project-filing-record-lead"))))
        (refused(cx, refusals))
        @if waits {
            (ui::form(&ui::Form {
                action: address(project.id, "/filing").into(),
                body: html! {
                    (ui::input_field(&ui::Input {
                        name: "filing_number".into(), label: cx.t("project-filing-number").into(), value: cx.form("filing_number").into(),
                        help: cx.t("project-form-filing-help").into(), error: error_of(cx, refusals, "filing_number").into(), required: true,
                        ..ui::Input::default()
                    }))
                    (ui::input_field(&ui::Input {
                        name: "filed_day".into(), label: cx.t("project-plan-filed").into(), kind: ui::InputKind::Date,
                        value: cx.form("filed_day").into(), error: error_of(cx, refusals, "filed_day").into(), required: true, ..ui::Input::default()
                    }))
                    (ui::submit_row(
                        ui::button(ui::ButtonKind::Main, &title, None),
                        Some(&ui::Link::new(cx.t("project-not-now"), address(project.id, ""))),
                    ))
                },
                ..ui::Form::default()
            }))
        } @else {
            (ui::empty_state(&cx.t("project-filing-there"), &cx.t("project-filing-there-why"), Some(&ui::Link::new(cx.t("project-overview"), address(project.id, "")))))
        }
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}
