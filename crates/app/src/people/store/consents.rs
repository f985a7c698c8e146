//! What people agreed to, in which words. A consent is never overwritten: it ends, and the next one is another row.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::{Id, Micros};
use crate::people::model::{Consent, Purpose};

/// A consent as it is given: its words are kept once and named by their hash.
pub struct Given<'a> {
    pub id: Id,
    pub person_id: Id,
    pub purpose: Purpose,
    pub notice_version: i64,
    pub lang: &'static str,
    pub body: &'a str,
    pub sha256: [u8; 32],
    pub now: Micros,
}

/// Keeps the words of a consent, once.
pub fn keep_words(tx: &mut Tx, given: &Given) -> Result<(), Fault> {
    tx.execute(
        sql("INSERT INTO consent_text (sha256, purpose, lang, body, first_used_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (sha256) DO NOTHING"),
        params![&given.sha256, given.purpose.word(), given.lang, given.body, given.now],
    )
    .map(|_| ())
}

/// Writes a consent down, unless the person holds one of this version already. One of an older version ends with it.
pub fn give(tx: &mut Tx, given: &Given) -> Result<(), Fault> {
    keep_words(tx, given)?;
    tx.execute(
        sql("UPDATE consent SET withdrawn_at = ?4 WHERE person_id = ?1 AND purpose = ?2 AND withdrawn_at IS NULL AND notice_version < ?3"),
        params![given.person_id, given.purpose.word(), given.notice_version, given.now],
    )?;
    tx.execute(
        sql("INSERT INTO consent (id, person_id, purpose, notice_version, text_sha256, given_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT DO NOTHING"),
        params![given.id, given.person_id, given.purpose.word(), given.notice_version, &given.sha256, given.now],
    )
    .map(|_| ())
}

/// Whether a consent of this version (or a later one) is held.
pub fn holds(tx: &mut Tx, person_id: Id, purpose: Purpose, notice_version: i64) -> Result<bool, Fault> {
    let row = tx.query_opt(
        sql("SELECT id FROM consent WHERE person_id = ?1 AND purpose = ?2 AND withdrawn_at IS NULL AND notice_version >= ?3"),
        params![person_id, purpose.word(), notice_version],
    )?;
    Ok(row.is_some())
}

/// False when there was nothing to withdraw.
pub fn withdraw(tx: &mut Tx, person_id: Id, purpose: Purpose, now: Micros) -> Result<bool, Fault> {
    let ended = tx.execute(
        sql("UPDATE consent SET withdrawn_at = ?3 WHERE person_id = ?1 AND purpose = ?2 AND withdrawn_at IS NULL"),
        params![person_id, purpose.word(), now],
    )?;
    Ok(ended == 1)
}

/// Everything a person ever agreed to, the newest first, with the words of then.
pub fn of_person(tx: &mut Tx, person_id: Id) -> Result<Vec<Consent>, Fault> {
    let rows = tx.query(
        sql("SELECT consent.purpose, consent.notice_version, consent.text_sha256, consent.given_at, consent.withdrawn_at, consent_text.body \
             FROM consent JOIN consent_text ON consent_text.sha256 = consent.text_sha256 WHERE consent.person_id = ?1 ORDER BY consent.id DESC"),
        params![person_id],
    )?;
    rows.iter().map(consent).collect()
}

fn consent(row: &Row) -> Result<Consent, Fault> {
    let purpose = row.text("purpose")?;
    Ok(Consent {
        purpose: Purpose::from_word(&purpose).ok_or_else(|| Fault::inconsistent(format!("a consent is for {purpose}")))?,
        notice_version: row.int("notice_version")?,
        sha256: row.blob("text_sha256")?,
        given_at: row.int("given_at")?,
        withdrawn_at: row.opt_int("withdrawn_at")?,
        body: row.text("body")?,
    })
}
