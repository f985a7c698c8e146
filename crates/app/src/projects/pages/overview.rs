//! `/desk/projects/{id}`: a draft is its form; anything later shows where it stands and what can be done.

use maud::{Markup, html};

use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::web::{Cx, Outcome, PageParts, paragraphs, show};

use super::super::disclosure::standing;
use super::super::fund;
use super::super::model::{Project, State, StepTaken};
use super::super::{actions, facts, rules, store};
use super::decisions::hold_banner;
use super::project_parts::{life, where_the_money_is};
use super::{Parties, draft, parties_list, progress, state_badge, trail};

pub fn project(cx: &Cx) -> Outcome {
    let project = load(cx)?;
    let manages = cx.actor.holds(project.launcher_id, &[Role::Manager]) || cx.actor.holds(project.recipient_id, &[Role::Manager]);
    if project.state == State::Draft && manages {
        let steps = cx.app.db.read(|tx| store::steps(tx, project.id))?;
        let returned = steps.last().filter(|s| s.state == State::Draft).map(|s| s.reason.as_str());
        return draft::edit(cx, &project, &[], returned);
    }
    let (parties, total, lines, due, steps, grace_days, decisions) = cx.app.db.read(|tx| {
        let steps = store::steps(tx, project.id)?;
        let mut named = Vec::new();
        for step in steps {
            let name = store::person_name(tx, step.person_id)?;
            named.push((step, name));
        }
        Ok::<_, Trouble>((
            Parties::of(tx, &project)?,
            fund::total(tx, project.id)?,
            store::lines(tx, project.id)?,
            facts::due(tx, &project)?,
            named,
            rules::FILING_GRACE_DAYS.get(tx)?,
            store::decisions(tx, project.id)?,
        ))
    })?;
    let body = html! {
        (head(cx, &project, 0))
        (hold_banner(cx, &project, &decisions))
        (unfiled(cx, &project, grace_days))
        @if project.state.is_public() { (standing(cx, &due)) }
        (ui::columns(
            html! {
                @if project.state.is_public() {
                    (ui::progress_bar(&progress(cx, total.raised_fen(), project.goal_fen)))
                    p { (ui::Link::new(cx.t("project-public-page"), format!("/projects/{}", project.id))) }
                } @else {
                    p { (cx.t(waits_for(project.state))) }
                }
                @if project.state.is_public() { (where_the_money_is(cx, &total, &lines)) }
            },
            html! {
                (ui::card(Some(&cx.t("project-parties")), parties_list(cx, &parties)))
                (ui::card(Some(&cx.t("project-life")), life(cx, &project, &due)))
                (next_steps(cx, &project))
                (ui::card(Some(&cx.t("project-more")), ui::link_list(&rooms(cx, &project))))
                (ui::card(Some(&cx.t("project-steps")), step_list(cx, &steps)))
            },
        ))
    };
    Ok(cx.page(PageParts { title: &project.title, body, ..PageParts::default() }))
}

/// The other pages of a project at its desk.
fn rooms<'a>(cx: &Cx, project: &Project) -> Vec<ui::LinkRow<'a>> {
    let mut rooms = vec![
        ("/plan", "project-plan", "project-plan-note"),
        ("/papers", "project-papers", "project-papers-note"),
        ("/platform", "project-platform-title", "project-platform-note"),
    ];
    if project.state.is_public() {
        rooms.push(("/costs", "project-costs", "project-costs-note"));
        rooms.push(("/change", "project-change", "project-change-note"));
        if project.state != State::Published {
            rooms.push(("/closing-report", "project-closing-report", "project-closing-note"));
            rooms.push(("/leftovers", "project-leftovers", "project-leftovers-note"));
        }
        rooms.push(("/decisions", "project-decisions", "project-decisions-note"));
    }
    rooms
        .into_iter()
        .map(|(path, title, note)| ui::LinkRow {
            href: address(project.id, path).into(),
            title: cx.t(title).into(),
            note: cx.t(note).into(),
            ..ui::LinkRow::default()
        })
        .collect()
}

