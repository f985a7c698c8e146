//! A complaint, from the first word to the last.

use serde::Serialize;

use crate::App;
use crate::kernel::civil::day_of;
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, claims, public_entry};
use crate::people;
use crate::projects;

use super::super::model::{Complaint, Kind, Outcome};
use super::super::rules;
use super::super::store::complaints as store;
use super::{Sender, keep, limited, project, works_for};

/// What somebody typed.
pub struct Typed<'a> {
    /// 0: about the platform itself.
    pub project_id: Id,
    pub kind: Option<Kind>,
    pub body: &'a str,
    pub contact: &'a str,
}

/// The code in the link by which whoever complained comes back.
pub fn code(app: &App, id: Id) -> String {
    app.secret.code("complaint", &id.to_string())
}

/// Takes a complaint and starts its clock.
pub fn complain(app: &App, sender: &Sender, typed: &Typed, now: Micros) -> Result<Id, Trouble> {
    let kind = typed.kind.ok_or_else(|| Refusal::input("kind", "refusal-complaint-kind"))?;
    let body = rules::text("body", typed.body, 10, 2_000)?;
    let contact = rules::text("contact", typed.contact, 0, 100)?;
    let person_id = sender.actor.person_id().unwrap_or(0);
    let (id, step_id, entry_id) = (app.new_id(), app.new_id(), app.new_id());
    let file_ids: Vec<Id> = sender.papers.iter().map(|_| app.new_id()).collect();
    app.db.write(|tx| limited(tx, "complaint", sender.peer, now))?;
    app.db.write(|tx| {
        if typed.project_id != 0 {
            project(tx, typed.project_id)?;
        }
        let workdays = rules::COMPLAINT_WORKDAYS.get(tx)?;
        let due_day = rules::complaint_due(day_of(now), workdays);
        let new = store::New { project_id: typed.project_id, kind, body: &body, person_id, contact: &contact, received_at: now, due_day };
        store::insert(tx, id, &new)?;
        for file_id in keep(tx, &file_ids, sender.papers, 0, person_id, now)? {
            store::attach(tx, id, file_id)?;
        }
        store::step(tx, step_id, id, "received", person_id, "", now)?;
        let fact = Received { complaint: id.to_string(), project: typed.project_id.to_string(), kind: kind.word(), due_day };
        public_entry::append(tx, entry_id, "complaint_received", &public_entry::body(&fact)?, now)?;
        Ok(id)
    })
}

#[derive(Serialize)]
struct Received {
    complaint: String,
    project: String,
    kind: &'static str,
    due_day: i64,
}

fn load(tx: &mut db::Tx, id: Id) -> Result<(Complaint, Option<projects::Project>), Trouble> {
    let complaint = store::find(tx, id)?.ok_or_else(Refusal::not_found)?;
    let about = projects::find_public(tx, complaint.project_id)?;
    Ok((complaint, about))
}

/// Asks the charity that receives the project's gifts for a statement. Its own staff never see who complained.
pub fn ask_charity(app: &App, actor: &Actor, id: Id, now: Micros) -> Result<(), Trouble> {
    let person_id = actor.reviewer()?;
    let step_id = app.new_id();
    app.db.write(|tx| {
        let (complaint, about) = load(tx, id)?;
        rules::may_answer(&complaint, person_id, works_for(actor, about.as_ref()))?;
        if !store::ask_charity(tx, id, now)? {
            return Err(Refusal::conflict("refusal-complaint-asked").into());
        }
        Ok(store::step(tx, step_id, id, "asked", person_id, "", now)?)
    })
}

/// The charity's statement, by its manager; given once, within the complaint's clock.
pub fn give_statement(app: &App, sender: &Sender, id: Id, typed: &str, now: Micros) -> Result<(), Trouble> {
    let own = sender.actor.organisations_as(&[Role::Manager]);
    let person_id = sender.actor.person_id().ok_or_else(Refusal::forbidden)?;
    let statement = rules::text("statement", typed, 10, 2_000)?;
    let step_id = app.new_id();
    let file_ids: Vec<Id> = sender.papers.iter().map(|_| app.new_id()).collect();
    app.db.write(|tx| {
        let complaint = store::find_at_desk(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        let about = project(tx, complaint.project_id)?;
        claims::decide(tx, "statement", id, person_id, now)?;
        if !store::state(tx, id, &statement, person_id, now)? {
            return Err(Refusal::conflict("refusal-complaint-stated").into());
        }
        for file_id in keep(tx, &file_ids, sender.papers, about.recipient_id, person_id, now)? {
            store::attach(tx, id, file_id)?;
        }
        Ok(store::step(tx, step_id, id, "stated", person_id, "", now)?)
    })
}

/// The answer to whoever complained, with what came of it.
pub fn answer(app: &App, actor: &Actor, id: Id, outcome: Option<Outcome>, typed: &str, now: Micros) -> Result<(), Trouble> {
    let person_id = actor.reviewer()?;
    let outcome = outcome.ok_or_else(|| Refusal::input("outcome", "refusal-complaint-outcome"))?;
    let words = rules::text("answer", typed, 10, 2_000)?;
    let (step_id, entry_id, notice_id) = (app.new_id(), app.new_id(), app.new_id());
    let link = format!("/complaints/{id}/{}", code(app, id));
    app.db.write(|tx| {
        let (complaint, about) = load(tx, id)?;
        rules::may_answer(&complaint, person_id, works_for(actor, about.as_ref()))?;
        claims::decide(tx, "complaint", id, person_id, now)?;
        if !store::answer(tx, id, &words, outcome, person_id, now)? {
            return Err(Refusal::conflict("refusal-complaint-answered").into());
        }
        store::step(tx, step_id, id, "answered", person_id, outcome.word(), now)?;
        let fact = Answered { complaint: id.to_string(), outcome: outcome.word(), in_time: day_of(now) <= complaint.due_day };
        public_entry::append(tx, entry_id, "complaint_answered", &public_entry::body(&fact)?, now)?;
        if complaint.person_id != 0 {
            people::notify(tx, notice_id, complaint.person_id, "notice-complaint-answered", &[], &link, now)?;
        }
        Ok(())
    })
}

#[derive(Serialize)]
struct Answered {
    complaint: String,
    outcome: &'static str,
    in_time: bool,
}

/// Whoever complained says whether it is solved. Not solved: another reviewer looks at it, with a clock of its own.
pub fn judge(app: &App, id: Id, typed_code: &str, solved: bool, why: &str, now: Micros) -> Result<(), Trouble> {
    if !app.secret.code_fits("complaint", &id.to_string(), typed_code) {
        return Err(Refusal::not_found().into());
    }
    let why = rules::text("why", why, if solved { 0 } else { 5 }, 500)?;
    let step_id = app.new_id();
    app.db.write(|tx| {
        let (complaint, _) = load(tx, id)?;
        let due_day = rules::complaint_due(day_of(now), rules::COMPLAINT_WORKDAYS.get(tx)?);
        if !store::judge(tx, id, solved, due_day)? {
            return Err(Refusal::conflict("refusal-complaint-judged").into());
        }
        Ok(store::step(tx, step_id, id, if solved { "solved" } else { "reopened" }, complaint.person_id, &why, now)?)
    })
}
