//! What is held about a person in files: those they uploaded for themselves. An organisation's papers stay the organisation's.

use db::{Fault, Tx, params, sql};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, Personal, civil, hex};

pub fn personal() -> Personal {
    Personal::new("files", data_of, erase)
}

fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let rows = tx.query(
        sql("SELECT id, organisation_id, name, kind, bytes, sha256, created_at FROM file WHERE person_id = ?1 ORDER BY id"),
        params![person_id],
    )?;
    let files = rows.iter().map(|row| {
        Ok(json!({
            "path": format!("/files/{}", row.int("id")?), "name": row.text("name")?, "kind": row.text("kind")?, "bytes": row.int("bytes")?,
            "sha256": hex(&row.blob("sha256")?), "at": civil::rfc3339(row.int("created_at")?),
            "of": if row.int("organisation_id")? == 0 { "person" } else { "organisation" },
        }))
    });
    files.collect::<Result<Vec<_>, Fault>>().map(Value::Array)
}

/// The bytes and names of what was the person's own go; the row stays, so that whatever names it still finds something.
fn erase(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<u64, Fault> {
    tx.execute(
        sql("DELETE FROM file_body WHERE file_id IN (SELECT id FROM file WHERE person_id = ?1 AND organisation_id = 0)"),
        params![person_id],
    )?;
    tx.execute(sql("UPDATE file SET name = '', public_since = NULL WHERE person_id = ?1 AND organisation_id = 0"), params![person_id])
}
