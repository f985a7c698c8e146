//! What the operator decides about a public project, what its charity asks and objects, and what donors are told of it.

use db::{Fault, Tx};
use serde::Serialize;

use crate::App;
use crate::jobs;
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Strength, Trouble, claims, public_entry};

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

/// A charity says why a decision is wrong.
pub fn appeal(app: &App, actor: &Actor, id: Id, decision_id: Id, words: &str, now: Micros) -> Result<(), Trouble> {
    let words = words_of("words", words, 1_000)?;
    let appeal_id = app.new_id();
    app.db.write(|tx| {
        let project = load(tx, actor, id)?;
        let person_id = seated(actor, &[project.recipient_id, project.launcher_id], &[Role::Manager])?;
        if store::add_appeal(tx, appeal_id, id, decision_id, &words, person_id, now)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-project-appeal-there").into())
        }
    })
}

/// Answers an appeal; by another person than who decided. What follows from a yes is a decision of its own.
pub fn answer_appeal(app: &App, actor: &Actor, id: Id, decision_id: Id, answer: &str, now: Micros) -> Result<(), Trouble> {
    let answer = words_of("answer", answer, 1_000)?;
    app.db.write(|tx| {
        let (_, person_id) = unconcerned(tx, actor, id)?;
        if !store::decisions(tx, id)?.iter().any(|d| d.id == decision_id) {
            return Err(Refusal::not_found().into());
        }
        claims::decide(tx, "project_appeal", decision_id, person_id, now)?;
        if store::answer_appeal(tx, decision_id, &answer, person_id, now)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-project-appeal-own").into())
        }
    })
}
