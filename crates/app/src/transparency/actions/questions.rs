//! Questions on what became of gifts, and their answers (慈善法 art. 42).

use crate::App;
use crate::kernel::civil::day_of;
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Strength, Trouble, claims};
use crate::people;

use super::super::model::Asking;
use super::super::rules;
use super::super::store::questions as store;
use super::{Sender, keep, limited, project};

/// The code in the link by which whoever asked comes back.
pub fn code(app: &App, id: Id) -> String {
    app.secret.code("question", &id.to_string())
}

/// What somebody typed.
pub struct Typed<'a> {
    pub project_id: Id,
    pub kind: Option<Asking>,
    pub body: &'a str,
    pub is_public: bool,
}

/// Asks the charity that receives a project's gifts. Copies of files are for the asker alone.
pub fn ask(app: &App, sender: &Sender, typed: &Typed, now: Micros) -> Result<Id, Trouble> {
    let kind = typed.kind.unwrap_or(Asking::Question);
    let body = rules::text("body", typed.body, 5, 1_000)?;
    let person_id = sender.actor.person_id().unwrap_or(0);
    let id = app.new_id();
    app.db.write(|tx| limited(tx, "question", sender.peer, now))?;
    app.db.write(|tx| {
        project(tx, typed.project_id)?;
        let (workdays, days) = (rules::QUESTION_WORKDAYS.get(tx)?, rules::QUESTION_DAYS.get(tx)?);
        let new = store::New {
            project_id: typed.project_id,
            kind,
            body: &body,
            is_public: typed.is_public && kind == Asking::Question,
            person_id,
            asked_at: now,
            due_day: rules::question_due(day_of(now), workdays, days),
        };
        store::insert(tx, id, &new)?;
        Ok(id)
    })
}

/// Answers by a manager or the finance desk of the receiving charity; papers are seen by the asker.
pub fn answer(app: &App, sender: &Sender, id: Id, typed: &str, now: Micros) -> Result<(), Trouble> {
    let own = sender.actor.organisations_as(&[Role::Manager, Role::Finance]);
    let person_id = sender.actor.person_id().ok_or_else(Refusal::forbidden)?;
    let words = rules::text("answer", typed, 5, 2_000)?;
    let notice_id = app.new_id();
    let file_ids: Vec<Id> = sender.papers.iter().map(|_| app.new_id()).collect();
    let link = format!("/questions/{id}/{}", code(app, id));
    app.db.write(|tx| {
        let question = store::find_at_desk(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        let about = project(tx, question.project_id)?;
        claims::decide(tx, "question", id, person_id, now)?;
        if !store::answer(tx, id, &words, person_id, now)? {
            return Err(Refusal::conflict("refusal-question-answered").into());
        }
        for file_id in keep(tx, &file_ids, sender.papers, about.recipient_id, person_id, now)? {
            store::attach(tx, id, file_id)?;
        }
        if question.person_id != 0 {
            people::notify(tx, notice_id, question.person_id, "notice-question-answered", &[("project", &about.title)], &link, now)?;
        }
        Ok(())
    })
}

/// Takes a public question from the page, with a reason: it showed somebody's private data, or was no question. It is still
/// answered to the one who asked.
pub fn hide(app: &App, actor: &Actor, id: Id, reason: &str, now: Micros) -> Result<(), Trouble> {
    let person_id = match actor {
        Actor::Person { id, strength: Strength::Staff, seats, .. } if seats.iter().any(|s| s.operator) => *id,
        _ => return Err(Refusal::forbidden().into()),
    };
    let reason = rules::text("reason", reason, 5, 300)?;
    app.db.write(|tx| {
        store::find(tx, id)?.ok_or_else(Refusal::not_found)?;
        if store::hide(tx, id, &reason, person_id, now)? { Ok(()) } else { Err(Refusal::conflict("refusal-question-hidden").into()) }
    })
}
