//! The part of `/desk` that is about projects: a new one, and those there are by state.

use maud::{Markup, html};

use crate::kernel::civil::{day_of, day_text};
use crate::kernel::{Role, Trouble};
use crate::web::{Cx, show};

use super::super::model::{Project, State};
use super::super::{actions, store};
use super::state_badge;

pub fn desk_list(cx: &Cx) -> Result<Markup, Trouble> {
    let scope = actions::scope(&cx.actor);
    let projects = cx.app.db.read(|tx| store::desk_projects(tx, &scope))?;
    let manages = !cx.actor.organisations_as(&[Role::Manager]).is_empty();
    Ok(html! {
        @if manages { div.row { (ui::link_button(ui::ButtonKind::Main, &cx.t("project-new"), "/desk/projects/new")) } }
        @if projects.is_empty() {
            @let next = ui::Link::new(cx.t("project-new"), "/desk/projects/new");
            (ui::empty_state(&cx.t("project-desk-empty"), &cx.t("project-desk-empty-why"), manages.then_some(&next)))
        }
        @for state in State::ALL {
            @let here: Vec<&Project> = projects.iter().filter(|p| p.state == state).collect();
            @if !here.is_empty() { (ui::section(&cx.t(state.key()), None, rows(cx, &here))) }
        }
    })
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
