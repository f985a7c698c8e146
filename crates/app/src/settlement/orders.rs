//! Orders that are open are asked about, never guessed: a notification may be lost, and a donor may pay while we sleep.
//!
//! An open order is asked about after 30 s, then ever more rarely; when it has expired at the channel it is closed
//! there first, because only then is it certain that nobody can pay it any more.

use db::{Tx, params, sql};
use wechat::{CloseAnswer, QueryAnswer, TradeState};

use crate::App;
use crate::giving::ORDER_LIFE;
use crate::kernel::{Id, MINUTE_US, Micros, SECOND_US, Trouble, made_at};
use crate::web::parse_id;

use super::batch::hold_refund;
use super::model::Confirmation;
use super::notifications::confirmation;
use super::writer::settle_all;

/// How many orders one round asks about.
const ROUND: i64 = 200;

struct Open {
    intent_id: Id,
    mchid: String,
    queries: i64,
    paid: bool,
}

/// Asks about every order that is due.
pub fn query_open(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    close_paid(app)?;
    let due = app.db.read(|tx| {
        let rows = tx.query(
            sql("SELECT channel_order.intent_id, channel_order.queries, merchant.mchid, gift.id AS gift_id FROM channel_order \
                 JOIN gift_intent ON gift_intent.id = channel_order.intent_id \
                 JOIN merchant ON merchant.organisation_id = gift_intent.recipient_id \
                 LEFT JOIN gift ON gift.id = channel_order.intent_id \
                 WHERE channel_order.state = 'ordered' AND channel_order.next_query_at <= ?1 \
                 ORDER BY channel_order.next_query_at, channel_order.intent_id LIMIT ?2"),
            params![now, ROUND],
        )?;
        rows.iter().map(open_order).collect::<Result<Vec<_>, db::Fault>>()
    })?;
    for order in due {
        settle_order(app, &order)?;
    }
    Ok(())
}

/// Orders whose gift stands in the books are done, however many there are: settling leaves them alone to stay fast.
fn close_paid(app: &App) -> Result<(), Trouble> {
    app.db.write_batch(|tx| {
        tx.execute(
            sql("UPDATE channel_order SET state = 'closed', reason = 'paid' WHERE state = 'ordered' \
                 AND EXISTS (SELECT 1 FROM gift WHERE gift.id = channel_order.intent_id)"),
            params![],
        )
        .map(|_| ())
    })?;
    Ok(())
}

/// The job `query_order`: the donor came back from the cashier and would like to know.
pub fn query_one(app: &App, payload: &str) -> Result<(), Trouble> {
    let Some(id) = parse_id(payload) else {
        return Ok(());
    };
    let order = app.db.read(|tx| {
        tx.query_opt(
            sql("SELECT channel_order.intent_id, channel_order.queries, merchant.mchid, gift.id AS gift_id FROM channel_order \
                 JOIN gift_intent ON gift_intent.id = channel_order.intent_id \
                 JOIN merchant ON merchant.organisation_id = gift_intent.recipient_id \
                 LEFT JOIN gift ON gift.id = channel_order.intent_id \
                 WHERE channel_order.intent_id = ?1 AND channel_order.state = 'ordered'"),
            params![id],
        )?
        .as_ref()
        .map(open_order)
        .transpose()
    })?;
    match order {
        Some(order) => settle_order(app, &order),
        None => Ok(()),
    }
}

fn open_order(row: &db::Row) -> Result<Open, db::Fault> {
    Ok(Open {
        intent_id: row.int("intent_id")?,
        mchid: row.text("mchid")?,
        queries: row.int("queries")?,
        paid: row.opt_int("gift_id")?.is_some(),
    })
}

fn settle_order(app: &App, order: &Open) -> Result<(), Trouble> {
    let now = app.clock.now();
    if order.paid {
        return end(app, order.intent_id, "closed", "paid");
    }
    let number = order.intent_id.to_string();
    match app.channel.query(&number, &order.mchid, now) {
        Ok(QueryAnswer::Found(transaction)) => {
            if let Some(confirmation) = confirmation(app, &transaction) {
                // Held or recorded, the order needs no more asking; a fault leaves it open and it is asked again.
                return match settle_all(app, std::slice::from_ref(&confirmation))[0] {
                    Ok(_) => end(app, order.intent_id, "closed", "paid"),
                    Err(_) => ask_later(app, order, now),
                };
            }
            match transaction.trade_state {
                TradeState::Closed | TradeState::Revoked => end(app, order.intent_id, "closed", "unpaid"),
                // Paid and given back before we heard of it: no gift, and a person should know.
                TradeState::Refund => {
                    let said = Confirmation {
                        out_trade_no: number,
                        transaction_id: transaction.transaction_id.clone().unwrap_or_default(),
                        mchid: order.mchid.clone(),
                        amount_fen: transaction.amount.as_ref().map_or(0, |a| a.total_fen),
                        currency: transaction.amount.as_ref().map_or(String::new(), |a| a.currency.clone()),
                        paid_at: transaction.success_at.unwrap_or(0),
                    };
                    hold_refund(&app.db, app.new_id(), &said, now)?;
                    end(app, order.intent_id, "closed", "refunded")
                }
                _ if now - made_at(order.intent_id) > ORDER_LIFE => close(app, order, now),
                _ => ask_later(app, order, now),
            }
        }
        Ok(QueryAnswer::NotExist) if now - made_at(order.intent_id) > ORDER_LIFE => end(app, order.intent_id, "closed", "unpaid"),
        Ok(answer) => {
            tracing::warn!(out_trade_no = number, ?answer, "an open order could not be read");
            ask_later(app, order, now)
        }
        Err(why) => {
            tracing::warn!(out_trade_no = number, why = why.0, "an open order could not be asked about");
            ask_later(app, order, now)
        }
    }
}

fn close(app: &App, order: &Open, now: Micros) -> Result<(), Trouble> {
    match app.channel.close(&order.intent_id.to_string(), &order.mchid, now) {
        Ok(CloseAnswer::Closed) => end(app, order.intent_id, "closed", "unpaid"),
        // The donor was faster: the next query finds the payment.
        Ok(CloseAnswer::AlreadyPaid) => ask_later(app, order, now),
        Ok(answer) => {
            tracing::warn!(intent_id = order.intent_id, ?answer, "an order could not be closed");
            ask_later(app, order, now)
        }
        Err(why) => {
            tracing::warn!(intent_id = order.intent_id, why = why.0, "an order could not be closed");
            ask_later(app, order, now)
        }
    }
}

fn ask_later(app: &App, order: &Open, now: Micros) -> Result<(), Trouble> {
    let wait = ((30 * SECOND_US) << order.queries.clamp(0, 6)).min(10 * MINUTE_US);
    app.db.write(|tx| {
        tx.execute(
            sql("UPDATE channel_order SET next_query_at = ?2, queries = queries + 1 WHERE intent_id = ?1 AND state = 'ordered'"),
            params![order.intent_id, now + wait],
        )
        .map(|_| ())
    })?;
    Ok(())
}

fn end(app: &App, intent_id: Id, state: &'static str, reason: &'static str) -> Result<(), Trouble> {
    app.db.write(|tx: &mut Tx| {
        tx.execute(
            sql("UPDATE channel_order SET state = ?2, reason = ?3 WHERE intent_id = ?1 AND state = 'ordered'"),
            params![intent_id, state, reason],
        )
        .map(|_| ())
    })?;
    Ok(())
}
