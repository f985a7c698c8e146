//! What projects hold about a donor: their objections to changes, and of what they were told. The objections stay in public
//! without a name, as they always were; of what somebody was told nobody needs to know after they have left.

use db::{Fault, Tx, params, sql};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, Personal, civil};

pub fn personal() -> Personal {
    Personal::new("projects", data_of, erase)
}

fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let rows =
        tx.query(sql("SELECT change_id, words, made_at FROM project_objection WHERE person_id = ?1 ORDER BY id"), params![person_id])?;
    let objections = rows.iter().map(|row| {
        Ok(json!({ "change": row.int("change_id")?.to_string(), "words": row.text("words")?, "at": civil::rfc3339(row.int("made_at")?) }))
    });
    Ok(json!({ "objections": objections.collect::<Result<Vec<_>, Fault>>()? }))
}

fn erase(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM project_told WHERE person_id = ?1"), params![person_id])
}