/// An emergency whose filing is still to come, or late (慈善法 art. 73).
pub fn unfiled(cx: &Cx, project: &Project, grace_days: crate::kernel::civil::Day) -> Markup {
    let today = crate::kernel::civil::day_of(cx.now);
    let day = crate::kernel::civil::day_text;
    let link = |desk: bool| {
        html! { @if desk { p { (ui::Link::new(cx.t("project-filing-record"), address(project.id, "/filing"))) } } }
    };
    let desk = cx.actor.holds(project.recipient_id, &[Role::Manager]) && cx.request.path.starts_with("/desk");
    if !project.state.is_public() {
        return html! {};
    }
    match rules::filing(project.kind, &project.filing_number, project.starts_day, today, grace_days) {
        rules::Filing::Filed => html! {},
        rules::Filing::Due(due_day) => ui::notice(
            ui::Tone::Info,
            &cx.t("project-word-note"),
            Some(&cx.t("project-filing-follows")),
            html! {
                p { (cx.ta("project-filing-due", &[("day", day(due_day).into())])) } (link(desk))
            },
        ),
        rules::Filing::Overdue { due_day, stops_day } => ui::notice(
            ui::Tone::Bad,
            &cx.t("project-word-overdue"),
            Some(&cx.t("project-filing-late")),
            html! {
                p { (cx.ta("project-filing-late-since", &[("day", day(due_day).into()), ("stops", day(stops_day).into())])) } (link(desk))
            },
        ),
    }
}

/// What a project that is not public yet waits for.
fn waits_for(state: State) -> &'static str {
    match state {
        State::Draft => "project-waits-for-submission",
        State::Reviewed => "project-waits-for-publication",
        _ => "project-waits-for-operator",
    }
}

/// The project as this desk may see it.
pub fn load(cx: &Cx) -> Result<Project, Trouble> {
    let id = cx.id_param("id")?;
    let scope = actions::scope(&cx.actor);
    Ok(cx.app.db.read(|tx| store::find_for(tx, id, &scope))?.ok_or_else(Refusal::not_found)?)
}

/// The top of every desk page of a project: where it stands and its parts.
pub fn head(cx: &Cx, project: &Project, current: usize) -> Markup {
    let at = |part: &str| format!("/desk/projects/{}{part}", project.id);
    let tabs = [
        ui::Link::new(cx.t("project-overview"), at("")),
        ui::Link::new(cx.t("project-progress"), at("/progress")),
        ui::Link::new(cx.t("project-disclosures"), at("/disclosures")),
        ui::Link::new(cx.t("project-payouts"), at("/payouts")),
        ui::Link::new(cx.t("project-expenses"), at("/expenses")),
        ui::Link::new(cx.t("disclosure-desk-tab"), at("/clocks")),
        ui::Link::new(cx.t("project-reversals"), at("/reversals")),
    ];
    html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk")], &project.title))
        (ui::heading(&project.title, None))
        p { (state_badge(cx, project.state)) }
        (ui::tabs(&cx.t("project-parts"), &tabs, current))
    }
}

/// The step that comes next, for the recipient's manager.
fn next_steps(cx: &Cx, project: &Project) -> Markup {
    let (path, key) = match project.state {
        State::Published => ("fundraising-end", "project-end"),
        State::FundraisingEnded => ("execution", "project-execute"),
        State::Executing => ("closing", "project-close"),
        _ => return html! {},
    };
    html! {
        @if cx.actor.holds(project.recipient_id, &[Role::Manager]) {
            p { (ui::link_button(ui::ButtonKind::Quiet, &cx.t(key), &format!("/desk/projects/{}/{path}", project.id))) }
        }
    }
}

/// Every step with who took it; for desks and the operator only.
pub fn step_list(cx: &Cx, steps: &[(StepTaken, String)]) -> Markup {
    if steps.is_empty() {
        return html! { p { (cx.t("project-steps-none")) } };
    }
    html! {
        ul {
            @for (step, name) in steps {
                li {
                    b { (cx.t(if step.state == State::Draft { "project-step-returned" } else { step.state.key() })) }
                    " · " (name) " · " (show::instant(step.at))
                    @if !step.reason.is_empty() { (paragraphs(&step.reason)) }
                }
            }
        }
    }
}

/// The address of a desk page of a project.
pub fn address(id: Id, part: &str) -> String {
    format!("/desk/projects/{id}{part}")
}
