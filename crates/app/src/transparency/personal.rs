//! What supervision holds about a person: what they complained about and asked. The cases stay, since others answered for them; how to reach
//! the person goes.

use db::{Fault, Tx, params, sql};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, Personal, civil};

pub fn personal() -> Personal {
    Personal::new("supervision", data_of, erase)
}

fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let complaints = tx.query(
        sql(
            "SELECT id, kind, body, contact, state, received_at, answer FROM complaint WHERE person_id = ?1 AND person_id <> 0 ORDER BY id",
        ),
        params![person_id],
    )?;
    let questions = tx.query(
        sql("SELECT id, kind, body, is_public, asked_at, answer FROM question WHERE person_id = ?1 AND person_id <> 0 ORDER BY id"),
        params![person_id],
    )?;
    let complaints = complaints.iter().map(|row| {
        Ok(json!({
            "id": row.int("id")?.to_string(), "kind": row.text("kind")?, "body": row.text("body")?, "contact": row.text("contact")?,
            "state": row.text("state")?, "at": civil::rfc3339(row.int("received_at")?), "answer": row.text("answer")?,
        }))
    });
    let questions = questions.iter().map(|row| {
        Ok(json!({
            "id": row.int("id")?.to_string(), "kind": row.text("kind")?, "body": row.text("body")?, "public": row.bool("is_public")?,
            "at": civil::rfc3339(row.int("asked_at")?), "answer": row.text("answer")?,
        }))
    });
    Ok(json!({
        "complaints": complaints.collect::<Result<Vec<_>, Fault>>()?, "questions": questions.collect::<Result<Vec<_>, Fault>>()?,
    }))
}

fn erase(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<u64, Fault> {
    tx.execute(sql("UPDATE complaint SET contact = '' WHERE person_id = ?1 AND person_id <> 0"), params![person_id])
}
