//! `/desk`: what waits for this person, then the organisation's projects by state.

use maud::{Markup, html};

use crate::kernel::Role;
use crate::kernel::civil::{day_of, day_text};
use crate::web::{Cx, Outcome, PageParts, show};

use super::super::model::{Payout, Project, State};
use super::super::{actions, rules, store};
use super::{days_late, state_badge};

pub fn desk(cx: &Cx) -> Outcome {
    let scope = actions::scope(&cx.actor);
    let approves = cx.actor.organisations_as(&[Role::Finance, Role::Approver]);
    let (projects, payouts) =
        cx.app.db.read(|tx| Ok::<_, db::Fault>((store::desk_projects(tx, &scope)?, store::open_payouts(tx, &approves)?)))?;
    let person = cx.person_id()?;
    let waiting: Vec<ui::LinkRow> = waiting(cx, &projects, &payouts, person);
    let manages = !cx.actor.organisations_as(&[Role::Manager]).is_empty();
    let title = cx.t("project-desk");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("project-desk-lead"))))
        @if manages { div.row { (ui::link_button(ui::ButtonKind::Main, &cx.t("project-new"), "/desk/projects/new")) } }
        (ui::section(&cx.t("project-desk-waiting"), None, html! {
            @if waiting.is_empty() { p { (cx.t("project-desk-nothing")) } } @else { (ui::link_list(&waiting)) }
        }))
        @if projects.is_empty() {
            @let next = ui::Link::new(cx.t("project-new"), "/desk/projects/new");
            (ui::empty_state(&cx.t("project-desk-empty"), &cx.t("project-desk-empty-why"), manages.then_some(&next)))
        }
        @let rooms = cx.desk_rooms();
        @if !rooms.is_empty() { (ui::section(&cx.t("desk-rooms"), None, ui::link_list(&rooms))) }
        @for state in State::ALL {
            @let here: Vec<&Project> = projects.iter().filter(|p| p.state == state).collect();
            @if !here.is_empty() { (ui::section(&cx.t(state.key()), None, rows(cx, &here))) }
        }
    };
    Ok(cx.page(PageParts { title: &title, body, ..PageParts::default() }))
}

/// What this person can do now: payouts to decide and late reports, the oldest first; then their organisation's drafts.
fn waiting<'a>(cx: &Cx, projects: &'a [Project], payouts: &'a [(Payout, String)], person: i64) -> Vec<ui::LinkRow<'a>> {
    let mut waiting: Vec<(i64, ui::LinkRow)> = Vec::new();
    for (payout, title) in payouts {
        // Whoever asked, or has said yes already, cannot say yes.
        if rules::approve(payout, person, cx.now).is_err() {
            continue;
        }
        let row = ui::LinkRow {
            href: format!("/desk/payouts/{}", payout.id).into(),
            title: cx.ta("project-desk-approve", &[("amount", show::money(payout.amount_fen).into())]).into(),
            note: title.as_str().into(),
            aside: ui::badge(ui::Tone::Info, &cx.t(payout.state.key())),
        };
        waiting.push((day_of(payout.requested_at), row));
    }
    for project in projects {
        if let Some(days) = days_late(cx, project.due_day) {
            let row = ui::LinkRow {
                href: format!("/desk/projects/{}", project.id).into(),
                title: cx.t("project-desk-late").into(),
                note: project.title.as_str().into(),
                aside: ui::badge(ui::Tone::Warn, &cx.ta("project-card-overdue", &[("days", days.into())])),
            };
            waiting.push((project.due_day, row));
        }
        if project.state == State::Draft {
            let key = if project.submitted_at.is_some() { "project-desk-returned" } else { "project-desk-draft" };
            let row = ui::LinkRow {
                href: format!("/desk/projects/{}", project.id).into(),
                title: cx.t(key).into(),
                note: project.title.as_str().into(),
                aside: html! {},
            };
            waiting.push((day_of(project.submitted_at.unwrap_or(project.created_at)), row));
        }
    }
    waiting.sort_by_key(|(day, _)| *day);
    waiting.into_iter().map(|(_, row)| row).collect()
}

fn rows(cx: &Cx, projects: &[&Project]) -> Markup {
    let rows: Vec<ui::LinkRow> = projects
        .iter()
        .map(|p| ui::LinkRow {
            href: format!("/desk/projects/{}", p.id).into(),
            title: p.title.as_str().into(),
            note: cx
                .ta(
                    "project-desk-row",
                    &[("goal", show::money(p.goal_fen).into()), ("day", day_text(day_of(p.published_at.unwrap_or(p.created_at))).into())],
                )
                .into(),
            aside: state_badge(cx, p.state),
        })
        .collect();
    ui::link_list(&rows)
}
