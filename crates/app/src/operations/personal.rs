//! What operations hold about a person: the appeals they made in their own name. That there was one and how it ended stays with
//! the decision; what the person wrote goes.

use db::{Fault, Tx, params, sql};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, Personal, civil};

pub fn personal() -> Personal {
    Personal::new("appeals", data_of, erase)
}

fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let rows = tx.query(
        sql("SELECT id, title, decision, statement, made_at, state, reason FROM appeal WHERE person_id = ?1 AND organisation_id = 0 ORDER BY id"),
        params![person_id],
    )?;
    let appeals = rows.iter().map(|row| {
        Ok(json!({
            "id": row.int("id")?.to_string(), "about": row.text("title")?, "decision": row.text("decision")?, "statement": row.text("statement")?,
            "at": civil::rfc3339(row.int("made_at")?), "state": row.text("state")?, "answer": row.text("reason")?,
        }))
    });
    appeals.collect::<Result<Vec<_>, Fault>>().map(Value::Array)
}

fn erase(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<u64, Fault> {
    tx.execute(sql("UPDATE appeal SET statement = '', title = '' WHERE person_id = ?1 AND organisation_id = 0"), params![person_id])
}
