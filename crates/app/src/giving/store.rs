//! What giving keeps: calmer snapshots, intents, orders. A gift itself is written by settlement alone.

use db::{Fault, Row, Tx, params, sql};

use crate::kernel::civil::{day_of, start_of};
use crate::kernel::{Id, Micros, SECOND_US, rate_used_since, take_rate};

use super::model::{After, Aside, GiftRequest, GiftView, ORDER_WINDOW, ORDERS_PER_SECOND, Order, Place, TradeType};

/// Keeps what the calmer shows, once per distinct content.
pub fn keep_snapshot(tx: &mut Tx, hash: &[u8; 32], body: &str, now: Micros) -> Result<(), Fault> {
    tx.execute(
        sql("INSERT INTO calmer_snapshot (hash, body, first_shown_at) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING"),
        params![hash, body, now],
    )
    .map(|_| ())
}

pub fn snapshot(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<String>, Fault> {
    tx.query_opt(sql("SELECT body FROM calmer_snapshot WHERE hash = ?1"), params![hash])?.map(|row| row.text("body")).transpose()
}

/// Writes the intent and its place in the waiting room; `request` has been through the rules.
pub fn insert_intent(tx: &mut Tx, id: Id, recipient_id: Id, donor_id: Id, request: &GiftRequest, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO gift_intent (id, project_id, recipient_id, donor_id, amount_fen, anonymous, name, message, snapshot_hash, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
        params![
            id,
            request.project_id,
            recipient_id,
            donor_id,
            request.amount_fen,
            request.anonymous,
            &request.name,
            &request.message,
            &request.snapshot_hash,
            now
        ],
    )?;
    tx.execute_one(
        sql("INSERT INTO channel_order (intent_id, state, trade_type, open_id, client_address, pay_reference, next_query_at, queries, reason) \
             VALUES (?1, 'waiting', ?2, ?3, ?4, '', ?5, 0, '')"),
        params![id, request.trade_type.word(), &request.open_id, &request.client_address, now],
    )
}

/// One gift with everything its donor may see. Whoever calls this holds the gift's code, or is its donor.
pub fn gift(tx: &mut Tx, id: Id) -> Result<Option<GiftView>, Fault> {
    tx.query_opt(
        sql("SELECT gift_intent.id, gift_intent.project_id, gift_intent.amount_fen, gift_intent.anonymous, gift_intent.name, gift_intent.message, \
                    gift_intent.snapshot_hash, gift_intent.created_at, \
                    project.title, project.english_title, organisation.name AS recipient, organisation.english_name AS english_recipient, \
                    channel_order.state, channel_order.trade_type, channel_order.pay_reference, channel_order.reason, channel_order.ordered_at, \
                    gift.paid_at, project_gift.position, project_gift.before_fen, \
                    (SELECT COUNT(*) FROM held_notification WHERE held_notification.reason IN ('amount_differs', 'currency_differs', 'merchant_differs') \
                       AND held_notification.out_trade_no = CAST(gift_intent.id AS TEXT) AND held_notification.resolved_at IS NULL) AS held, \
                    (SELECT COALESCE(CAST(SUM(held_notification.amount_fen) AS BIGINT), 0) FROM held_notification WHERE held_notification.reason IN ('amount_differs', 'other_transaction') \
                       AND held_notification.out_trade_no = CAST(gift_intent.id AS TEXT)) AS aside_fen, \
                    (SELECT COALESCE(CAST(SUM(channel_refund.amount_fen) AS BIGINT), 0) FROM channel_refund WHERE channel_refund.gift_id = 0 \
                       AND channel_refund.out_trade_no = CAST(gift_intent.id AS TEXT) AND channel_refund.state = 'done') AS aside_returned_fen, \
                    (SELECT COALESCE(CAST(SUM(channel_refund.amount_fen) AS BIGINT), 0) FROM channel_refund WHERE channel_refund.gift_id = gift_intent.id AND channel_refund.state = 'done') AS returned_fen \
             FROM gift_intent JOIN project ON project.id = gift_intent.project_id \
             JOIN organisation ON organisation.id = gift_intent.recipient_id \
             LEFT JOIN channel_order ON channel_order.intent_id = gift_intent.id \
             LEFT JOIN gift ON gift.id = gift_intent.id \
             LEFT JOIN project_gift ON project_gift.project_id = gift_intent.project_id AND project_gift.gift_id = gift_intent.id \
             WHERE gift_intent.id = ?1"),
        params![id],
    )?
    .as_ref()
    .map(read_gift)
    .transpose()
}

fn read_gift(row: &Row) -> Result<GiftView, Fault> {
    let place = match (row.opt_int("position")?, row.opt_int("before_fen")?) {
        (Some(position), Some(before_fen)) => Some(Place { position, before_fen }),
        _ => None,
    };
    Ok(GiftView {
        id: row.int("id")?,
        project_id: row.int("project_id")?,
        project_title: row.text("title")?,
        project_english_title: row.text("english_title")?,
        recipient_name: row.text("recipient")?,
        recipient_english_name: row.text("english_recipient")?,
        amount_fen: row.int("amount_fen")?,
        anonymous: row.bool("anonymous")?,
        name: row.text("name")?,
        message: row.text("message")?,
        snapshot_hash: row.bytes("snapshot_hash")?,
        created_at: row.int("created_at")?,
        trade_type: row.opt_text("trade_type")?.and_then(|w| TradeType::from_word(&w)).unwrap_or(TradeType::Native),
        order: read_order(row)?,
        held: row.int("held")? > 0,
        aside: Aside { amount_fen: row.int("aside_fen")?, returned_fen: row.int("aside_returned_fen")? },
        paid_at: row.opt_int("paid_at")?,
        returned_fen: row.int("returned_fen")?,
        place,
    })
}

/// An intent without an order row has nothing open at the channel.
fn read_order(row: &Row) -> Result<Order, Fault> {
    let Some(state) = row.opt_text("state")? else {
        return Ok(Order::Closed { paid: false });
    };
    Ok(match state.as_str() {
        "waiting" => Order::Waiting,
        "ordered" => Order::Ordered { reference: row.text("pay_reference")?, ordered_at: row.opt_int("ordered_at")? },
        "closed" => Order::Closed { paid: row.text("reason")? == "paid" },
        "refused" => Order::Refused { reason: row.text("reason")? },
        other => return Err(Fault::inconsistent(format!("an order has the unknown state {other}"))),
    })
}

/// Changes how a gift is signed; nothing about the money.
pub fn sign(tx: &mut Tx, id: Id, anonymous: bool, name: &str) -> Result<(), Fault> {
    tx.execute_one(sql("UPDATE gift_intent SET anonymous = ?2, name = ?3 WHERE id = ?1"), params![id, anonymous, name])
}

/// How many intents stand in the waiting room before this one.
pub fn waiting_before(tx: &mut Tx, id: Id) -> Result<i64, Fault> {
    tx.query_one(sql("SELECT COUNT(*) AS n FROM channel_order WHERE state = 'waiting' AND intent_id < ?1"), params![id])?.int("n")
}

/// How many orders were made since `since`, and since when that was counted.
pub fn made_since(tx: &mut Tx, since: Micros) -> Result<Option<(i64, Micros)>, Fault> {
    rate_used_since(tx, MADE, since)
}

const PLACED: &str = "orders placed";
const MADE: &str = "orders made";
/// How many orders one round takes up.
const ROUND: i64 = ORDERS_PER_SECOND * ORDER_WINDOW / SECOND_US;

/// An order to be placed.
#[derive(Clone, Debug)]
pub struct ToOrder {
    pub intent_id: Id,
    pub mchid: String,
    pub title: String,
    pub amount_fen: i64,
    pub trade_type: TradeType,
    pub open_id: String,
    pub client_address: String,
    pub created_at: Micros,
    /// Tries, this one counted.
    pub tries: i64,
    /// The donor was once given a way to pay this order.
    pub handed_out: bool,
}

/// Takes up the oldest waiting orders that are due, as many as the channel's limit leaves in this window. Nobody else takes
/// them up before `until`. Runs under `write_batch`: the guard on `next_query_at` keeps two processes apart.
pub fn claim_waiting(tx: &mut Tx, now: Micros, until: Micros) -> Result<Vec<ToOrder>, Fault> {
    let due = tx
        .query(
            sql("SELECT intent_id FROM channel_order WHERE state = 'waiting' AND next_query_at <= ?1 ORDER BY intent_id LIMIT ?2"),
            params![now, ROUND],
        )?
        .len();
    if due == 0 {
        return Ok(Vec::new());
    }
    let granted = take_rate(tx, PLACED, ORDER_WINDOW, ROUND, i64::try_from(due).unwrap_or(ROUND), now)?;
    let rows = tx.query(
        sql("UPDATE channel_order SET next_query_at = ?2, queries = queries + 1 \
             WHERE state = 'waiting' AND next_query_at <= ?1 AND intent_id IN \
               (SELECT intent_id FROM channel_order WHERE state = 'waiting' AND next_query_at <= ?1 ORDER BY intent_id LIMIT ?3) \
             RETURNING intent_id"),
        params![now, until, granted],
    )?;
    let ids = rows.iter().map(|row| row.int("intent_id")).collect::<Result<Vec<_>, _>>()?;
    to_order(tx, ids)
}

/// Takes up this one order at once, when nobody waits before it and the limit allows it.
pub fn claim_one(tx: &mut Tx, id: Id, now: Micros, until: Micros) -> Result<Option<ToOrder>, Fault> {
    let earlier = tx.query_opt(
        sql("SELECT intent_id FROM channel_order WHERE state = 'waiting' AND intent_id < ?1 ORDER BY intent_id LIMIT 1"),
        params![id],
    )?;
    if earlier.is_some() {
        return Ok(None);
    }
    let taken = tx.execute(
        sql("UPDATE channel_order SET next_query_at = ?3, queries = queries + 1 WHERE intent_id = ?1 AND state = 'waiting' AND next_query_at <= ?2"),
        params![id, now, until],
    )?;
    if taken == 0 {
        return Ok(None);
    }
    if take_rate(tx, PLACED, ORDER_WINDOW, ROUND, 1, now)? == 0 {
        // Without a grant the claim is given back, and the order keeps its turn.
        tx.execute_one(
            sql("UPDATE channel_order SET next_query_at = ?2, queries = queries - 1 WHERE intent_id = ?1 AND state = 'waiting'"),
            params![id, now],
        )?;
        return Ok(None);
    }
    Ok(to_order(tx, vec![id])?.pop())
}

fn to_order(tx: &mut Tx, mut ids: Vec<Id>) -> Result<Vec<ToOrder>, Fault> {
    ids.sort_unstable();
    let mut orders = Vec::with_capacity(ids.len());
    tx.bulk_find(
        sql("SELECT gift_intent.id, merchant.mchid, project.title, gift_intent.amount_fen, channel_order.trade_type, channel_order.open_id, \
                    channel_order.client_address, gift_intent.created_at, channel_order.queries, channel_order.pay_reference \
             FROM gift_intent JOIN channel_order ON channel_order.intent_id = gift_intent.id \
             JOIN merchant ON merchant.organisation_id = gift_intent.recipient_id \
             JOIN project ON project.id = gift_intent.project_id WHERE gift_intent.id IN (?ids)"),
        &ids,
        |row| {
            orders.push(ToOrder {
                intent_id: row.int(0)?,
                mchid: row.text(1)?.to_owned(),
                title: row.text(2)?.to_owned(),
                amount_fen: row.int(3)?,
                trade_type: TradeType::from_word(row.text(4)?).unwrap_or(TradeType::Native),
                open_id: row.text(5)?.to_owned(),
                client_address: row.text(6)?.to_owned(),
                created_at: row.int(7)?,
                tries: row.int(8)?,
                handed_out: !row.text(9)?.is_empty(),
            });
            Ok(())
        },
    )?;
    orders.sort_unstable_by_key(|o| o.intent_id);
    Ok(orders)
}

/// Writes down what became of some orders. An order that somebody else ended meanwhile stays as it is.
pub fn store_answers(tx: &mut Tx, answers: &[(Id, After)], now: Micros) -> Result<(), Fault> {
    let mut made = 0;
    for (id, after) in answers {
        match after {
            After::Ordered { reference, query_at } => {
                let changed = tx.execute(
                    sql(
                        "UPDATE channel_order SET state = 'ordered', pay_reference = ?2, next_query_at = ?3, queries = 0, ordered_at = ?4 \
                         WHERE intent_id = ?1 AND state = 'waiting'",
                    ),
                    params![*id, reference, *query_at, now],
                )?;
                if !reference.is_empty() {
                    made += i64::try_from(changed).unwrap_or(0);
                }
            }
            After::Refused { reason } => {
                tx.execute(
                    sql("UPDATE channel_order SET state = 'refused', reason = ?2 WHERE intent_id = ?1 AND state = 'waiting'"),
                    params![*id, reason],
                )?;
            }
            After::Closed => {
                tx.execute(
                    sql("UPDATE channel_order SET state = 'closed', reason = 'unpaid' WHERE intent_id = ?1 AND state = 'waiting'"),
                    params![*id],
                )?;
            }
            After::Again { at, why } => {
                tx.execute(
                    sql("UPDATE channel_order SET next_query_at = ?2, reason = ?3 WHERE intent_id = ?1 AND state = 'waiting'"),
                    params![*id, *at, why],
                )?;
            }
        }
    }
    if made > 0 {
        take_rate(tx, MADE, SECOND_US, i64::MAX, made, now)?;
    }
    Ok(())
}

/// Sends an order back to the waiting room because the address of its cashier went stale.
pub fn order_again(tx: &mut Tx, id: Id, ordered_before: Micros, now: Micros) -> Result<u64, Fault> {
    tx.execute(
        sql("UPDATE channel_order SET state = 'waiting', next_query_at = ?3, queries = 1 \
             WHERE intent_id = ?1 AND state = 'ordered' AND trade_type = 'h5' AND pay_reference <> '' AND (ordered_at IS NULL OR ordered_at < ?2)"),
        params![id, ordered_before, now],
    )
}

/// A donor's gifts, newest first, older than `before`; `from..until` bounds when they were begun.
pub fn gifts_of(tx: &mut Tx, donor_id: Id, from: Micros, until: Micros, before: Id, limit: i64) -> Result<Vec<GiftView>, Fault> {
    tx.query(
        sql("SELECT gift_intent.id, gift_intent.project_id, gift_intent.amount_fen, gift_intent.anonymous, gift_intent.name, gift_intent.message, \
                    gift_intent.snapshot_hash, gift_intent.created_at, \
                    project.title, project.english_title, organisation.name AS recipient, organisation.english_name AS english_recipient, \
                    channel_order.state, channel_order.trade_type, channel_order.pay_reference, channel_order.reason, channel_order.ordered_at, \
                    gift.paid_at, project_gift.position, project_gift.before_fen, \
                    (SELECT COUNT(*) FROM held_notification WHERE held_notification.reason IN ('amount_differs', 'currency_differs', 'merchant_differs') \
                       AND held_notification.out_trade_no = CAST(gift_intent.id AS TEXT) AND held_notification.resolved_at IS NULL) AS held, \
                    (SELECT COALESCE(CAST(SUM(held_notification.amount_fen) AS BIGINT), 0) FROM held_notification WHERE held_notification.reason IN ('amount_differs', 'other_transaction') \
                       AND held_notification.out_trade_no = CAST(gift_intent.id AS TEXT)) AS aside_fen, \
                    (SELECT COALESCE(CAST(SUM(channel_refund.amount_fen) AS BIGINT), 0) FROM channel_refund WHERE channel_refund.gift_id = 0 \
                       AND channel_refund.out_trade_no = CAST(gift_intent.id AS TEXT) AND channel_refund.state = 'done') AS aside_returned_fen, \
                    (SELECT COALESCE(CAST(SUM(channel_refund.amount_fen) AS BIGINT), 0) FROM channel_refund WHERE channel_refund.gift_id = gift_intent.id AND channel_refund.state = 'done') AS returned_fen \
             FROM gift_intent JOIN project ON project.id = gift_intent.project_id \
             JOIN organisation ON organisation.id = gift_intent.recipient_id \
             LEFT JOIN channel_order ON channel_order.intent_id = gift_intent.id \
             LEFT JOIN gift ON gift.id = gift_intent.id \
             LEFT JOIN project_gift ON project_gift.project_id = gift_intent.project_id AND project_gift.gift_id = gift_intent.id \
             WHERE gift_intent.donor_id = ?1 AND gift_intent.donor_id <> 0 AND gift_intent.created_at >= ?2 AND gift_intent.created_at < ?3 \
               AND gift_intent.id < ?4 ORDER BY gift_intent.id DESC LIMIT ?5"),
        params![donor_id, from, until, before, limit],
    )?
    .iter()
    .map(read_gift)
    .collect()
}

/// How many gifts of a donor stand in the books, whatever way they came, their sum, and to how many projects they went.
pub fn sums_of(tx: &mut Tx, donor_id: Id, from: Micros, until: Micros) -> Result<(i64, i64, i64), Fault> {
    let row = tx.query_one(
        sql("SELECT COUNT(*) AS gifts, CAST(COALESCE(SUM(given.amount_fen), 0) AS BIGINT) AS fen, COUNT(DISTINCT given.project_id) AS projects FROM ( \
               SELECT gift.project_id, gift.amount_fen FROM gift_intent JOIN gift ON gift.id = gift_intent.id \
                 WHERE gift_intent.donor_id = ?1 AND gift_intent.donor_id <> 0 AND gift_intent.created_at >= ?2 AND gift_intent.created_at < ?3 \
               UNION ALL \
               SELECT offline_gift.project_id, offline_gift.amount_fen FROM offline_gift \
                 WHERE offline_gift.donor_id = ?1 AND offline_gift.donor_id <> 0 AND offline_gift.state = 'confirmed' \
                   AND offline_gift.received_day >= ?4 AND offline_gift.received_day < ?5 \
                   AND NOT EXISTS (SELECT 1 FROM transfer WHERE transfer.code = 6 AND transfer.about_id = offline_gift.id)) AS given"),
        params![donor_id, from, until, day_of(from), day_of(until)],
    )?;
    Ok((row.int("gifts")?, row.int("fen")?, row.int("projects")?))
}

/// When a donor's first intent was made, or their first gift outside the channel received.
pub fn first_gift_at(tx: &mut Tx, donor_id: Id) -> Result<Option<Micros>, Fault> {
    let row = tx.query_one(
        sql("SELECT (SELECT MIN(created_at) FROM gift_intent WHERE donor_id = ?1 AND donor_id <> 0) AS first, \
                    (SELECT MIN(received_day) FROM offline_gift WHERE donor_id = ?1 AND donor_id <> 0 AND state = 'confirmed') AS first_day"),
        params![donor_id],
    )?;
    let (first, received) = (row.opt_int("first")?, row.opt_int("first_day")?.map(start_of));
    Ok([first, received].into_iter().flatten().min())
}
