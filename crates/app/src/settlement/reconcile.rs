//! Daily reconciliation: the channel's bill of a charity's day beside our own gifts of that day. Every difference is a
//! case that a person closes with a reason; nobody's gift is changed because a bill says so.
//!
//! Bills exist from 10:00 on the next day and for three months (WeChat Pay, 申请交易账单).

use std::collections::{BTreeMap, HashMap};

use db::{Fault, Tx, params, sql};
use wechat::{BillRow, BillRowState, QueryAnswer};

use crate::App;
use crate::kernel::civil::{Day, day_of, day_text, start_of};
use crate::kernel::{DAY_US, HOUR_US, Id, Micros, Trouble, first_id_at, public_entry};
use crate::projects::fund;
use crate::web::parse_id;

use super::batch::hold_second;
use super::model::Confirmation;
use super::notifications::confirmation;
use super::refunds::bill::{self as refund_bill, Sum};
use super::writer::settle_all;

/// Bills older than this are not to be had any more.
const DAYS_BACK: i64 = 89;
/// Days that differ are looked at again for a week: a late confirmation may have explained them.
const LOOK_AGAIN_DAYS: i64 = 7;

/// A difference between bill and ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub kind: Kind,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub bill_fen: i64,
    pub ledger_fen: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    MissingInLedger,
    MissingInBill,
    AmountDiffers,
    TransactionDiffers,
    /// The bill states a refund that the books do not know, or know and have not posted.
    Refunded,
    /// A refund of ours, with another amount or of another payment.
    RefundDiffers,
    RefundMissingInBill,
}

impl Kind {
    pub const ALL: [Kind; 7] = [
        Kind::MissingInLedger,
        Kind::MissingInBill,
        Kind::AmountDiffers,
        Kind::TransactionDiffers,
        Kind::Refunded,
        Kind::RefundDiffers,
        Kind::RefundMissingInBill,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Kind::MissingInLedger => "missing_in_ledger",
            Kind::MissingInBill => "missing_in_bill",
            Kind::AmountDiffers => "amount_differs",
            Kind::TransactionDiffers => "transaction_differs",
            Kind::Refunded => "refunded",
            Kind::RefundDiffers => "refund_differs",
            Kind::RefundMissingInBill => "refund_missing_in_bill",
        }
    }

    fn is_refund(self) -> bool {
        matches!(self, Kind::Refunded | Kind::RefundDiffers | Kind::RefundMissingInBill)
    }
}

/// Reconciles every charity's days that have a bill by now and are not settled yet.
pub fn catch_up(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    // The newest day whose bill is out: yesterday after ten in the morning, the day before until then.
    let newest = day_of(now - 10 * HOUR_US) - 1;
    for (organisation_id, mchid, opened_day) in merchants(app)? {
        for day in open_days(app, organisation_id, opened_day.max(newest - DAYS_BACK), newest)? {
            if let Err(why) = reconcile_day(app, organisation_id, &mchid, day) {
                // One charity's bill never keeps the others' waiting.
                tracing::warn!(organisation_id, day, ?why, "a day could not be reconciled; it is tried again");
            }
        }
    }
    Ok(())
}

fn merchants(app: &App) -> Result<Vec<(Id, String, Day)>, Fault> {
    app.db.read(|tx| {
        let rows = tx.query(sql("SELECT organisation_id, mchid, opened_at FROM merchant ORDER BY organisation_id"), params![])?;
        rows.iter().map(|r| Ok((r.int("organisation_id")?, r.text("mchid")?, day_of(r.int("opened_at")?)))).collect()
    })
}

/// The days without an agreeing bill.
fn open_days(app: &App, organisation_id: Id, first: Day, last: Day) -> Result<Vec<Day>, Fault> {
    let done: HashMap<Day, bool> = app.db.read(|tx| {
        let rows = tx.query(
            sql("SELECT day, state FROM bill_day WHERE organisation_id = ?1 AND day >= ?2 AND day <= ?3 ORDER BY day"),
            params![organisation_id, first, last],
        )?;
        rows.iter().map(|r| Ok::<_, Fault>((r.int("day")?, r.text("state")? == "agrees"))).collect()
    })?;
    Ok((first..=last)
        .filter(|day| match done.get(day) {
            None => true,
            Some(agrees) => !agrees && *day > last - LOOK_AGAIN_DAYS,
        })
        .collect())
}

