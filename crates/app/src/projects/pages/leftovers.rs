//! What is left of a project: one room at the desk that says how much it is, what was told of it and what must happen next, with
//! the two ways to deal with it; and the public line about redirections.

use maud::{Markup, html};

use crate::kernel::civil::{Day, day_of, day_text};
use crate::kernel::{Id, Refusal, Role, Trouble};
use crate::web::{Answer, Cx, Outcome, PageParts, paragraphs, parse_id, show};

use super::super::disclosure::{leftover_statements, tell_leftovers};
use super::super::fund::{self, Total};
use super::super::model::{LeftoverStatement, Project, Redirect, RedirectState, Report, State, Thing};
use super::super::rules::{Left, NextForLeftovers, next_for_leftovers};
use super::super::{actions, facts, store};
use super::closing::area;
use super::overview::{address, load};
use super::{error_of, refused, status_of, trail};

/// Leftovers on their way, as everyone reads them; a public line on both projects.
pub fn redirect_list(cx: &Cx, project_id: Id, redirects: &[Redirect]) -> Markup {
    html! {
        @for r in redirects {
            @let (key, other, other_id) = if r.from_id == project_id {
                ("project-redirect-to", r.to_title.as_str(), r.to_id)
            } else { ("project-redirect-from", r.from_title.as_str(), r.from_id) };
            (ui::card(None, html! {
                p { (ui::badge(ui::Tone::Info, &cx.t(r.state.key()))) " " b { (show::money(r.amount_fen)) } }
                p { (cx.t(key)) " " (ui::Link::new(other, format!("/projects/{other_id}"))) }
                @if r.effective_day > 0 { p { (cx.ta("project-redirect-on", &[("day", day_text(r.effective_day).into())])) } }
                (paragraphs(&r.reason))
                @if !r.answer.is_empty() { (paragraphs(&r.answer)) }
            }))
        }
    }
}

struct View {
    project: Project,
    total: Total,
    redirects: Vec<Redirect>,
    statements: Vec<LeftoverStatement>,
    /// Projects to which it may go.
    targets: Vec<Project>,
    tell_by_day: Option<Day>,
}

impl View {
    fn of(cx: &Cx) -> Result<View, Trouble> {
        let project = load(cx)?;
        cx.app.db.read(|tx| {
            let own = store::desk_projects(tx, &[project.recipient_id])?;
            let fits = |p: &Project| p.recipient_id == project.recipient_id && p.id != project.id && p.field == project.field;
            let due = facts::due(tx, &project)?;
            Ok(View {
                total: fund::total(tx, project.id)?,
                redirects: store::redirects(tx, project.id)?,
                statements: leftover_statements(tx, project.id)?,
                targets: own.into_iter().filter(|p| fits(p) && p.state.is_running()).collect(),
                tell_by_day: due.iter().find(|d| d.what == Report::Leftovers).map(|d| d.due_day),
                project: project.clone(),
            })
        })
    }

    /// The redirection that is on its way from here.
    fn open(&self) -> Option<&Redirect> {
        let open = |r: &&Redirect| matches!(r.state, RedirectState::Requested | RedirectState::Announced);
        self.redirects.iter().filter(|r| r.from_id == self.project.id).find(open)
    }

    fn next(&self) -> NextForLeftovers {
        next_for_leftovers(&Left {
            state: self.project.state,
            in_account_fen: self.total.in_account_fen(),
            with_implementer_fen: self.total.with_implementer_fen(),
            tell_by_day: self.tell_by_day,
            redirect: self.open().map(|r| (r.state, r.effective_day)),
        })
    }
}

pub fn leftovers(cx: &Cx) -> Outcome {
    page(cx, &View::of(cx)?, &[])
}

