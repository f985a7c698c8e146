//! What settlement's pages read, and the two decisions a reviewer writes.

use db::{Fault, Tx, params, sql};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};
use crate::projects::fund;

/// One charity's day on the public page.
pub struct BillDay {
    pub organisation_id: Id,
    pub organisation: String,
    pub english_organisation: String,
    pub day: Day,
    pub agrees: bool,
    pub bill_gifts: i64,
    pub bill_fen: i64,
    pub ledger_gifts: i64,
    pub ledger_fen: i64,
    /// Given back: on the bill and in the ledger.
    pub bill_refunds_fen: i64,
    pub ledger_refunds_fen: i64,
    /// Payments on the bill that never entered the books and are given back.
    pub aside_payments: i64,
    pub aside_payments_fen: i64,
    pub sha1: String,
    pub checked_at: Micros,
}

/// Bill days, newest first; of one charity, or of all when `organisation_id` is 0.
pub fn bill_days(tx: &mut Tx, organisation_id: Id, limit: i64, offset: i64) -> Result<Vec<BillDay>, Fault> {
    tx.query(
        sql("SELECT bill_day.organisation_id, organisation.name, organisation.english_name, bill_day.day, bill_day.state, bill_day.bill_gifts, bill_day.bill_fen, \
                    bill_day.ledger_gifts, bill_day.ledger_fen, bill_day.bill_refunds_fen, bill_day.ledger_refunds_fen, bill_day.aside_payments, \
                    bill_day.aside_payments_fen, bill_day.sha1, bill_day.checked_at FROM bill_day \
             JOIN organisation ON organisation.id = bill_day.organisation_id \
             WHERE (?1 = 0 OR bill_day.organisation_id = ?1) AND (bill_day.bill_gifts > 0 OR bill_day.ledger_gifts > 0 OR bill_day.bill_refunds > 0 OR bill_day.ledger_refunds > 0 OR bill_day.aside_refunds > 0) \
             ORDER BY bill_day.day DESC, bill_day.organisation_id LIMIT ?2 OFFSET ?3"),
        params![organisation_id, limit, offset],
    )?
    .iter()
    .map(|row| {
        Ok(BillDay {
            organisation_id: row.int("organisation_id")?,
            organisation: row.text("name")?,
            english_organisation: row.text("english_name")?,
            day: row.int("day")?,
            agrees: row.text("state")? == "agrees",
            bill_gifts: row.int("bill_gifts")?,
            bill_fen: row.int("bill_fen")?,
            ledger_gifts: row.int("ledger_gifts")?,
            ledger_fen: row.int("ledger_fen")?,
            bill_refunds_fen: row.int("bill_refunds_fen")?,
            ledger_refunds_fen: row.int("ledger_refunds_fen")?,
            aside_payments: row.int("aside_payments")?,
            aside_payments_fen: row.int("aside_payments_fen")?,
            sha1: row.text("sha1")?,
            checked_at: row.int("checked_at")?,
        })
    })
    .collect()
}

/// Sums over all reconciled days, and what the ledger holds altogether.
#[derive(Default)]
pub struct Sums {
    pub days: i64,
    pub days_differing: i64,
    pub bill_gifts: i64,
    pub bill_fen: i64,
    pub ledger_gifts: i64,
    pub ledger_fen: i64,
    /// Given back, on the same days.
    pub bill_refunds_fen: i64,
    pub ledger_refunds_fen: i64,
    /// Everything in the ledger, with days that have no bill yet.
    pub all_fen: i64,
}

