//! The members of a closed deployment (a village, a unit), by phone number: only they look and give there.

use db::{Fault, Tx, params, sql};

use super::{Id, Micros};

/// Whether a person's verified phone number is on the list.
pub fn is_member(tx: &mut Tx, person_id: Id) -> Result<bool, Fault> {
    let row = tx.query_opt(
        sql("SELECT member.phone FROM person_phone JOIN member ON member.phone = person_phone.phone \
             WHERE person_phone.person_id = ?1 AND member.ended_at IS NULL LIMIT 1"),
        params![person_id],
    )?;
    Ok(row.is_some())
}

/// Somebody on the list.
pub struct Member {
    pub phone: String,
    /// How the operator knows them: house, department.
    pub note: String,
    pub added_at: Micros,
}

/// Those on the list now, the newest first.
pub fn list(tx: &mut Tx, limit: i64) -> Result<Vec<Member>, Fault> {
    let rows = tx.query(
        sql("SELECT phone, note, added_at FROM member WHERE ended_at IS NULL ORDER BY added_at DESC, phone LIMIT ?1"),
        params![limit],
    )?;
    rows.iter().map(|row| Ok(Member { phone: row.text("phone")?, note: row.text("note")?, added_at: row.int("added_at")? })).collect()
}

/// Puts a number on the list, or back on it.
pub fn add(tx: &mut Tx, phone: &str, note: &str, by: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO member (phone, note, added_by, added_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (phone) DO UPDATE SET note = excluded.note, added_by = excluded.added_by, added_at = excluded.added_at, ended_at = NULL"),
        params![phone, note, by, now],
    )
}

/// Takes a number off the list; false when it is not on it.
pub fn end(tx: &mut Tx, phone: &str, now: Micros) -> Result<bool, Fault> {
    Ok(tx.execute(sql("UPDATE member SET ended_at = ?2 WHERE phone = ?1 AND ended_at IS NULL"), params![phone, now])? == 1)
}
