//! The refunds on a bill beside ours. A refund nobody here asked for is asked about, written down as found, and its case opens; until a
//! person has posted it the day differs.

use db::{Fault, Tx, params, sql};
use wechat::{BillRefund, BillRow, RefundQueryAnswer};

use super::super::reconcile::{Difference, Kind};
use super::rules::RefundState;
use super::store::{self, ChannelRefund};
use super::{Said, take};
use crate::App;
use crate::kernel::civil::{Day, start_of};
use crate::kernel::{Id, Trouble};

/// A number of things and their sum.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Sum {
    pub count: i64,
    pub fen: i64,
}

impl Sum {
    pub fn add(&mut self, fen: i64) {
        self.count += 1;
        self.fen += fen;
    }
}

/// What a day's refunds come to.
#[derive(Default)]
pub struct Compared {
    pub bill: Sum,
    pub ledger: Sum,
    /// Of payments that never entered the books.
    pub aside: Sum,
    pub differences: Vec<Difference>,
}

/// Rows that tell us something new are asked about first: a bill is frozen when it is written, and the channel knows better.
pub fn ask_about_new(app: &App, mchid: &str, rows: &[&BillRow]) -> Result<(), Trouble> {
    for refund in rows.iter().filter_map(|row| row.refund.as_ref()) {
        let ours = app.db.read(|tx| store::find_by_number(tx, &refund.out_refund_no))?;
        let settled = ours.is_some_and(|r| matches!(r.state, RefundState::Done | RefundState::Found));
        if settled || (refund.status != "SUCCESS" && refund.status != "PROCESSING") {
            continue;
        }
        let now = app.clock.now();
        match app.channel.query_refund(&refund.out_refund_no, mchid, now) {
            Ok(RefundQueryAnswer::Found(said)) => {
                let taken = take(app, &Said { mchid: Some(mchid.to_owned()), ..said.into() }, now)?;
                tracing::info!(out_refund_no = refund.out_refund_no, ?taken, "a refund on the bill was asked about");
            }
            Ok(answer) => tracing::warn!(out_refund_no = refund.out_refund_no, ?answer, "a refund on the bill could not be read"),
            Err(why) => tracing::warn!(out_refund_no = refund.out_refund_no, why = why.0, "a refund on the bill could not be asked about"),
        }
    }
    Ok(())
}

/// Compares the refunds of a charity's day.
pub fn compare(tx: &mut Tx, organisation_id: Id, day: Day, rows: &[&BillRow]) -> Result<Compared, Fault> {
    let mut compared = Compared::default();
    for row in rows {
        let Some(refund) = row.refund.as_ref() else { continue };
        let ours = store::find_by_number(tx, &refund.out_refund_no)?.filter(|r| r.organisation_id == organisation_id);
        if let Some(ours) = &ours {
            store::learn(tx, ours.id, &refund.refund_id, Some(row.traded_at))?;
        }
        judge(&mut compared, row, refund, ours.as_ref());
    }
    for ours in of_day(tx, organisation_id, day)? {
        if ours.gift_id != 0 {
            compared.ledger.add(ours.amount_fen);
        }
        if !rows.iter().any(|row| row.refund.as_ref().is_some_and(|r| r.out_refund_no == ours.out_refund_no)) {
            compared.differences.push(Difference {
                kind: Kind::RefundMissingInBill,
                out_trade_no: ours.out_refund_no.clone(),
                transaction_id: ours.transaction_id,
                bill_fen: 0,
                ledger_fen: -ours.amount_fen,
            });
        }
    }
    Ok(compared)
}

/// One row. The refund's own number stands for the order's in a difference: one order may be given back in parts on one day.
fn judge(compared: &mut Compared, row: &BillRow, refund: &BillRefund, ours: Option<&ChannelRefund>) {
    let differs = |kind, ledger_fen: i64| Difference {
        kind,
        out_trade_no: refund.out_refund_no.clone(),
        transaction_id: row.transaction_id.clone(),
        bill_fen: -refund.refund_fen,
        ledger_fen: -ledger_fen,
    };
    let Some(ours) = ours else {
        if refund.status != "CLOSED" {
            compared.bill.add(refund.refund_fen);
            compared.differences.push(differs(Kind::Refunded, 0));
        }
        return;
    };
    if ours.transaction_id != row.transaction_id || ours.amount_fen != refund.refund_fen {
        compared.bill.add(refund.refund_fen);
        compared.differences.push(differs(Kind::RefundDiffers, ours.amount_fen));
        return;
    }
    match ours.state {
        // A bill is frozen: what it calls under way may have been closed since.
        RefundState::Closed if refund.status != "SUCCESS" => {}
        RefundState::Closed | RefundState::Found => {
            compared.bill.add(refund.refund_fen);
            compared.differences.push(differs(Kind::Refunded, 0));
        }
        _ if ours.gift_id == 0 => compared.aside.add(refund.refund_fen),
        _ => compared.bill.add(refund.refund_fen),
    }
}

/// Our refunds that the channel took in on that day and has not closed.
fn of_day(tx: &mut Tx, organisation_id: Id, day: Day) -> Result<Vec<ChannelRefund>, Fault> {
    let rows = tx.query(
        sql("SELECT out_refund_no FROM channel_refund WHERE organisation_id = ?1 AND accepted_at >= ?2 AND accepted_at < ?3 \
             AND state IN ('waiting', 'asked', 'done', 'abnormal') ORDER BY id"),
        params![organisation_id, start_of(day), start_of(day + 1)],
    )?;
    let mut refunds = Vec::new();
    for row in rows {
        refunds.extend(store::find_by_number(tx, &row.text("out_refund_no")?)?);
    }
    Ok(refunds)
}

/// Whether a payment that is not in the books is being given back in full, so that nothing of it is left to explain.
pub fn is_given_back(tx: &mut Tx, row: &BillRow) -> Result<bool, Fault> {
    let fen = tx
        .query_one(
            sql(
                "SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS fen FROM channel_refund WHERE transaction_id = ?1 AND gift_id = 0 \
                 AND state IN ('waiting', 'asked', 'done', 'abnormal')",
            ),
            params![row.transaction_id.as_str()],
        )?
        .int("fen")?;
    Ok(fen == row.order_fen)
}
