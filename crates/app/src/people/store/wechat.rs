//! Who is whom in WeChat, and who waits to be linked.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::{Id, Micros};
use crate::people::model::{Identity, WeChatUser};

pub fn owner(tx: &mut Tx, appid: &str, openid: &str) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(sql("SELECT person_id FROM wechat_identity WHERE appid = ?1 AND openid = ?2"), params![appid, openid])?;
    row.map(|row| row.int("person_id")).transpose()
}

pub fn owner_of_union(tx: &mut Tx, unionid: &str) -> Result<Option<Id>, Fault> {
    let row = tx.query_opt(sql("SELECT person_id FROM wechat_union WHERE unionid = ?1"), params![unionid])?;
    row.map(|row| row.int("person_id")).transpose()
}

/// The unique keys decide when two hands link the same WeChat user at once.
pub fn link(tx: &mut Tx, id: Id, user: &WeChatUser, person_id: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO wechat_identity (id, appid, openid, person_id, kind, unionid, linked_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)"),
        params![id, &user.appid, &user.openid, person_id, user.kind, &user.unionid, now],
    )?;
    learn_union(tx, user, person_id)
}

/// Remembers a unionid for the person who has the openid; somebody else's stays theirs.
pub fn learn_union(tx: &mut Tx, user: &WeChatUser, person_id: Id) -> Result<(), Fault> {
    if !user.unionid.is_empty() {
        tx.execute(
            sql("INSERT INTO wechat_union (unionid, person_id) VALUES (?1, ?2) ON CONFLICT (unionid) DO NOTHING"),
            params![&user.unionid, person_id],
        )?;
        tx.execute(
            sql("UPDATE wechat_identity SET unionid = ?3 WHERE appid = ?1 AND openid = ?2 AND unionid = ''"),
            params![&user.appid, &user.openid, &user.unionid],
        )?;
    }
    Ok(())
}

/// They came by this one just now.
pub fn seen(tx: &mut Tx, user: &WeChatUser, now: Micros) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE wechat_identity SET seen_at = ?3 WHERE appid = ?1 AND openid = ?2"), params![&user.appid, &user.openid, now])
}

pub fn identities(tx: &mut Tx, person_id: Id) -> Result<Vec<Identity>, Fault> {
    let rows = tx.query(
        sql("SELECT id, appid, openid, kind, unionid, linked_at, seen_at FROM wechat_identity WHERE person_id = ?1 ORDER BY id"),
        params![person_id],
    )?;
    rows.iter().map(identity).collect()
}

fn identity(row: &Row) -> Result<Identity, Fault> {
    Ok(Identity {
        id: row.int("id")?,
        appid: row.text("appid")?,
        openid: row.text("openid")?,
        kind: row.text("kind")?,
        unionid: row.text("unionid")?,
        linked_at: row.int("linked_at")?,
        seen_at: row.int("seen_at")?,
    })
}

/// The openid by which a person last came under one app: who pays there, if anybody.
pub fn open_id(tx: &mut Tx, person_id: Id, appid: &str) -> Result<Option<String>, Fault> {
    let row = tx.query_opt(
        sql("SELECT openid FROM wechat_identity WHERE person_id = ?1 AND appid = ?2 ORDER BY seen_at DESC, id DESC LIMIT 1"),
        params![person_id, appid],
    )?;
    row.map(|row| row.text("openid")).transpose()
}

/// Takes an identity away from its person; false when they have none with this id. A unionid that no identity of theirs carries any more goes too.
pub fn unlink(tx: &mut Tx, person_id: Id, id: Id) -> Result<bool, Fault> {
    let gone = tx.execute(sql("DELETE FROM wechat_identity WHERE id = ?1 AND person_id = ?2"), params![id, person_id])?;
    tx.execute(
        sql("DELETE FROM wechat_union WHERE person_id = ?1 AND NOT EXISTS \
             (SELECT 1 FROM wechat_identity WHERE wechat_identity.person_id = ?1 AND wechat_identity.unionid = wechat_union.unionid)"),
        params![person_id],
    )?;
    Ok(gone == 1)
}

pub fn insert_pending(tx: &mut Tx, token_hash: &[u8], user: &WeChatUser, expires_at: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO wechat_pending (token_hash, appid, openid, unionid, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)"),
        params![token_hash, &user.appid, &user.openid, &user.unionid, expires_at],
    )
}

/// Whom a browser's token stands for, while it lasts. Only the official account's users wait: a mini-program has no page of ours.
pub fn pending(tx: &mut Tx, token_hash: &[u8], now: Micros) -> Result<Option<WeChatUser>, Fault> {
    let row = tx.query_opt(
        sql("SELECT appid, openid, unionid FROM wechat_pending WHERE token_hash = ?1 AND expires_at > ?2"),
        params![token_hash, now],
    )?;
    row.map(|row| {
        Ok(WeChatUser { appid: row.text("appid")?, openid: row.text("openid")?, unionid: row.text("unionid")?, kind: "official_account" })
    })
    .transpose()
}

pub fn end_pending(tx: &mut Tx, token_hash: &[u8]) -> Result<(), Fault> {
    tx.execute(sql("DELETE FROM wechat_pending WHERE token_hash = ?1"), params![token_hash]).map(|_| ())
}

pub fn forget_pending(tx: &mut Tx, now: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM wechat_pending WHERE expires_at <= ?1"), params![now])
}
