//! What waits for somebody in projects: for the operator's reviewers, and at a charity's desk.

use db::{Fault, Tx};

use crate::kernel::civil::{Day, day_of, start_of};
use crate::kernel::{Id, Micros, WAITING_SHOWN, Waiting, workdays};

use super::disclosure::finance;
use super::model::{Project, State};
use super::store;

/// 工作日. No law gives the platform a time for its review; this is its own promise to the charities.
const REVIEW_WORKDAYS: u32 = 5;

/// The last instant of the last working day of a promise.
fn promised(since: Micros, workdays: u32) -> Micros {
    start_of(workdays::add_workdays(day_of(since), workdays) + 1) - 1
}

fn end_of(day: Day) -> Micros {
    start_of(day + 1) - 1
}

pub fn waiting_for_operator(tx: &mut Tx, now: Micros) -> Result<Vec<Waiting>, Fault> {
    let mut waiting = Vec::new();
    for (state, queue, unattended) in [
        (State::Submitted, "waiting-project-submitted", "unattended-project-submitted"),
        (State::Reviewed, "waiting-project-reviewed", "unattended-project-reviewed"),
    ] {
        for project in store::operator_queue(tx, state)? {
            let since = if state == State::Submitted { project.submitted_at } else { project.reviewed_at }.unwrap_or(project.created_at);
            waiting.push(Waiting {
                queue,
                thing: "project",
                thing_id: project.id,
                href: format!("/operator/projects/{}", project.id),
                title: project.title,
                since,
                due_at: Some(promised(since, REVIEW_WORKDAYS)),
                unattended,
            });
        }
    }
    for (project_id, title, since) in store::open_requests(tx, WAITING_SHOWN)? {
        waiting.push(Waiting {
            queue: "waiting-project-requests",
            thing: "project",
            thing_id: project_id,
            href: format!("/operator/projects/{project_id}/decisions"),
            title,
            since,
            due_at: Some(promised(since, REVIEW_WORKDAYS)),
            unattended: "unattended-project-request",
        });
    }
    for (change_id, title, since) in store::open_changes(tx, WAITING_SHOWN)? {
        waiting.push(Waiting {
            queue: "waiting-project-changes",
            thing: "project_change",
            thing_id: change_id,
            href: format!("/operator/changes/{change_id}"),
            title,
            since,
            due_at: Some(promised(since, REVIEW_WORKDAYS)),
            unattended: "unattended-project-change",
        });
    }
    for (report_id, title, since) in store::open_closing_reports(tx, WAITING_SHOWN)? {
        waiting.push(Waiting {
            queue: "waiting-project-closing",
            thing: "closing_report",
            thing_id: report_id,
            href: format!("/operator/closing-reports/{report_id}"),
            title,
            since,
            due_at: Some(promised(since, REVIEW_WORKDAYS)),
            unattended: "unattended-project-closing",
        });
    }
    waiting.extend(finance::waiting_for_operator(tx)?);
    for project in store::overdue_projects(tx, day_of(now))? {
        waiting.push(Waiting {
            queue: "waiting-project-late",
            thing: "late_report",
            thing_id: project.id,
            href: format!("/operator/projects/{}", project.id),
            title: project.title,
            since: start_of(project.due_day + 1),
            due_at: Some(end_of(project.due_day)),
            unattended: "unattended-project-late",
        });
    }
    Ok(waiting)
}

/// A report waits from two weeks before its day on.
pub(super) fn waits_soon(project: &Project, now: Micros) -> bool {
    project.due_day <= day_of(now) + 14
}

/// Payouts to decide, reports that are late, drafts: of the organisations whose desk this is.
pub fn waiting_at_desk(tx: &mut Tx, organisation_ids: &[Id], now: Micros) -> Result<Vec<Waiting>, Fault> {
    let mut waiting = Vec::new();
    for (payout, title) in store::open_payouts(tx, organisation_ids)? {
        waiting.push(Waiting {
            queue: "waiting-payout",
            thing: "payout",
            thing_id: payout.id,
            title: format!("{} · {title}", money::Fen(payout.amount_fen)),
            href: format!("/desk/payouts/{}", payout.id),
            since: payout.requested_at,
            due_at: None,
            unattended: "unattended-payout",
        });
    }
    for organisation_id in organisation_ids {
        for redirect in store::open_redirects(tx, *organisation_id)? {
            waiting.push(Waiting {
                queue: "waiting-redirects",
                thing: "project_redirect",
                thing_id: redirect.id,
                title: format!("{} · {}", money::Fen(redirect.amount_fen), redirect.from_title),
                href: format!("/desk/projects/{}/leftovers", redirect.from_id),
                since: redirect.asked_at,
                due_at: None,
                unattended: "unattended-redirect",
            });
        }
        for (reversal, title) in store::reversals::open_of(tx, *organisation_id, WAITING_SHOWN)? {
            waiting.push(Waiting {
                queue: "waiting-reversals",
                thing: "reversal",
                thing_id: reversal.id,
                title: format!("{} · {title}", money::Fen(reversal.amount_fen)),
                href: format!("/desk/reversals/{}", reversal.id),
                since: reversal.asked.at,
                due_at: None,
                unattended: "unattended-reversal",
            });
        }
    }
    waiting.extend(finance::returned_at_desk(tx, organisation_ids)?);
    for project in store::desk_projects(tx, organisation_ids)? {
        let href = format!("/desk/projects/{}", project.id);
        if waits_soon(&project, now) {
            waiting.push(Waiting {
                queue: "waiting-report",
                thing: "report",
                thing_id: project.id,
                title: project.title.clone(),
                href: format!("{href}/clocks"),
                since: start_of(project.due_day - 14),
                due_at: Some(end_of(project.due_day)),
                unattended: "unattended-report",
            });
        }
        if project.state == State::Draft {
            let returned = project.submitted_at.is_some();
            waiting.push(Waiting {
                queue: if returned { "waiting-project-returned" } else { "waiting-project-draft" },
                thing: "draft",
                thing_id: project.id,
                title: project.title,
                href,
                since: project.submitted_at.unwrap_or(project.created_at),
                due_at: None,
                unattended: if returned { "unattended-project-returned" } else { "unattended-project-draft" },
            });
        }
    }
    waiting.sort_by_key(|item| item.since);
    waiting.truncate(usize::try_from(WAITING_SHOWN).unwrap_or(usize::MAX));
    Ok(waiting)
}
