//! The outbox of public facts. A row is written in the transaction of the fact itself, so that neither exists without
//! the other; the public log will take its entries from here. A body holds public facts only: numbers, ids, hashes,
//! never a name and never free text.

use db::{Fault, Tx, params, sql};

use super::{Id, Micros};

/// A fact as it stands in its entry.
pub fn body<T: serde::Serialize>(fact: &T) -> Result<String, Fault> {
    serde_json::to_string(fact).map_err(|error| Fault::inconsistent(format!("a public fact could not be written: {error}")))
}

/// Appends a public fact. `body` is JSON with keys in the order in which they were written.
pub fn append(tx: &mut Tx, id: Id, kind: &'static str, body: &str, now: Micros) -> Result<(), Fault> {
    tx.execute_one(sql("INSERT INTO public_entry (id, kind, body, created_at) VALUES (?1, ?2, ?3, ?4)"), params![id, kind, body, now])
}
