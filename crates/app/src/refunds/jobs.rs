//! What follows when the channel has ended a refund, or tells of one that was made elsewhere: the case is brought up to date and the
//! donor is told. The posting itself has happened by then, in `settlement::refunds`.

use db::{Fault, Tx};

use crate::App;
use crate::kernel::{Id, Micros, Trouble};
use crate::settlement::refunds::{self as channel, ChannelRefund, RefundState};
use crate::web::parse_id;

use super::actions::Made;
use super::model::{Asked, Case, OpenedBy, Payment, Reason, State};
use super::store::{self, Opening};

/// The job `refund_changed`. Safe to run again: every step is guarded by the state it leaves.
pub fn changed(app: &App, payload: &str) -> Result<(), Trouble> {
    let Some(refund_id) = parse_id(payload) else { return Ok(()) };
    let now = app.clock.now();
    let (case_id, made) = (app.ids.next(now), Made::new(app, now));
    app.db.write(|tx| {
        let Some(refund) = channel::find(tx, refund_id)? else { return Ok(()) };
        if refund.case_id == 0 {
            open_found(tx, &refund, case_id, &made, now)?;
            return Ok::<(), Trouble>(());
        }
        let Some(case) = store::find(tx, refund.case_id)? else { return Ok(()) };
        match refund.state {
            RefundState::Done => returned(tx, app, &case, &made, now)?,
            RefundState::Closed | RefundState::Abnormal => stuck(tx, &case, &refund, &made)?,
            RefundState::Found => found(tx, &case, &made)?,
            RefundState::Waiting | RefundState::Asked => {}
        }
        Ok(())
    })
}

/// The money is back. A match that followed this gift would be taken back here, by a job that the pool's slice registers.
fn returned(tx: &mut Tx, app: &App, case: &Case, made: &Made, now: Micros) -> Result<(), Fault> {
    let ended = matches!(case.state, State::Sending | State::Stuck | State::Found)
        && store::end(tx, case.id, case.state, State::Returned, "", now)?;
    if ended {
        made.step(tx, 0, case.id, ("returned", 0), "", true)?;
        made.tell(tx, app, case, "notice-refund-returned")?;
    }
    Ok(())
}

/// The channel has given up: a person tries again or says no. Until then receipts go on saying what they say.
fn stuck(tx: &mut Tx, case: &Case, refund: &ChannelRefund, made: &Made) -> Result<(), Fault> {
    if store::advance(tx, case.id, State::Sending, State::Stuck)? {
        let step = if refund.state == RefundState::Abnormal { "stuck-abnormal" } else { "stuck-closed" };
        made.step(tx, 0, case.id, (step, 0), &refund.detail, false)?;
    }
    Ok(())
}

/// What was closed has been given back after all.
fn found(tx: &mut Tx, case: &Case, made: &Made) -> Result<(), Fault> {
    if !store::found(tx, case.id)? {
        return Ok(());
    }
    if matches!(case.state, State::Refused | State::Upheld) && !store::claim(tx, &case.transaction_id, case.total_fen, case.amount_fen)? {
        tracing::error!(case_id = case.id, "the channel has given back more of a payment than its cases speak of");
    }
    made.step(tx, 0, case.id, ("found", 0), "", false)
}

fn open_found(tx: &mut Tx, refund: &ChannelRefund, case_id: Id, made: &Made, now: Micros) -> Result<(), Fault> {
    if !channel::tie(tx, refund.id, case_id)? {
        return Ok(());
    }
    let gift = store::payment_of_gift(tx, refund.gift_id)?;
    let payment = Payment {
        organisation_id: refund.organisation_id,
        project_id: refund.project_id,
        gift_id: refund.gift_id,
        donor_id: gift.as_ref().map_or(0, |g| g.donor_id),
        held_id: 0,
        out_trade_no: refund.out_trade_no.clone(),
        transaction_id: refund.transaction_id.clone(),
        paid_at: gift.map_or(refund.accepted_at.unwrap_or(now), |g| g.paid_at),
        total_fen: refund.total_fen,
    };
    let (answer_due_at, done_due_at) = store::clocks(tx)?.due(now);
    let asked = Asked { reason: Reason::MadeElsewhere, amount_fen: refund.amount_fen, statement: String::new() };
    let opening = Opening { id: case_id, opened_by: OpenedBy::Channel, person_id: 0, state: State::Found, now, answer_due_at, done_due_at };
    store::insert(tx, &payment, &asked, &opening)?;
    made.step(tx, 0, case_id, ("opened-channel", 0), "", true)
}