fn page(cx: &Cx, view: &View, refusals: &[Refusal]) -> Outcome {
    let project = &view.project;
    let title = cx.t("project-leftovers");
    let manages = cx.actor.holds(project.recipient_id, &[Role::Manager]);
    let tells = project.state == State::Closed && cx.actor.holds(project.recipient_id, &[Role::Manager, Role::Finance]);
    let open = view.open();
    let ended = matches!(project.state, State::FundraisingEnded | State::Executing | State::Closed);
    let stat = |fen, key: &str| ui::Stat { value: show::money(fen).into(), label: cx.t(key).into(), href: "".into() };
    let body = html! {
        (trail(cx, &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), address(project.id, ""))], &title))
        (ui::heading(&title, Some(&cx.t("project-leftovers-lead"))))
        (refused(cx, refusals))
        (ui::stat_row(&[
            stat(view.total.in_account_fen(), "project-in-account"),
            stat(view.total.with_implementer_fen(), "project-with-implementer"),
            stat(view.total.redirected_out_fen, "project-leftovers-gone"),
        ]))
        (show::as_of(cx))
        (next(cx, view))
        @if let Some(r) = open.filter(|r| r.state == RedirectState::Requested) { (decision(cx, view, r, refusals)?) }
        (ui::section(&cx.t("project-leftovers-told"), None, html! {
            @if view.statements.is_empty() { p { (cx.t("project-leftovers-untold")) } }
            @for statement in &view.statements {
                (ui::card(Some(&day_text(day_of(statement.published_at))), html! {
                    p { (cx.ta("disclosure-leftovers-amount", &[("amount", show::money(statement.amount_fen).into())])) }
                    (paragraphs(&statement.body))
                    p { (ui::Link::new(cx.t("disclosure-read"), Thing::Leftovers.path(project.id, statement.id))) }
                }))
            }
            @if tells { (statement_form(cx, project, refusals)) } @else { p.help { (cx.t("disclosure-leftovers-later")) } }
        }))
        (ui::section(&cx.t("project-leftovers-ways"), None, html! {
            @if view.redirects.is_empty() { p { (cx.t("project-redirects-none")) } }
            (redirect_list(cx, project.id, &view.redirects))
            @if ended && manages && open.is_none() { (redirect_form(cx, view, refusals)) }
        }))
    };
    Ok(cx.page_with_status(status_of(refusals), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

/// What must happen next, and until when.
fn next(cx: &Cx, view: &View) -> Markup {
    let (tone, key, day) = match view.next() {
        NextForLeftovers::Wait => (ui::Tone::Plain, "project-leftovers-early", None),
        NextForLeftovers::Settle => (ui::Tone::Info, "project-leftovers-next-settle", None),
        NextForLeftovers::Decide => (ui::Tone::Warn, "project-redirect-waits", None),
        NextForLeftovers::Told(day) => (ui::Tone::Info, "project-leftovers-next-told", Some(day)),
        NextForLeftovers::Tell(day) if day < day_of(cx.now) => (ui::Tone::Bad, "project-leftovers-next-late", Some(day)),
        NextForLeftovers::Tell(day) => (ui::Tone::Warn, "project-leftovers-next-tell", Some(day)),
        NextForLeftovers::Redirect => (ui::Tone::Info, "project-leftovers-next-redirect", None),
        NextForLeftovers::Nothing => (ui::Tone::Good, "project-leftovers-next-nothing", None),
    };
    let words = match day {
        Some(day) => cx.ta(key, &[("day", day_text(day).into())]),
        None => cx.t(key),
    };
    ui::notice(tone, &cx.t("project-word-next"), None, html! { p { (words) } })
}

fn decision(cx: &Cx, view: &View, r: &Redirect, refusals: &[Refusal]) -> Result<Markup, Trouble> {
    let decides = cx.actor.holds(view.project.recipient_id, &[Role::Finance, Role::Approver]);
    if !decides || cx.actor.person_id() == Some(r.asked_by) {
        return Ok(html! {});
    }
    let banner = cx.claim_banner("project_redirect", r.id)?;
    let form = ui::form(&ui::Form {
        action: address(view.project.id, "/leftovers/decision").into(),
        hidden: vec![("redirect".into(), r.id.to_string().into())],
        body: html! {
            p.help { (cx.t("project-redirect-agree-lead")) }
            (ui::textarea_field(&ui::TextArea {
                name: "answer".into(), label: cx.t("project-redirect-answer").into(), value: cx.form("answer").into(),
                error: error_of(cx, refusals, "answer").into(), rows: 3, ..ui::TextArea::default()
            }))
            (ui::submit_row(
                html! {
                    (ui::button(ui::ButtonKind::Main, &cx.t("project-redirect-agree"), Some(("do", "agree"))))
                    (ui::button(ui::ButtonKind::Danger, &cx.t("project-redirect-refuse"), Some(("do", "refuse"))))
                },
                None,
            ))
        },
        ..ui::Form::default()
    });
    // What is agreed to stands above the button.
    Ok(html! { (banner) (redirect_list(cx, view.project.id, std::slice::from_ref(r))) (form) })
}

fn statement_form(cx: &Cx, project: &Project, refusals: &[Refusal]) -> Markup {
    ui::form(&ui::Form {
        action: address(project.id, "/leftovers/statement").into(),
        body: html! {
            (area(cx, "body", "disclosure-leftovers-body", "disclosure-leftovers-help", refusals))
            (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("disclosure-leftovers-publish"), None), None))
        },
        ..ui::Form::default()
    })
}

