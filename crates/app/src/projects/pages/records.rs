//! The pages behind a project's page: all its progress posts, one disclosure, the steps of its life.

use maud::html;

use crate::kernel::Refusal;
use crate::kernel::civil::day_text;
use crate::web::{Cx, Outcome, PageParts, paragraphs, parse_id, show};

use super::super::disclosure::{corrections_beside, finance, finance_pages, find_told};
use super::super::model::{State, Thing};
use super::super::store;
use super::project_parts::post;
use super::{asked_page, pager, trail};

const POSTS: i64 = 20;

pub fn progress(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let page = asked_page(cx);
    let (project, posts, count) = cx.app.db.read(|tx| {
        let project = find_told(tx, id)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, crate::kernel::Trouble>((
            project,
            store::progress_posts(tx, id, POSTS, (page - 1) * POSTS)?,
            store::progress_count(tx, id)?,
        ))
    })?;
    let title = cx.t("project-progress");
    let name = cx.either(&project.title, &project.english_title);
    let path = format!("/projects/{id}/progress");
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-projects"), "/projects"), ui::Link::new(name, format!("/projects/{id}"))], &title))
        (ui::heading(&title, Some(name)))
        @if posts.is_empty() { p { (cx.t("project-progress-none")) } }
        @for item in &posts { (post(cx, id, item)) }
        (pager(cx, page, (count + POSTS - 1) / POSTS, |page| format!("{path}?page={page}")))
    };
    Ok(cx.page(PageParts {
        title: &format!("{title} · {name}"),
        description: name,
        canonical: Some(&path),
        reading: true,
        body,
        ..PageParts::default()
    }))
}

pub fn disclosure(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let disclosure_id = parse_id(cx.param("disclosure")).ok_or_else(Refusal::not_found)?;
    let (project, d, corrections, particulars) = cx.app.db.read(|tx| {
        let project = find_told(tx, id)?.ok_or_else(Refusal::not_found)?;
        let disclosure = store::disclosure(tx, id, disclosure_id)?.ok_or_else(Refusal::not_found)?;
        let corrections = store::corrections_of(tx, Thing::Disclosure, disclosure_id)?;
        let particulars = finance::particulars(tx, id, &disclosure)?;
        Ok::<_, crate::kernel::Trouble>((project, disclosure, corrections, particulars))
    })?;
    let name = cx.either(&project.title, &project.english_title);
    let period = format!("{} – {}", day_text(d.from_day), day_text(d.until_day));
    let title = cx.ta("project-disclosure-of", &[("period", period.as_str().into())]);
    let path = format!("/projects/{id}/disclosures/{disclosure_id}");
    let line = |key: &str, fen: i64| ui::ReceiptLine::new(cx.t(key), show::money(fen));
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-projects"), "/projects"), ui::Link::new(name, format!("/projects/{id}"))], &title))
        (ui::heading(&title, Some(name)))
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
        p.when { (cx.t("project-published-at")) " " (show::instant(d.published_at)) }
        (corrections_beside(cx, id, &corrections))
        (finance_pages::particulars(cx, id, &d, &particulars))
        p { (ui::Link::new(cx.t("disclosure-record"), format!("/projects/{id}/record"))) }
    };
    Ok(cx.page(PageParts { title: &title, description: name, canonical: Some(&path), reading: true, body, ..PageParts::default() }))
}

/// The steps everyone may follow: when, and from publication on why. Who took them is known to the desks.
pub fn steps(cx: &Cx) -> Outcome {
    let id = cx.id_param("id")?;
    let (project, steps) = cx.app.db.read(|tx| {
        let project = find_told(tx, id)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, crate::kernel::Trouble>((project, store::steps(tx, id)?))
    })?;
    let title = cx.t("project-steps");
    let name = cx.either(&project.title, &project.english_title);
    let path = format!("/projects/{id}/steps");
    let step = |state: State, at, reason: &str| ui::TimelineStep {
        title: cx.t(if state == State::Draft { "project-step-returned" } else { state.key() }).into(),
        state: ui::State::Done,
        state_word: cx.t("project-step-done").into(),
        when: crate::kernel::civil::minute_text(at).into(),
        note: html! { @if state > State::Published && !reason.is_empty() { (paragraphs(reason)) } },
    };
    let mut items = vec![ui::TimelineStep { title: cx.t("project-life-filed").into(), ..step(State::Draft, project.created_at, "") }];
    items.extend(steps.iter().map(|s| step(s.state, s.at, &s.reason)));
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("nav-projects"), "/projects"), ui::Link::new(name, format!("/projects/{id}"))], &title))
        (ui::heading(&title, Some(name)))
        (ui::timeline(&title, &items))
    };
    Ok(cx.page(PageParts {
        title: &format!("{title} · {name}"),
        description: name,
        canonical: Some(&path),
        reading: true,
        body,
        ..PageParts::default()
    }))
}