pub fn sums(tx: &mut Tx, organisation_id: Id) -> Result<Sums, Fault> {
    let row = tx.query_one(
        sql("SELECT COUNT(*) AS days, COALESCE(CAST(SUM(CASE WHEN state = 'agrees' THEN 0 ELSE 1 END) AS BIGINT), 0) AS differing, \
                    COALESCE(CAST(SUM(bill_gifts) AS BIGINT), 0) AS bill_gifts, COALESCE(CAST(SUM(bill_fen) AS BIGINT), 0) AS bill_fen, \
                    COALESCE(CAST(SUM(ledger_gifts) AS BIGINT), 0) AS ledger_gifts, COALESCE(CAST(SUM(ledger_fen) AS BIGINT), 0) AS ledger_fen, \
                    COALESCE(CAST(SUM(bill_refunds_fen) AS BIGINT), 0) AS bill_refunds_fen, COALESCE(CAST(SUM(ledger_refunds_fen) AS BIGINT), 0) AS ledger_refunds_fen \
             FROM bill_day WHERE ?1 = 0 OR organisation_id = ?1"),
        params![organisation_id],
    )?;
    let all = tx.query_one(
        sql("SELECT COALESCE(CAST(SUM(gifts_fen - refunds_fen) AS BIGINT), 0) AS gifts_fen FROM channel_day \
             WHERE ?1 = 0 OR organisation_id = ?1"),
        params![organisation_id],
    )?;
    let waiting = fund::waiting(tx)?;
    let waiting = waiting.iter().filter(|d| organisation_id == 0 || d.recipient_id == organisation_id);
    let fen: i64 = waiting.map(|d| d.amount_fen).sum();
    Ok(Sums {
        days: row.int("days")?,
        days_differing: row.int("differing")?,
        bill_gifts: row.int("bill_gifts")?,
        bill_fen: row.int("bill_fen")?,
        ledger_gifts: row.int("ledger_gifts")?,
        ledger_fen: row.int("ledger_fen")?,
        bill_refunds_fen: row.int("bill_refunds_fen")?,
        ledger_refunds_fen: row.int("ledger_refunds_fen")?,
        all_fen: all.int("gifts_fen")? + fen,
    })
}

/// A genuine confirmation that a person has to decide about, or has decided about.
pub struct HeldRow {
    pub id: Id,
    pub reason: String,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub mchid: String,
    pub amount_fen: i64,
    pub currency: String,
    pub received_at: Micros,
    pub resolved_at: Option<Micros>,
    pub resolution: String,
    /// The money lies on an account of a charity of ours, so it can be given back from here.
    pub refundable: bool,
}

/// Open ones oldest first, then the newest resolved ones.
pub fn held(tx: &mut Tx, limit: i64) -> Result<Vec<HeldRow>, Fault> {
    tx.query(
        sql("SELECT id, reason, out_trade_no, transaction_id, mchid, amount_fen, currency, received_at, resolved_at, resolution, \
                    CASE WHEN reason <> 'unexpected_refund' AND currency = 'CNY' AND EXISTS (SELECT 1 FROM merchant WHERE merchant.mchid = held_notification.mchid) \
                         THEN 1 ELSE 0 END AS refundable FROM held_notification \
             ORDER BY CASE WHEN resolved_at IS NULL THEN 0 ELSE 1 END, CASE WHEN resolved_at IS NULL THEN received_at ELSE 0 - received_at END, id LIMIT ?1"),
        params![limit],
    )?
    .iter()
    .map(|row| {
        Ok(HeldRow {
            id: row.int("id")?,
            reason: row.text("reason")?,
            out_trade_no: row.text("out_trade_no")?,
            transaction_id: row.text("transaction_id")?,
            mchid: row.text("mchid")?,
            amount_fen: row.int("amount_fen")?,
            currency: row.text("currency")?,
            received_at: row.int("received_at")?,
            resolved_at: row.opt_int("resolved_at")?,
            resolution: row.text("resolution")?,
            refundable: row.bool("refundable")?,
        })
    })
    .collect()
}

/// Closes a held confirmation; false when somebody else did, or it is not there.
pub fn resolve_held(tx: &mut Tx, id: Id, person_id: Id, resolution: &str, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE held_notification SET resolved_at = ?2, resolved_by = ?3, resolution = ?4 WHERE id = ?1 AND resolved_at IS NULL"),
        params![id, now, person_id, resolution],
    )?;
    Ok(changed == 1)
}

/// A difference between a bill and the ledger.
pub struct CaseRow {
    pub id: Id,
    pub organisation: String,
    pub day: Day,
    pub kind: String,
    pub out_trade_no: String,
    pub bill_fen: i64,
    pub ledger_fen: i64,
    pub opened_at: Micros,
    pub resolved_at: Option<Micros>,
    pub resolution: String,
}

