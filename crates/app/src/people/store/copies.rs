//! Copies of everything that is held about a person: asked for, made, kept for a week; and this slice's own part of them.

use db::{Fault, Row, Tx, params, sql};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, civil, hex};
use crate::people::model::Copy;

pub fn insert(tx: &mut Tx, id: Id, person_id: Id, now: Micros, expires_at: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO data_export (id, person_id, state, requested_at, expires_at) VALUES (?1, ?2, 'waiting', ?3, ?4)"),
        params![id, person_id, now, expires_at],
    )
}

/// Whose copy waits to be made; `None` when it was made, or its person has left.
pub fn waiting(tx: &mut Tx, id: Id) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(sql("SELECT person_id FROM data_export WHERE id = ?1 AND state = 'waiting'"), params![id])?;
    row.map(|row| row.int("person_id")).transpose()
}

/// False when somebody else has made it already.
pub fn finish(tx: &mut Tx, id: Id, body: &[u8], now: Micros, expires_at: Micros) -> Result<bool, Fault> {
    let made = tx.execute(
        sql("UPDATE data_export SET state = 'ready', body = ?2, ready_at = ?3, expires_at = ?4 WHERE id = ?1 AND state = 'waiting'"),
        params![id, body, now, expires_at],
    )?;
    Ok(made == 1)
}

pub fn of_person(tx: &mut Tx, person_id: Id, now: Micros) -> Result<Vec<Copy>, Fault> {
    let rows = tx.query(
        sql("SELECT id, requested_at, ready_at, expires_at, CAST(COALESCE(LENGTH(body), 0) AS BIGINT) AS bytes FROM data_export \
             WHERE person_id = ?1 AND expires_at > ?2 ORDER BY id DESC LIMIT 20"),
        params![person_id, now],
    )?;
    rows.iter().map(copy).collect()
}

fn copy(row: &Row) -> Result<Copy, Fault> {
    Ok(Copy {
        id: row.int("id")?,
        requested_at: row.int("requested_at")?,
        ready_at: row.opt_int("ready_at")?,
        expires_at: row.int("expires_at")?,
        bytes: row.int("bytes")?,
    })
}

/// The bytes, for the person themselves and while they last.
pub fn body(tx: &mut Tx, id: Id, person_id: Id, now: Micros) -> Result<Option<Vec<u8>>, Fault> {
    let row = tx.query_opt(
        sql("SELECT body FROM data_export WHERE id = ?1 AND person_id = ?2 AND state = 'ready' AND expires_at > ?3"),
        params![id, person_id, now],
    )?;
    row.map(|row| row.blob("body")).transpose()
}

pub fn forget(tx: &mut Tx, now: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM data_export WHERE expires_at <= ?1"), params![now])
}

