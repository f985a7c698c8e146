//! What papers hold about a person. A receipt is an accounting voucher and stays (会计档案管理办法: 30 years; PIPL art. 47: kept and
//! protected); what was sealed for it is erased.

use db::{Fault, Tx};
use serde_json::{Value, json};

use crate::kernel::{Id, Micros, Personal, civil, sealed};

use crate::people::Purpose;

use super::store;

pub fn personal() -> Personal {
    Personal { withdraw, ..Personal::new("receipts", data_of, erase) }
}

/// Why an application ended without anybody's word: a message.
const ENDED_BY_WITHDRAWAL: &str = "papers-ended-by-withdrawal";

/// Whoever takes back that their data go to charities ends what waits; receipts that were issued stay, as the law says.
fn withdraw(tx: &mut Tx, person_id: Id, purpose: &str) -> Result<(), Fault> {
    if purpose == Purpose::ReceiptSharing.word() {
        store::withdraw_all(tx, person_id, ENDED_BY_WITHDRAWAL)?;
    }
    Ok(())
}

fn data_of(tx: &mut Tx, person_id: Id) -> Result<Value, Fault> {
    let applications = store::applications_of(tx, person_id)?;
    let told = applications.iter().map(|a| {
        json!({
            "id": a.id.to_string(), "charity": a.organisation_name, "state": a.state.word(), "payer_kind": a.payer_kind.word(), "payer": a.payer_name,
            "payer_code": a.payer_code_mask, "contact": a.contact_mask, "asked_at": civil::rfc3339(a.asked_at), "gifts": a.gifts,
            "amount": money::Fen(a.amount_fen()).yuan_text(),
        })
    });
    Ok(Value::Array(told.collect()))
}

fn erase(tx: &mut Tx, person_id: Id, now: Micros) -> Result<u64, Fault> {
    sealed::erase_all_of(tx, person_id, now)
}
