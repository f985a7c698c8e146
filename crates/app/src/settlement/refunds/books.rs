//! A refund in the project's money: set aside, posted, or free again. Which fen go back is decided by the project's stream: the gift's
//! own while they are in the account, otherwise others that are.

use db::{Fault, Tx, params, sql};

use crate::kernel::{Id, Micros, Trouble};
use crate::projects::actions::{self as stream, Stamp};

use super::store::ChannelRefund;

/// Sets the money aside. False: the project's account does not have it free, or the gift has no place in its stream yet.
pub fn hold(tx: &mut Tx, refund_id: Id, gift_id: Id, amount_fen: i64, transfer_id: Id, now: Micros) -> Result<bool, Trouble> {
    let placed = tx.query_opt(
        sql("SELECT project_gift.position FROM gift JOIN project_gift ON project_gift.project_id = gift.project_id AND project_gift.gift_id = gift.id WHERE gift.id = ?1"),
        params![gift_id],
    )?;
    if placed.is_none() {
        return Ok(false);
    }
    let stamp = Stamp { id: refund_id, transfer_id, entry_id: transfer_id, now };
    match stream::hold_refund(tx, &stamp, gift_id, amount_fen) {
        Ok(()) => Ok(true),
        // Nothing was written; any other refusal takes everything back.
        Err(Trouble::Refused(refusal)) if refusal.key == "refusal-project-refund-not-in-account" => Ok(false),
        Err(other) => Err(other),
    }
}

pub fn post(tx: &mut Tx, refund: &ChannelRefund, entry_id: Id, at: Micros) -> Result<(), Trouble> {
    stream::post_refund(tx, refund.id, entry_id, at).map_err(|trouble| unexpected(refund.id, trouble))
}

pub fn release(tx: &mut Tx, refund: &ChannelRefund, now: Micros) -> Result<(), Trouble> {
    stream::release_refund(tx, refund.id, now).map_err(|trouble| unexpected(refund.id, trouble))
}

/// What was set aside is there; a refusal now is damage, and a person must hear of it.
fn unexpected(refund_id: Id, trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Refused(refusal) => {
            Fault::inconsistent(format!("refund {refund_id} was set aside and then refused: {}", refusal.key)).into()
        }
        fault => fault,
    }
}