fn redirect_form(cx: &Cx, view: &View, refusals: &[Refusal]) -> Markup {
    let id = view.project.id;
    if view.targets.is_empty() {
        let home = ui::Link::new(cx.t("project-overview"), address(id, ""));
        return ui::empty_state(&cx.t("project-leftovers-no-target"), &cx.t("project-leftovers-no-target-why"), Some(&home));
    }
    ui::form(&ui::Form {
        action: address(id, "/leftovers").into(),
        body: html! {
            (ui::select_field(&ui::Select {
                name: "to".into(), label: cx.t("project-leftovers-target").into(), help: cx.t("project-leftovers-target-help").into(),
                choices: view.targets.iter().map(|t| ui::Choice::new(t.id.to_string(), t.title.clone()).chosen(cx.form("to") == t.id.to_string())).collect(),
                error: error_of(cx, refusals, "to").into(), required: true, ..ui::Select::default()
            }))
            (ui::input_field(&ui::Input {
                name: "amount".into(), label: cx.t("project-amount").into(), value: cx.form("amount").into(), unit: cx.t("project-yuan").into(),
                help: cx.t("project-leftovers-amount-help").into(), error: error_of(cx, refusals, "amount").into(), required: true, ..ui::Input::default()
            }))
            (area(cx, "reason", "project-reason", "project-leftovers-reason-help", refusals))
            (ui::submit_row(
                ui::button(ui::ButtonKind::Main, &cx.t("project-leftovers-ask"), None),
                Some(&ui::Link::new(cx.t("project-not-now"), address(id, ""))),
            ))
        },
        ..ui::Form::default()
    })
}

/// Back to the room: with what was done, or with what was refused.
fn back<T>(cx: &Cx, view: &View, outcome: Result<T, Trouble>, done: &str) -> Outcome {
    match outcome {
        Ok(_) => Ok(Answer::redirect(address(view.project.id, done))),
        Err(Trouble::Refused(refusal)) if refusal.status != 404 => page(cx, view, &[refusal]),
        Err(other) => Err(other),
    }
}

pub fn ask(cx: &Cx) -> Outcome {
    let view = View::of(cx)?;
    let amount_fen = money::Fen::parse_yuan(cx.form("amount")).map_or(0, |fen| fen.0);
    let to = parse_id(cx.form("to")).unwrap_or(0);
    let asked = actions::ask_for_redirect(&cx.app, &cx.actor, view.project.id, to, amount_fen, cx.form("reason"), cx.now);
    back(cx, &view, asked, "/leftovers?done=project-leftovers")
}

pub fn decide(cx: &Cx) -> Outcome {
    let view = View::of(cx)?;
    let id = parse_id(cx.form("redirect")).unwrap_or(0);
    let outcome = if cx.form("do") == "agree" {
        actions::announce_redirect(&cx.app, &cx.actor, id, cx.now).map(|_| ())
    } else {
        actions::refuse_redirect(&cx.app, &cx.actor, id, cx.form("answer"), cx.now)
    };
    back(cx, &view, outcome, "/leftovers?done=project-leftovers-decided")
}

pub fn tell(cx: &Cx) -> Outcome {
    let view = View::of(cx)?;
    let told = tell_leftovers(&cx.app, &cx.actor, view.project.id, cx.form("body"), cx.now);
    back(cx, &view, told, "/leftovers?done=disclosure-leftovers")
}