/// Compares one day. Payments that the bill knows and we do not are first asked about at the channel and recorded if
/// they are proven: that is how a notification that never came is found at the latest.
pub fn reconcile_day(app: &App, organisation_id: Id, mchid: &str, day: Day) -> Result<(), Trouble> {
    let now = app.clock.now();
    let (bill, sha1) = match app.channel.trade_bill(mchid, day, now) {
        Ok(Some(bill)) => bill,
        Ok(None) => return Ok(()),
        Err(why) => {
            tracing::warn!(organisation_id, day, why = why.0, "a bill could not be used");
            app.settlement.refused.count("bill", &format!("{mchid} {}: {}", day_text(day), why.0), now);
            return Ok(());
        }
    };
    let rows: Vec<&BillRow> = bill.rows.iter().filter(|r| r.sub_mchid.as_deref().unwrap_or(&r.mchid) == mchid).collect();
    let payments: Vec<&BillRow> = rows.iter().copied().filter(|r| r.state == BillRowState::Success).collect();
    ask_about_unknown(app, mchid, &payments)?;
    let refunds: Vec<&BillRow> = rows.iter().copied().filter(|r| r.refund.is_some()).collect();
    refund_bill::ask_about_new(app, mchid, &refunds)?;
    let case_ids: Vec<Id> = (0..rows.len() + 1000).map(|_| app.ids.next(now)).collect();
    let hold_ids: Vec<Id> = payments.iter().map(|_| app.ids.next(now)).collect();
    let entry_id = app.ids.next(now);
    app.db.write(|tx| {
        let known = known_gifts(tx, &payments)?;
        let (mut differences, mut bill, mut aside) = (Vec::new(), Sum::default(), Sum::default());
        for (row, hold_id) in payments.iter().zip(&hold_ids) {
            let difference = compare(row, parse_id(&row.out_trade_no).and_then(|id| known.get(&id)));
            // Paid by mistake, never in the books, and on its way back: understood, and no gift.
            if difference.is_some() && refund_bill::is_given_back(tx, row)? {
                aside.add(row.order_fen);
                continue;
            }
            bill.add(row.order_fen);
            if difference.as_ref().is_some_and(|d| d.kind == Kind::TransactionDiffers) {
                hold_second(tx, *hold_id, &paid_again(row, mchid), now)?;
            }
            differences.extend(difference);
        }
        let returned = refund_bill::compare(tx, organisation_id, day, &refunds)?;
        let refunds_agree = returned.differences.is_empty() && returned.bill == returned.ledger;
        differences.extend(returned.differences);
        let ledger = ledger_day(tx, organisation_id, day)?;
        if ledger != bill || differences.iter().any(|d| !d.kind.is_refund()) {
            differences.extend(missing_in_bill(tx, organisation_id, day, &payments)?);
        }
        let state = if differences.is_empty() && ledger == bill && refunds_agree { "agrees" } else { "differs" };
        tx.execute_one(
            sql("INSERT INTO bill_day (organisation_id, day, state, bill_gifts, bill_fen, ledger_gifts, ledger_fen, sha1, checked_at, \
                        bill_refunds, bill_refunds_fen, ledger_refunds, ledger_refunds_fen, aside_payments, aside_payments_fen, aside_refunds, aside_refunds_fen) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) \
                 ON CONFLICT (organisation_id, day) DO UPDATE SET state = excluded.state, \
                 bill_gifts = excluded.bill_gifts, bill_fen = excluded.bill_fen, ledger_gifts = excluded.ledger_gifts, \
                 ledger_fen = excluded.ledger_fen, sha1 = excluded.sha1, checked_at = excluded.checked_at, \
                 bill_refunds = excluded.bill_refunds, bill_refunds_fen = excluded.bill_refunds_fen, ledger_refunds = excluded.ledger_refunds, \
                 ledger_refunds_fen = excluded.ledger_refunds_fen, aside_payments = excluded.aside_payments, \
                 aside_payments_fen = excluded.aside_payments_fen, aside_refunds = excluded.aside_refunds, aside_refunds_fen = excluded.aside_refunds_fen"),
            params![
                organisation_id,
                day,
                state,
                bill.count,
                bill.fen,
                ledger.count,
                ledger.fen,
                sha1.as_str(),
                now,
                returned.bill.count,
                returned.bill.fen,
                returned.ledger.count,
                returned.ledger.fen,
                aside.count,
                aside.fen,
                returned.aside.count,
                returned.aside.fen
            ],
        )?;
        keep_cases(tx, organisation_id, day, &differences, &case_ids, now)?;
        let body = format!(
            r#"{{"organisation":"{organisation_id}","day":{day},"state":"{state}","bill_gifts":{},"bill_fen":{},"ledger_gifts":{},"ledger_fen":{},"bill_refunds":{},"bill_refunds_fen":{},"ledger_refunds":{},"ledger_refunds_fen":{},"bill_sha1":"{sha1}"}}"#,
            bill.count,
            bill.fen,
            ledger.count,
            ledger.fen,
            returned.bill.count,
            returned.bill.fen,
            returned.ledger.count,
            returned.ledger.fen
        );
        public_entry::append(tx, entry_id, "reconciliation", &body, now)?;
        Ok(())
    })
}

