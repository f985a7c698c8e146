//! What the operator decides about a public project, what its charity asks, and what donors are told of it.

use db::{Fault, Tx};
use serde::Serialize;

use crate::App;
use crate::jobs;
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Strength, TakingBack, Trouble, claims, public_entry};

use super::super::model::{DecisionKind, Hold, NoticeKind, Project};
use super::super::{rules, store};
use super::{hash, load, seated};

/// The actor, if they decide for the operator.
pub(super) fn deciding(actor: &Actor) -> Result<Id, Refusal> {
    match actor {
        Actor::Person { id, strength: Strength::Staff, seats, .. }
            if seats.iter().any(|s| s.operator && matches!(s.role, Role::Reviewer | Role::Manager)) =>
        {
            Ok(*id)
        }
        _ => Err(Refusal::forbidden()),
    }
}

/// A project on which this person may decide: they work for none of its organisations.
pub(super) fn unconcerned(tx: &mut Tx, actor: &Actor, id: Id) -> Result<(Project, Id), Trouble> {
    let person_id = deciding(actor)?;
    let project = store::find_for_operator(tx, id)?.ok_or_else(Refusal::not_found)?;
    if super::scope(actor).iter().any(|own| project.organisations().contains(own)) {
        return Err(Refusal::new(403, "refusal-project-recused").into());
    }
    Ok((project, person_id))
}

/// Words that everyone reads.
pub(super) fn words_of(field: &'static str, typed: &str, most: usize) -> Result<String, Refusal> {
    let words = rules::tidy(typed, true);
    match words.chars().count() {
        0 => Err(Refusal::input(field, "refusal-project-words-missing")),
        n if n > most => Err(Refusal::input(field, "refusal-project-too-long").with("most", most)),
        _ => Ok(words),
    }
}

/// The ids of a notice and of the job that carries it to donors; made before the transaction.
#[derive(Clone, Copy)]
pub struct NoticeIds {
    notice_id: Id,
    job_id: Id,
}

impl NoticeIds {
    pub fn new(app: &App) -> NoticeIds {
        NoticeIds { notice_id: app.new_id(), job_id: app.new_id() }
    }
}

/// Publishes a notice on the project's page and lets donors be told.
pub(super) fn tell_donors(
    tx: &mut Tx,
    ids: NoticeIds,
    project_id: Id,
    kind: NoticeKind,
    (words, link): (&str, &str),
    now: Micros,
) -> Result<(), Fault> {
    store::add_notice(tx, ids.notice_id, project_id, kind, words, link, now)?;
    jobs::enqueue(tx, ids.job_id, super::super::jobs::TELL_DONORS, &format!("{}:0", ids.notice_id), now)
}

/// Suspends, resumes, takes down, reports or declines a request, with a reason that everyone reads (the last two: that the
/// charity reads). `authority`: to whom it is reported.
pub fn decide(app: &App, actor: &Actor, id: Id, kind: DecisionKind, reason: &str, authority: &str, now: Micros) -> Result<Id, Trouble> {
    let reason = words_of("reason", reason, 500)?;
    let authority = match kind {
        DecisionKind::Reported => words_of("authority", authority, 80)?,
        _ => String::new(),
    };
    let (decision_id, entry_id, notice) = (app.new_id(), app.new_id(), NoticeIds::new(app));
    app.db.write(|tx| {
        let (project, person_id) = unconcerned(tx, actor, id)?;
        claims::decide(tx, "project", id, person_id, now)?;
        let hold = rules::decided(&project, kind)?;
        if let Some(to) = hold
            && !store::set_hold(tx, id, project.hold, to)?
        {
            return Err(Refusal::conflict("refusal-project-hold-other").into());
        }
        let answered = match kind {
            DecisionKind::Reported => false,
            _ => store::answer_request(tx, id, now)?,
        };
        if kind == DecisionKind::RequestRefused && !answered {
            return Err(Refusal::conflict("refusal-project-request-none").into());
        }
        store::add_decision(tx, decision_id, id, kind, (&reason, &authority), person_id, now)?;
        let told = match hold {
            Some(Hold::Suspended) => Some(NoticeKind::Suspended),
            Some(Hold::None) => Some(NoticeKind::Resumed),
            Some(Hold::TakenDown) => Some(NoticeKind::TakenDown),
            None => None,
        };
        if let Some(told) = told {
            tell_donors(tx, notice, id, told, (&reason, &format!("/projects/{id}")), now)?;
        }
        let fact = Decided { decision: decision_id.to_string(), project: id.to_string(), kind: kind.word(), text_sha256: hash(&reason) };
        public_entry::append(tx, entry_id, "project_decided", &public_entry::body(&fact)?, now)?;
        Ok(decision_id)
    })
}

#[derive(Serialize)]
struct Decided {
    decision: String,
    project: String,
    kind: &'static str,
    text_sha256: String,
}

/// A charity asks to have its own project suspended.
pub fn ask_for_suspension(app: &App, actor: &Actor, id: Id, reason: &str, now: Micros) -> Result<(), Trouble> {
    let reason = words_of("reason", reason, 500)?;
    let request_id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        let person_id = seated(actor, &[project.recipient_id], &[Role::Manager])?;
        rules::decided(&project, DecisionKind::Suspended)?;
        if store::add_request(tx, request_id, id, &reason, person_id, now)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-project-request-open").into())
        }
    })
}

/// Another reviewer found that a decision was wrong: what was stopped goes on, what was asked for is done. False: what was
/// decided holds no longer, or, like a report to an authority, cannot be unsaid.
pub fn lift_after_appeal(tx: &mut Tx, back: &TakingBack) -> Result<bool, Trouble> {
    let [new_id, entry_id, notice_id, job_id] = back.ids;
    let (project_id, kind) = store::decision_of(tx, back.thing_id)?.ok_or_else(Refusal::not_found)?;
    let project = store::find_for_operator(tx, project_id)?.ok_or_else(Refusal::not_found)?;
    let newest = store::decisions(tx, project_id)?.into_iter().find(|d| d.kind.holds()).map(|d| d.id);
    let (from, to, new, told) = match kind {
        DecisionKind::Suspended if newest == Some(back.thing_id) => {
            (Hold::Suspended, Hold::None, DecisionKind::Resumed, NoticeKind::Resumed)
        }
        DecisionKind::TakenDown if newest == Some(back.thing_id) => {
            (Hold::TakenDown, Hold::None, DecisionKind::Resumed, NoticeKind::Resumed)
        }
        DecisionKind::RequestRefused if project.state.is_public() => {
            (Hold::None, Hold::Suspended, DecisionKind::Suspended, NoticeKind::Suspended)
        }
        _ => return Ok(false),
    };
    if !store::set_hold(tx, project_id, from, to)? {
        return Ok(false);
    }
    store::add_decision(tx, new_id, project_id, new, (back.reason, ""), back.reviewer, back.now)?;
    tell_donors(tx, NoticeIds { notice_id, job_id }, project_id, told, (back.reason, &format!("/projects/{project_id}")), back.now)?;
    let fact = Decided { decision: new_id.to_string(), project: project_id.to_string(), kind: new.word(), text_sha256: hash(back.reason) };
    public_entry::append(tx, entry_id, "project_decided", &public_entry::body(&fact)?, back.now)?;
    Ok(true)
}
