//! What a finance e-invoice service was asked, and what it has not answered yet.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::{Id, Micros};

/// A request that has no answer yet, or had one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiscalRequest {
    pub id: Id,
    /// 冲红 of a receipt, and not a receipt.
    pub reversal: bool,
    pub application_id: Id,
    pub receipt_id: Id,
    pub body: String,
    pub amount_fen: i64,
    pub asked_by: Id,
    pub asked_at: Micros,
    pub tries: i64,
    pub next_at: Micros,
    pub last_error: String,
    pub state: String,
}

fn read(row: &Row) -> Result<FiscalRequest, Fault> {
    Ok(FiscalRequest {
        id: row.int("id")?,
        reversal: row.text("kind")? == "reversal",
        application_id: row.int("application_id")?,
        receipt_id: row.int("receipt_id")?,
        body: row.text("body")?,
        amount_fen: row.int("amount_fen")?,
        asked_by: row.int("asked_by")?,
        asked_at: row.int("asked_at")?,
        tries: row.int("tries")?,
        next_at: row.int("next_at")?,
        last_error: row.text("last_error")?,
        state: row.text("state")?,
    })
}

/// Keeps a request; the unique key allows one of a kind for an application at a time.
pub fn insert(tx: &mut Tx, r: &FiscalRequest) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO fiscal_request (id, kind, application_id, receipt_id, state, body, amount_fen, asked_by, asked_at, tries, next_at, last_error) \
             VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8, 0, ?8, '')"),
        params![
            r.id,
            if r.reversal { "reversal" } else { "issue" },
            r.application_id,
            r.receipt_id,
            &r.body,
            r.amount_fen,
            r.asked_by,
            r.asked_at
        ],
    )
}

/// Requests whose turn it is, the longest due first; each is left alone by others until `until`.
pub fn claim_due(tx: &mut Tx, now: Micros, until: Micros, limit: i64) -> Result<Vec<FiscalRequest>, Fault> {
    let due = tx.query(
        sql("SELECT * FROM fiscal_request WHERE state = 'pending' AND next_at <= ?1 ORDER BY next_at, id LIMIT ?2"),
        params![now, limit],
    )?;
    let mut claimed = Vec::new();
    for row in &due {
        let request = read(row)?;
        let taken = tx.execute(
            sql("UPDATE fiscal_request SET tries = tries + 1, next_at = ?3 WHERE id = ?1 AND state = 'pending' AND next_at = ?2"),
            params![request.id, request.next_at, until],
        )?;
        if taken == 1 {
            claimed.push(FiscalRequest { tries: request.tries + 1, ..request });
        }
    }
    Ok(claimed)
}

/// Ends a request; false when it has ended already.
pub fn end(tx: &mut Tx, id: Id, done: bool, why: &str) -> Result<bool, Fault> {
    let ended = tx.execute(
        sql("UPDATE fiscal_request SET state = ?2, last_error = ?3 WHERE id = ?1 AND state = 'pending'"),
        params![id, if done { "done" } else { "refused" }, why],
    )?;
    Ok(ended == 1)
}

/// Nothing is known yet: it is asked again at `next_at`.
pub fn again(tx: &mut Tx, id: Id, next_at: Micros, why: &str) -> Result<(), Fault> {
    tx.execute(
        sql("UPDATE fiscal_request SET next_at = ?2, last_error = ?3 WHERE id = ?1 AND state = 'pending'"),
        params![id, next_at, why],
    )
    .map(|_| ())
}

/// The latest request for an application, if the service was ever asked.
pub fn latest(tx: &mut Tx, application_id: Id) -> Result<Option<FiscalRequest>, Fault> {
    tx.query_opt(sql("SELECT * FROM fiscal_request WHERE application_id = ?1 ORDER BY id DESC LIMIT 1"), params![application_id])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Whether the reversal of a receipt has been asked for and not answered.
pub fn reversal_pending(tx: &mut Tx, receipt_id: Id) -> Result<bool, Fault> {
    let row = tx.query_opt(
        sql("SELECT id FROM fiscal_request WHERE receipt_id = ?1 AND kind = 'reversal' AND state = 'pending'"),
        params![receipt_id],
    )?;
    Ok(row.is_some())
}
