//! A copy of everything that is held about a person, made by a job and kept for a week (PIPL art. 45).

use db::Fault;

use crate::kernel::{DAY_US, Id, Refusal, Trouble, allow, civil};
use crate::people::model::Copy;
use crate::people::{notices, store};
use crate::{App, jobs, web};

const COPIES_A_DAY: i64 = 3;
const KEPT: i64 = 7 * DAY_US;

/// Asks for a copy.
pub fn ask(app: &App, person_id: Id) -> Result<Id, Trouble> {
    let (id, job_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    if !app.db.write(|tx| allow(tx, &format!("data-export {person_id}"), DAY_US, COPIES_A_DAY, now))? {
        return Err(Refusal::new(429, "refusal-export-often").into());
    }
    app.db.write(|tx| {
        store::copies::insert(tx, id, person_id, now, now + KEPT)?;
        jobs::enqueue(tx, job_id, "data_export", &id.to_string(), now)
    })?;
    Ok(id)
}

/// The job: every slice gives its part, in one snapshot.
pub fn make(app: &App, payload: &str) -> Result<(), Trouble> {
    let Some(id) = web::parse_id(payload) else { return Ok(()) };
    let Some(person_id) = app.db.read(|tx| store::copies::waiting(tx, id))? else { return Ok(()) };
    let now = app.clock.now();
    let parts = app.db.read(|tx| {
        let mut parts = serde_json::Map::new();
        for personal in app.personal() {
            parts.insert(personal.name.to_owned(), (personal.data_of)(tx, person_id)?);
        }
        Ok::<_, Fault>(parts)
    })?;
    let whole = serde_json::json!({ "as_of": civil::rfc3339(now), "site": app.base_url, "about": parts });
    let body = serde_json::to_vec_pretty(&whole).map_err(|error| Fault::inconsistent(format!("a copy could not be written: {error}")))?;
    let notice = app.new_id();
    app.db.write(|tx| {
        if store::copies::finish(tx, id, &body, now, now + KEPT)? {
            notices::notify(tx, notice, person_id, "notice-export-ready", &[], "/me/export", now)?;
        }
        Ok(())
    })
}

pub fn of_person(app: &App, person_id: Id) -> Result<Vec<Copy>, Fault> {
    let now = app.clock.now();
    app.db.read(|tx| store::copies::of_person(tx, person_id, now))
}

pub fn body(app: &App, id: Id, person_id: Id) -> Result<Vec<u8>, Trouble> {
    let now = app.clock.now();
    app.db.read(|tx| store::copies::body(tx, id, person_id, now))?.ok_or_else(|| Refusal::not_found().into())
}
