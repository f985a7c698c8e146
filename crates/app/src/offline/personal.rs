//! What gifts outside the channel hold about a person: what they gave, and their transfer reference. The payer's name stands on
//! an accounting voucher and stays there (会计档案管理办法: 30 years); nobody else sees it any more.

use db::{Fault, Tx, params, sql};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, Personal, civil};
use crate::people::Purpose;

use super::store;

pub fn personal() -> Personal {
    Personal { withdraw, ..Personal::new("offline_gifts", data_of, erase) }
}

fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let gifts = store::gifts_of(tx, person_id, 0, i64::MAX)?;
    let told = gifts.iter().map(|gift| {
        json!({
            "id": gift.id.to_string(), "project": gift.project_title, "recipient": gift.recipient_name, "way": gift.kind.word(),
            "amount": money::Fen(gift.amount_fen).yuan_text(), "received": civil::day_text(gift.received_day), "payer": gift.name,
            "anonymous": gift.anonymous,
        })
    });
    Ok(json!({ "transfer_reference": store::reference(tx, person_id)?, "gifts": told.collect::<Vec<Value>>() }))
}

fn erase(tx: &mut Tx, person_id: Id, _now: Micros) -> Result<u64, Fault> {
    anonymise(tx, person_id)
}

/// Whoever takes back that their name is shown is anonymous in these gifts too.
fn withdraw(tx: &mut Tx, person_id: Id, purpose: &str) -> Result<(), Fault> {
    if purpose == Purpose::PublishName.word() {
        anonymise(tx, person_id)?;
    }
    Ok(())
}

fn anonymise(tx: &mut Tx, person_id: Id) -> Result<u64, Fault> {
    tx.execute(sql("UPDATE offline_gift SET anonymous = 1 WHERE donor_id = ?1 AND donor_id <> 0 AND anonymous = 0"), params![person_id])
}