pub fn cases(tx: &mut Tx, limit: i64) -> Result<Vec<CaseRow>, Fault> {
    tx.query(
        sql("SELECT reconciliation_case.id, organisation.name, reconciliation_case.day, reconciliation_case.kind, reconciliation_case.out_trade_no, \
                    reconciliation_case.bill_fen, reconciliation_case.ledger_fen, reconciliation_case.opened_at, reconciliation_case.resolved_at, \
                    reconciliation_case.resolution FROM reconciliation_case JOIN organisation ON organisation.id = reconciliation_case.organisation_id \
             ORDER BY CASE WHEN reconciliation_case.resolved_at IS NULL THEN 0 ELSE 1 END, \
                      CASE WHEN reconciliation_case.resolved_at IS NULL THEN reconciliation_case.opened_at ELSE 0 - reconciliation_case.opened_at END, \
                      reconciliation_case.id LIMIT ?1"),
        params![limit],
    )?
    .iter()
    .map(|row| {
        Ok(CaseRow {
            id: row.int("id")?,
            organisation: row.text("name")?,
            day: row.int("day")?,
            kind: row.text("kind")?,
            out_trade_no: row.text("out_trade_no")?,
            bill_fen: row.int("bill_fen")?,
            ledger_fen: row.int("ledger_fen")?,
            opened_at: row.int("opened_at")?,
            resolved_at: row.opt_int("resolved_at")?,
            resolution: row.text("resolution")?,
        })
    })
    .collect()
}

pub fn resolve_case(tx: &mut Tx, id: Id, person_id: Id, resolution: &str, now: Micros) -> Result<bool, Fault> {
    let changed = tx.execute(
        sql("UPDATE reconciliation_case SET resolved_at = ?2, resolved_by = ?3, resolution = ?4 WHERE id = ?1 AND resolved_at IS NULL"),
        params![id, now, person_id, resolution],
    )?;
    Ok(changed == 1)
}

/// Notifications that were refused at the door.
pub struct RefusedRow {
    pub day: Day,
    pub reason: String,
    pub times: i64,
    pub last_at: Micros,
    pub last_detail: String,
}

pub fn refused(tx: &mut Tx, since: Day) -> Result<Vec<RefusedRow>, Fault> {
    tx.query(
        sql("SELECT day, reason, times, last_at, last_detail FROM refused_notification WHERE day >= ?1 ORDER BY day DESC, reason"),
        params![since],
    )?
    .iter()
    .map(|row| {
        Ok(RefusedRow {
            day: row.int("day")?,
            reason: row.text("reason")?,
            times: row.int("times")?,
            last_at: row.int("last_at")?,
            last_detail: row.text("last_detail")?,
        })
    })
    .collect()
}

/// Notifications that were refused at the door, over all days.
pub fn refused_by_reason(tx: &mut Tx) -> Result<Vec<(String, i64)>, Fault> {
    let rows = tx.query(
        sql("SELECT reason, CAST(SUM(times) AS BIGINT) AS times FROM refused_notification GROUP BY reason ORDER BY reason"),
        params![],
    )?;
    rows.iter().map(|row| Ok((row.text("reason")?, row.int("times")?))).collect()
}

/// How the machinery stands: what waits in each of its queues.
pub struct Health {
    pub unfolded_batches: i64,
    pub unlisted_batches: i64,
    pub open_orders: i64,
    pub waiting_intents: i64,
}

pub fn health(tx: &mut Tx) -> Result<Health, Fault> {
    let row = tx.query_one(
        sql("SELECT (SELECT COUNT(*) FROM gift_delta) AS unfolded, (SELECT COUNT(*) FROM gift_tail) AS unlisted, \
                    (SELECT COUNT(*) FROM channel_order WHERE state = 'ordered') AS open_orders, \
                    (SELECT COUNT(*) FROM channel_order WHERE state = 'waiting') AS waiting_intents"),
        params![],
    )?;
    Ok(Health {
        unfolded_batches: row.int("unfolded")?,
        unlisted_batches: row.int("unlisted")?,
        open_orders: row.int("open_orders")?,
        waiting_intents: row.int("waiting_intents")?,
    })
}
