//! What waits for the operator in settlement: confirmations that do not fit, and lines on which bill and ledger differ.

use db::{Fault, Tx};

use crate::kernel::civil::{day_of, day_text, start_of};
use crate::kernel::{Micros, WAITING_SHOWN, Waiting, workdays};

use super::store;

/// 工作日. Our own promise: somebody's money is in neither of the two places where it should be.
const PROMISED_WORKDAYS: u32 = 3;

fn promised(since: Micros) -> Option<Micros> {
    Some(start_of(workdays::add_workdays(day_of(since), PROMISED_WORKDAYS) + 1) - 1)
}

pub fn waiting_for_operator(tx: &mut Tx, _now: Micros) -> Result<Vec<Waiting>, Fault> {
    let mut waiting = Vec::new();
    for row in store::held(tx, WAITING_SHOWN)?.into_iter().filter(|row| row.resolved_at.is_none()) {
        waiting.push(Waiting {
            queue: "waiting-held",
            thing: "held",
            thing_id: row.id,
            title: format!("{} · {}", money::Fen(row.amount_fen), row.out_trade_no),
            href: "/operator/held".to_owned(),
            since: row.received_at,
            due_at: promised(row.received_at),
            unattended: "unattended-held",
        });
    }
    for row in store::cases(tx, WAITING_SHOWN)?.into_iter().filter(|row| row.resolved_at.is_none()) {
        waiting.push(Waiting {
            queue: "waiting-difference",
            thing: "difference",
            thing_id: row.id,
            title: format!("{} · {} · {}", row.organisation, day_text(row.day), row.out_trade_no),
            href: "/operator/reconciliation".to_owned(),
            since: row.opened_at,
            due_at: promised(row.opened_at),
            unattended: "unattended-difference",
        });
    }
    Ok(waiting)
}