/// Everything that this slice holds about a person. Secrets (password, one-time code, session tokens) are not data about them.
pub fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let person = tx.query_one(sql("SELECT name, created_at FROM person WHERE id = ?1"), params![person_id])?;
    let phones = tx.query(sql("SELECT phone, verified_at FROM person_phone WHERE person_id = ?1 ORDER BY phone"), params![person_id])?;
    let staff = tx.query_opt(sql("SELECT login FROM staff WHERE person_id = ?1"), params![person_id])?;
    let sessions =
        tx.query(sql("SELECT strength, created_at, expires_at FROM session WHERE person_id = ?1 ORDER BY created_at"), params![person_id])?;
    let notices = tx.query(
        sql("SELECT message, arguments, link, created_at, read_at FROM notice WHERE person_id = ?1 ORDER BY id"),
        params![person_id],
    )?;
    let passkeys =
        tx.query(sql("SELECT name, created_at, last_used_at FROM passkey WHERE person_id = ?1 ORDER BY id"), params![person_id])?;
    let identities = super::wechat::identities(tx, person_id)?;
    let consents = super::consents::of_person(tx, person_id)?;
    let time = civil::rfc3339;
    Ok(json!({
        "id": person_id.to_string(),
        "name": person.text("name")?,
        "since": time(person.int("created_at")?),
        "phones": phones.iter().map(|r| Ok(json!({ "phone": r.text("phone")?, "verified_at": time(r.int("verified_at")?) })))
            .collect::<Result<Vec<_>, Fault>>()?,
        "staff_login": staff.map(|r| r.text("login")).transpose()?,
        "wechat": identities.iter().map(|i| json!({
            "kind": i.kind, "appid": i.appid, "openid": i.openid, "unionid": i.unionid, "linked_at": time(i.linked_at), "seen_at": time(i.seen_at),
        })).collect::<Vec<_>>(),
        "consents": consents.iter().map(|c| json!({
            "purpose": c.purpose.word(), "notice_version": c.notice_version, "words": c.body, "words_sha256": hex(&c.sha256),
            "given_at": time(c.given_at), "withdrawn_at": c.withdrawn_at.map(time),
        })).collect::<Vec<_>>(),
        "passkeys": passkeys.iter().map(|r| Ok(json!({
            "name": r.text("name")?, "created_at": time(r.int("created_at")?), "last_used_at": r.opt_int("last_used_at")?.map(time),
        }))).collect::<Result<Vec<_>, Fault>>()?,
        "sessions": sessions.iter().map(|r| Ok(json!({
            "strength": r.text("strength")?, "since": time(r.int("created_at")?), "until": time(r.int("expires_at")?),
        }))).collect::<Result<Vec<_>, Fault>>()?,
        "notices": notices.iter().map(|r| Ok(json!({
            "message": r.text("message")?, "arguments": serde_json::from_str::<Value>(&r.text("arguments")?).unwrap_or_default(),
            "link": r.text("link")?, "at": time(r.int("created_at")?), "read_at": r.opt_int("read_at")?.map(time),
        }))).collect::<Result<Vec<_>, Fault>>()?,
    }))
}

/// Erases who a person is. Their row stays, empty, so that the books still point somewhere; their consents stay as proof that they were given.
pub fn erase(tx: &mut Tx, person_id: Id, now: Micros) -> Result<u64, Fault> {
    let mut rows = 0;
    for statement in [
        sql("DELETE FROM outgoing_message WHERE address IN (SELECT phone FROM person_phone WHERE person_id = ?1)"),
        sql("DELETE FROM phone_code WHERE phone IN (SELECT phone FROM person_phone WHERE person_id = ?1)"),
        sql("DELETE FROM wechat_pending WHERE openid IN (SELECT openid FROM wechat_identity WHERE person_id = ?1)"),
        sql("DELETE FROM person_phone WHERE person_id = ?1"),
        sql("DELETE FROM wechat_union WHERE person_id = ?1"),
        sql("DELETE FROM wechat_identity WHERE person_id = ?1"),
        sql("DELETE FROM passkey WHERE person_id = ?1"),
        sql("DELETE FROM staff WHERE person_id = ?1"),
        sql("DELETE FROM session WHERE person_id = ?1"),
        sql("DELETE FROM notice WHERE person_id = ?1"),
        sql("DELETE FROM data_export WHERE person_id = ?1"),
        sql("DELETE FROM desk_claim WHERE person_id = ?1"),
    ] {
        rows += tx.execute(statement, params![person_id])?;
    }
    rows +=
        tx.execute(sql("UPDATE consent SET withdrawn_at = ?2 WHERE person_id = ?1 AND withdrawn_at IS NULL"), params![person_id, now])?;
    rows +=
        tx.execute(sql("UPDATE person SET name = '', restricted_at = COALESCE(restricted_at, ?2) WHERE id = ?1"), params![person_id, now])?;
    Ok(rows)
}

pub fn has_left(tx: &mut Tx, person_id: Id) -> Result<bool, Fault> {
    Ok(tx.query_opt(sql("SELECT id FROM person WHERE id = ?1 AND restricted_at IS NOT NULL"), params![person_id])?.is_some())
}

/// When the session of a token began.
pub fn session_began(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<Micros>, Fault> {
    let row = tx.query_opt(sql("SELECT created_at FROM session WHERE token_hash = ?1"), params![token_hash])?;
    row.map(|row| row.int("created_at")).transpose()
}
