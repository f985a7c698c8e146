//! Passkeys of staff, and the challenges that were answered.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::{Id, Micros};
use crate::people::model::Passkey;

/// A passkey as it is made.
pub struct NewPasskey<'a> {
    pub id: Id,
    pub person_id: Id,
    pub credential_id: &'a [u8],
    pub public_key: &'a [u8],
    pub sign_count: i64,
    pub name: &'a str,
    pub now: Micros,
}

pub fn insert(tx: &mut Tx, new: &NewPasskey) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO passkey (id, person_id, credential_id, public_key, sign_count, name, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![new.id, new.person_id, new.credential_id, new.public_key, new.sign_count, new.name, new.now],
    )
}

pub fn of_person(tx: &mut Tx, person_id: Id) -> Result<Vec<Passkey>, Fault> {
    let rows = tx.query(
        sql("SELECT id, person_id, credential_id, public_key, sign_count, name, created_at, last_used_at FROM passkey WHERE person_id = ?1 ORDER BY id"),
        params![person_id],
    )?;
    rows.iter().map(passkey).collect()
}

/// The passkey of a member of staff. Whoever is staff no more has none.
pub fn find(tx: &mut Tx, credential_id: &[u8]) -> Result<Option<Passkey>, Fault> {
    let row = tx.query_opt(
        sql("SELECT passkey.id, passkey.person_id, credential_id, public_key, sign_count, passkey.name, passkey.created_at, last_used_at \
             FROM passkey JOIN staff ON staff.person_id = passkey.person_id WHERE credential_id = ?1"),
        params![credential_id],
    )?;
    row.as_ref().map(passkey).transpose()
}

fn passkey(row: &Row) -> Result<Passkey, Fault> {
    Ok(Passkey {
        id: row.int("id")?,
        person_id: row.int("person_id")?,
        credential_id: row.blob("credential_id")?,
        public_key: row.blob("public_key")?,
        sign_count: row.int("sign_count")?,
        name: row.text("name")?,
        created_at: row.int("created_at")?,
        last_used_at: row.opt_int("last_used_at")?,
    })
}

/// Takes the authenticator's new counter over; false when another sign-in has moved it meanwhile, or the key is gone.
pub fn used(tx: &mut Tx, key: &Passkey, sign_count: i64, now: Micros) -> Result<bool, Fault> {
    let moved = tx.execute(
        sql("UPDATE passkey SET sign_count = ?3, last_used_at = ?4 WHERE id = ?1 AND sign_count = ?2"),
        params![key.id, key.sign_count, sign_count, now],
    )?;
    Ok(moved == 1)
}

pub fn remove(tx: &mut Tx, person_id: Id, id: Id) -> Result<bool, Fault> {
    Ok(tx.execute(sql("DELETE FROM passkey WHERE id = ?1 AND person_id = ?2"), params![id, person_id])? == 1)
}

/// Each challenge is answered once; the primary key decides.
pub fn use_challenge(tx: &mut Tx, id: Id, now: Micros) -> Result<bool, Fault> {
    let new =
        tx.execute(sql("INSERT INTO passkey_challenge (id, used_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING"), params![id, now])?;
    Ok(new == 1)
}

pub fn forget_challenges(tx: &mut Tx, before: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM passkey_challenge WHERE used_at < ?1"), params![before])
}
