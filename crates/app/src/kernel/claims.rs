//! Taking something up at a desk: for half an hour it is seen by everyone that this person has it, and nobody else decides it.
//! A claim is a courtesy with teeth, not a lock: it ends by itself, and what is decided is still guarded by its own statement.

use db::{Fault, Tx, params, sql};

use super::{Id, MINUTE_US, Micros, Refusal, Trouble, civil};

const LASTS: Micros = 30 * MINUTE_US;

/// Who has something, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub person_id: Id,
    pub taken_at: Micros,
    pub ends_at: Micros,
}

/// Takes it up, or prolongs one's own claim. Refused while somebody else has it.
pub fn take_up(tx: &mut Tx, thing: &str, thing_id: Id, person_id: Id, now: Micros) -> Result<(), Trouble> {
    let taken = tx.execute(
        sql("INSERT INTO desk_claim (thing, thing_id, person_id, taken_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (thing, thing_id) DO UPDATE SET person_id = excluded.person_id, ends_at = excluded.ends_at, \
               taken_at = CASE WHEN desk_claim.person_id = excluded.person_id AND desk_claim.ends_at > excluded.taken_at \
                               THEN desk_claim.taken_at ELSE excluded.taken_at END \
             WHERE desk_claim.person_id = excluded.person_id OR desk_claim.ends_at <= excluded.taken_at"),
        params![thing, thing_id, person_id, now, now + LASTS],
    )?;
    if taken == 1 { Ok(()) } else { Err(refusal(tx, thing, thing_id, now)?.into()) }
}

/// Who has it now.
pub fn holder(tx: &mut Tx, thing: &str, thing_id: Id, now: Micros) -> Result<Option<Claim>, Fault> {
    let row = tx.query_opt(
        sql("SELECT person_id, taken_at, ends_at FROM desk_claim WHERE thing = ?1 AND thing_id = ?2 AND ends_at > ?3"),
        params![thing, thing_id, now],
    )?;
    row.map(|row| Ok(Claim { person_id: row.int("person_id")?, taken_at: row.int("taken_at")?, ends_at: row.int("ends_at")? })).transpose()
}

/// Whoever decides asks this first, in the transaction of the decision: refused while somebody else has it. The claim ends
/// with the decision.
pub fn decide(tx: &mut Tx, thing: &str, thing_id: Id, person_id: Id, now: Micros) -> Result<(), Trouble> {
    if holder(tx, thing, thing_id, now)?.is_some_and(|claim| claim.person_id != person_id) {
        return Err(refusal(tx, thing, thing_id, now)?.into());
    }
    tx.execute(sql("DELETE FROM desk_claim WHERE thing = ?1 AND thing_id = ?2"), params![thing, thing_id])?;
    Ok(())
}

/// Gives one's own claim back.
pub fn let_go(tx: &mut Tx, thing: &str, thing_id: Id, person_id: Id) -> Result<(), Fault> {
    tx.execute(sql("DELETE FROM desk_claim WHERE thing = ?1 AND thing_id = ?2 AND person_id = ?3"), params![thing, thing_id, person_id])
        .map(|_| ())
}

fn refusal(tx: &mut Tx, thing: &str, thing_id: Id, now: Micros) -> Result<Refusal, Fault> {
    let until = holder(tx, thing, thing_id, now)?.map_or(now, |claim| claim.ends_at);
    Ok(Refusal::conflict("refusal-claimed").with("until", civil::minute_text(until)))
}

/// The name of who has something, for those who sit at the same desk.
pub fn holder_name(tx: &mut Tx, person_id: Id) -> Result<String, Fault> {
    let row = tx.query_opt(sql("SELECT name FROM person WHERE id = ?1"), params![person_id])?;
    row.map_or(Ok(String::new()), |row| row.text("name"))
}

/// A claim that holds now, with the name of who has it.
pub struct Held {
    pub thing: String,
    pub thing_id: Id,
    pub person_id: Id,
    pub name: String,
    pub ends_at: Micros,
}

/// Every claim that holds now.
pub fn held_now(tx: &mut Tx, now: Micros) -> Result<Vec<Held>, Fault> {
    let rows = tx.query(
        sql("SELECT desk_claim.thing, desk_claim.thing_id, desk_claim.person_id, desk_claim.ends_at, person.name FROM desk_claim \
             JOIN person ON person.id = desk_claim.person_id WHERE desk_claim.ends_at > ?1 ORDER BY desk_claim.thing, desk_claim.thing_id"),
        params![now],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Held {
                thing: row.text("thing")?,
                thing_id: row.int("thing_id")?,
                person_id: row.int("person_id")?,
                name: row.text("name")?,
                ends_at: row.int("ends_at")?,
            })
        })
        .collect()
}

/// Forgets claims that are over.
pub fn forget(tx: &mut Tx, now: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM desk_claim WHERE ends_at <= ?1"), params![now])
}
