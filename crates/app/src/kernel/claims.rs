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
pub fn take_up(tx: &mut Tx, thing: &'static str, thing_id: Id, person_id: Id, now: Micros) -> Result<(), Trouble> {
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
pub fn decide(tx: &mut Tx, thing: &'static str, thing_id: Id, person_id: Id, now: Micros) -> Result<(), Trouble> {
    if holder(tx, thing, thing_id, now)?.is_some_and(|claim| claim.person_id != person_id) {
        return Err(refusal(tx, thing, thing_id, now)?.into());
    }
    tx.execute(sql("DELETE FROM desk_claim WHERE thing = ?1 AND thing_id = ?2"), params![thing, thing_id])?;
    Ok(())
}

/// Gives one's own claim back.
pub fn let_go(tx: &mut Tx, thing: &'static str, thing_id: Id, person_id: Id) -> Result<(), Fault> {
    tx.execute(sql("DELETE FROM desk_claim WHERE thing = ?1 AND thing_id = ?2 AND person_id = ?3"), params![thing, thing_id, person_id])
        .map(|_| ())
}

fn refusal(tx: &mut Tx, thing: &str, thing_id: Id, now: Micros) -> Result<Refusal, Fault> {
    let until = holder(tx, thing, thing_id, now)?.map_or(now, |claim| claim.ends_at);
    Ok(Refusal::conflict("refusal-claimed").with("until", civil::minute_text(until)))
}
