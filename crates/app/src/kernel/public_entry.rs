//! The outbox of public facts. A row is written in the transaction of the fact itself, so that neither exists without
//! the other; the public log takes its entries from here. A body holds public facts only: numbers, ids, hashes,
//! never a name and never free text.

use db::{Fault, Tx, params, sql};
use openbook::{canonical, entry};

use super::{Id, MINUTE_US, Micros};

/// A fact as it stands in its entry.
pub fn body<T: serde::Serialize>(fact: &T) -> Result<String, Fault> {
    serde_json::to_string(fact).map_err(|error| unwritable(&error))
}

/// Appends a public fact. `body` is a JSON object of what [`canonical`] can spell; ids are texts.
pub fn append(tx: &mut Tx, id: Id, kind: &'static str, body: &str, now: Micros) -> Result<(), Fault> {
    let fields = serde_json::from_str(body).map_err(|error| unwritable(&error))?;
    let body = canonical::write(&serde_json::Value::Object(fields)).map_err(|error| unwritable(&error))?;
    // What cannot be an entry is found here, by the fact itself, and not when the log comes to it.
    bytes(kind, &body, now)?;
    tx.execute_one(sql("INSERT INTO public_entry (id, kind, body, created_at) VALUES (?1, ?2, ?3, ?4)"), params![id, kind, &body, now])?;
    tx.execute_one(sql("INSERT INTO public_pending (id) VALUES (?1)"), params![id])
}

/// The bytes of an entry, from its row.
pub fn bytes(kind: &str, body: &str, created_at: Micros) -> Result<Vec<u8>, Fault> {
    entry::spell(created_at.div_euclid(MINUTE_US), kind, body).map_err(|error| unwritable(&error))
}

fn unwritable(error: &dyn std::fmt::Display) -> Fault {
    Fault::inconsistent(format!("a public fact could not be written: {error}"))
}
