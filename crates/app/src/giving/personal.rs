//! What giving holds about a person: their gifts with names and messages, and who they are at the channel. Gifts are the books' and stay.

use db::{Fault, Tx, params, sql};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, Personal, Refusal, civil};
use crate::people::Purpose;

use super::model::GiftView;
use super::store;

pub fn personal() -> Personal {
    Personal { in_the_way: open_order, withdraw, ..Personal::new("gifts", data_of, erase) }
}

fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let gifts = store::gifts_of(tx, person_id, 0, i64::MAX, Id::MAX, i64::MAX)?;
    Ok(Value::Array(gifts.iter().map(gift).collect()))
}

fn gift(gift: &GiftView) -> Value {
    json!({
        "id": gift.id.to_string(), "project": gift.project_title, "recipient": gift.recipient_name,
        "amount": money::Fen(gift.amount_fen).yuan_text(), "anonymous": gift.anonymous, "name": gift.name, "message": gift.message,
        "begun_at": civil::rfc3339(gift.created_at), "paid_at": gift.paid_at.map(civil::rfc3339), "trade_type": gift.trade_type.word(),
    })
}

/// An order that can still be paid would become a gift of somebody who is gone.
fn open_order(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<Option<Refusal>, Fault> {
    let row = tx.query_opt(
        sql("SELECT channel_order.intent_id FROM gift_intent JOIN channel_order ON channel_order.intent_id = gift_intent.id \
             WHERE gift_intent.donor_id = ?1 AND gift_intent.donor_id <> 0 AND channel_order.state IN ('waiting', 'ordered') LIMIT 1"),
        params![person_id],
    )?;
    Ok(row.map(|_| Refusal::conflict("refusal-leaving-open-order")))
}

/// Names and messages go, from gifts that were made and from wishes that never became one; so does who they were at the channel.
/// The keys of their gifts' commitments are destroyed: nobody can connect the public log with them any more.
fn erase(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<u64, Fault> {
    let gifts = tx.query(
        sql("SELECT gift.id FROM gift_intent JOIN gift ON gift.id = gift_intent.id WHERE gift_intent.donor_id = ?1 AND gift_intent.donor_id <> 0 \
             ORDER BY gift.id"),
        params![person_id],
    )?;
    for gift in gifts {
        crate::public_log::gifts::destroy_key(tx, gift.int("id")?)?;
    }
    tx.execute(
        sql("UPDATE channel_order SET open_id = '', client_address = '' \
             WHERE intent_id IN (SELECT id FROM gift_intent WHERE donor_id = ?1 AND donor_id <> 0)"),
        params![person_id],
    )?;
    tx.execute(
        sql("UPDATE gift_intent SET anonymous = 1, name = '', message = '' WHERE donor_id = ?1 AND donor_id <> 0"),
        params![person_id],
    )
}

/// Whoever takes back that their name is shown is anonymous in every gift so far (慈善法 art. 82; PIPL art. 15).
fn withdraw(tx: &mut Tx, person_id: Id, purpose: &str) -> Result<(), Fault> {
    if purpose == Purpose::PublishName.word() {
        tx.execute(
            sql("UPDATE gift_intent SET anonymous = 1 WHERE donor_id = ?1 AND donor_id <> 0 AND anonymous = 0"),
            params![person_id],
        )?;
    }
    Ok(())
}