fn paid_again(row: &BillRow, mchid: &str) -> Confirmation {
    Confirmation {
        out_trade_no: row.out_trade_no.clone(),
        transaction_id: row.transaction_id.clone(),
        mchid: mchid.to_owned(),
        amount_fen: row.order_fen,
        currency: row.currency.clone(),
        paid_at: row.traded_at,
    }
}

struct KnownGift {
    amount_fen: i64,
    transaction_id: String,
}

fn compare(row: &BillRow, known: Option<&KnownGift>) -> Option<Difference> {
    let (kind, ledger_fen) = match known {
        None => (Kind::MissingInLedger, 0),
        Some(gift) if gift.transaction_id != row.transaction_id => (Kind::TransactionDiffers, gift.amount_fen),
        Some(gift) if gift.amount_fen != row.order_fen => (Kind::AmountDiffers, gift.amount_fen),
        Some(_) => return None,
    };
    Some(Difference {
        kind,
        out_trade_no: row.out_trade_no.clone(),
        transaction_id: row.transaction_id.clone(),
        bill_fen: row.order_fen,
        ledger_fen,
    })
}

fn known_gifts(tx: &mut Tx, payments: &[&BillRow]) -> Result<HashMap<Id, KnownGift>, Fault> {
    let mut ids: Vec<Id> = payments.iter().filter_map(|r| parse_id(&r.out_trade_no)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut known = HashMap::with_capacity(ids.len());
    tx.bulk_find(sql("SELECT id, amount_fen, transaction_id FROM gift WHERE id IN (?ids)"), &ids, |row| {
        known.insert(row.int(0)?, KnownGift { amount_fen: row.int(1)?, transaction_id: row.text(2)?.to_owned() });
        Ok(())
    })?;
    Ok(known)
}

/// The ledger's figures of a charity's day, with what is not rolled up yet.
fn ledger_day(tx: &mut Tx, organisation_id: Id, day: Day) -> Result<Sum, Fault> {
    let row = tx.query_opt(
        sql("SELECT gifts, gifts_fen FROM channel_day WHERE organisation_id = ?1 AND day = ?2"),
        params![organisation_id, day],
    )?;
    let mut sum = match row {
        Some(row) => Sum { count: row.int("gifts")?, fen: row.int("gifts_fen")? },
        None => Sum::default(),
    };
    for delta in fund::waiting(tx)?.into_iter().filter(|d| d.recipient_id == organisation_id && d.day == day) {
        sum = Sum { count: sum.count + delta.gifts, fen: sum.fen + delta.amount_fen };
    }
    Ok(sum)
}

/// Our gifts of the day that the bill does not name. Only looked for when the sums differ: an intent is paid within
/// hours of being made, so a stretch of ids holds the day's gifts.
fn missing_in_bill(tx: &mut Tx, organisation_id: Id, day: Day, payments: &[&BillRow]) -> Result<Vec<Difference>, Fault> {
    let named: BTreeMap<&str, ()> = payments.iter().map(|r| (r.out_trade_no.as_str(), ())).collect();
    let rows = tx.query(
        sql("SELECT id, amount_fen, transaction_id FROM gift WHERE id >= ?1 AND id < ?2 AND recipient_id = ?3 AND paid_at >= ?4 AND paid_at < ?5 ORDER BY id"),
        params![
            first_id_at(start_of(day) - 8 * DAY_US),
            first_id_at(start_of(day + 1)),
            organisation_id,
            start_of(day),
            start_of(day + 1)
        ],
    )?;
    let mut missing = Vec::new();
    for row in rows {
        let out_trade_no = row.int("id")?.to_string();
        if !named.contains_key(out_trade_no.as_str()) {
            missing.push(Difference {
                kind: Kind::MissingInBill,
                out_trade_no,
                transaction_id: row.text("transaction_id")?,
                bill_fen: 0,
                ledger_fen: row.int("amount_fen")?,
            });
        }
    }
    Ok(missing)
}

/// Opens a case for each difference and closes those that have explained themselves.
fn keep_cases(tx: &mut Tx, organisation_id: Id, day: Day, differences: &[Difference], ids: &[Id], now: Micros) -> Result<(), Fault> {
    let open = tx.query(
        sql("SELECT id, kind, out_trade_no FROM reconciliation_case WHERE organisation_id = ?1 AND day = ?2 AND resolved_at IS NULL ORDER BY id"),
        params![organisation_id, day],
    )?;
    for row in &open {
        let (kind, number) = (row.text("kind")?, row.text("out_trade_no")?);
        if !differences.iter().any(|d| d.kind.word() == kind && d.out_trade_no == number) {
            tx.execute_one(
                sql("UPDATE reconciliation_case SET resolved_at = ?2, resolution = 'agrees' WHERE id = ?1 AND resolved_at IS NULL"),
                params![row.int("id")?, now],
            )?;
        }
    }
    // More differences than ids are kept for the next round; a bill that wrong is one conversation, not a thousand.
    for (difference, id) in differences.iter().zip(ids) {
        tx.execute(
            sql("INSERT INTO reconciliation_case (id, organisation_id, day, kind, out_trade_no, transaction_id, bill_fen, ledger_fen, opened_at, resolution) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '') ON CONFLICT (organisation_id, day, kind, out_trade_no) DO NOTHING"),
            params![
                *id,
                organisation_id,
                day,
                difference.kind.word(),
                difference.out_trade_no.as_str(),
                difference.transaction_id.as_str(),
                difference.bill_fen,
                difference.ledger_fen,
                now
            ],
        )?;
    }
    Ok(())
}

fn ask_about_unknown(app: &App, mchid: &str, payments: &[&BillRow]) -> Result<(), Trouble> {
    let known = app.db.read(|tx| known_gifts(tx, payments))?;
    let unknown = payments.iter().filter(|r| parse_id(&r.out_trade_no).is_some_and(|id| !known.contains_key(&id)));
    for row in unknown {
        match app.channel.query(&row.out_trade_no, mchid, app.clock.now()) {
            Ok(QueryAnswer::Found(transaction)) => {
                if let Some(confirmation) = confirmation(app, &transaction) {
                    let settled = settle_all(app, std::slice::from_ref(&confirmation))[0];
                    tracing::warn!(out_trade_no = row.out_trade_no, ?settled, "a payment was found in the bill and not in the ledger");
                }
            }
            Ok(answer) => tracing::warn!(out_trade_no = row.out_trade_no, ?answer, "a payment in the bill could not be read"),
            Err(why) => tracing::warn!(out_trade_no = row.out_trade_no, why = why.0, "a payment in the bill could not be asked about"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_compared_by_number_transaction_and_amount() {
        let row = |transaction: &str, order_fen| BillRow {
            traded_at: 0,
            appid: String::new(),
            mchid: "1".into(),
            sub_mchid: None,
            transaction_id: transaction.into(),
            out_trade_no: "7".into(),
            openid: String::new(),
            trade_type: String::new(),
            state: BillRowState::Success,
            bank_type: String::new(),
            currency: "CNY".into(),
            settlement_fen: order_fen,
            coupon_fen: 0,
            order_fen,
            refund: None,
            description: String::new(),
            attach: String::new(),
            fee_millifen: 0,
            fee_rate: String::new(),
        };
        let gift = KnownGift { amount_fen: 10, transaction_id: "T1".into() };
        let kind = |row: &BillRow, known| compare(row, known).map(|d| d.kind);
        assert_eq!(kind(&row("T1", 10), Some(&gift)), None);
        assert_eq!(kind(&row("T1", 11), Some(&gift)), Some(Kind::AmountDiffers));
        assert_eq!(kind(&row("T2", 10), Some(&gift)), Some(Kind::TransactionDiffers));
        assert_eq!(kind(&row("T1", 10), None), Some(Kind::MissingInLedger));
    }
}
