//! Money on its way back: what the channel is asked for, what it says, and the posting that follows. Who asked and why is a case in
//! the slice `refunds`; here a refund is a number at the channel that is asked for until the channel has said how it ended.
//!
//! * `rules` – what follows from what the channel says.
//! * `books` – the project's money: set aside before the channel is asked, posted when it has paid, free again when it will not.
//! * `store` – the rows.
//! * `bill` – the refunds on a bill beside ours.
//!
//! Invariants: the number at the channel is made once and never changes, so asking twice gives back once. The money is set aside
//! before the channel hears of it. A refund that ends is posted in the transaction that says so, whoever brings the news:
//! answer, notification, query or bill. A refund nobody here asked for is written down as found, and a person posts it.

pub mod bill;
mod books;
mod rules;
mod store;

use db::{Fault, Tx};
use wechat::{Refund, RefundAnswer, RefundNotice, RefundQueryAnswer, RefundStatus};

use crate::App;
use crate::channel::RefundRequest;
use crate::jobs;
use crate::kernel::{HOUR_US, Id, MINUTE_US, Micros, SECOND_US, Trouble};

pub use rules::RefundState;
pub use store::{ChannelRefund, of_case, of_gift, tie};

/// The job that follows when a refund has ended, or was found: the slice `refunds` brings its case up to date.
pub const CHANGED: &str = "refund_changed";

/// What the donor's bank statement says.
const SHOWN_TO_THE_DONOR: &str = "捐赠退款";

/// A refund to be asked for. `project_id` and `gift_id` are 0 for a payment that never entered the books.
pub struct NewRefund<'a> {
    pub id: Id,
    pub case_id: Id,
    pub organisation_id: Id,
    pub project_id: Id,
    pub gift_id: Id,
    pub out_trade_no: &'a str,
    pub transaction_id: &'a str,
    pub paid_at: Micros,
    pub total_fen: i64,
    pub amount_fen: i64,
}

/// Sets the money aside and writes the refund down; the channel is asked a moment later. False: the project's account does not
/// have it free, and nothing was written.
pub fn begin(tx: &mut Tx, new: &NewRefund, transfer_id: Id, now: Micros) -> Result<bool, Trouble> {
    if new.gift_id != 0 && !books::hold(tx, new.id, new.gift_id, new.amount_fen, transfer_id, now)? {
        return Ok(false);
    }
    store::insert(tx, new, &new.id.to_string(), now)?;
    if new.gift_id == 0 {
        // The bill's day of the payment can explain itself now.
        store::look_again(tx, new.organisation_id, new.paid_at)?;
    }
    Ok(true)
}

/// What the channel says about a refund, wherever it says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The account from which the money goes back, where it is said.
    pub mchid: Option<String>,
    pub out_refund_no: String,
    pub refund_id: String,
    pub transaction_id: String,
    pub out_trade_no: String,
    pub status: RefundStatus,
    pub accepted_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub total_fen: i64,
    pub refund_fen: i64,
}

impl From<Refund> for Said {
    fn from(said: Refund) -> Said {
        Said {
            mchid: None,
            out_refund_no: said.out_refund_no,
            refund_id: said.refund_id,
            transaction_id: said.transaction_id,
            out_trade_no: said.out_trade_no,
            status: said.status,
            accepted_at: said.created_at,
            ended_at: said.success_at,
            total_fen: said.total_fen,
            refund_fen: said.refund_fen,
        }
    }
}

impl From<RefundNotice> for Said {
    fn from(said: RefundNotice) -> Said {
        Said {
            mchid: Some(said.sub_mchid.unwrap_or(said.mchid)),
            out_refund_no: said.out_refund_no,
            refund_id: said.refund_id,
            transaction_id: said.transaction_id,
            out_trade_no: said.out_trade_no,
            status: said.status,
            accepted_at: None,
            ended_at: said.success_at,
            total_fen: said.total_fen,
            refund_fen: said.refund_fen,
        }
    }
}

/// What became of what the channel said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It is ours, and our row says now what the channel says.
    Ours,
    /// Made elsewhere; written down, and a case opens.
    Found,
    /// Its number is ours and its content is not.
    Differs,
    /// No refund of ours, and nothing we could write down.
    Unknown,
}

/// Takes what the channel says about a refund. Repeating it, in whatever order, changes nothing more.
pub fn take(app: &App, said: &Said, now: Micros) -> Result<Taken, Trouble> {
    let ids = [app.ids.next(now), app.ids.next(now), app.ids.next(now)];
    app.db.write(|tx| take_in(tx, said, ids, now))
}

fn take_in(tx: &mut Tx, said: &Said, [found_id, job_id, entry_id]: [Id; 3], now: Micros) -> Result<Taken, Trouble> {
    let Some(ours) = store::find_by_number(tx, &said.out_refund_no)? else {
        return Ok(found(tx, said, found_id, job_id, now)?);
    };
    let fits = (ours.transaction_id.as_str(), ours.amount_fen, ours.total_fen)
        == (said.transaction_id.as_str(), said.refund_fen, said.total_fen)
        && said.mchid.as_ref().is_none_or(|mchid| *mchid == ours.mchid);
    if !fits {
        tracing::error!(out_refund_no = said.out_refund_no, ?said, "the channel speaks of a refund of ours with another content");
        store::remark(tx, ours.id, "differs")?;
        return Ok(Taken::Differs);
    }
    store::learn(tx, ours.id, &said.refund_id, said.accepted_at)?;
    if let Some(next) = rules::after(ours.state, &said.status) {
        change(tx, &ours, next, said, job_id, entry_id, now)?;
    }
    Ok(Taken::Ours)
}

fn change(tx: &mut Tx, ours: &ChannelRefund, next: RefundState, said: &Said, job_id: Id, entry_id: Id, now: Micros) -> Result<(), Trouble> {
    let ended_at = matches!(next, RefundState::Done | RefundState::Closed).then(|| said.ended_at.unwrap_or(now));
    // Whoever changes the row does what follows from it; the others find it changed.
    if !store::advance(tx, ours.id, ours.state, next, ended_at, now + MINUTE_US)? {
        return Ok(());
    }
    match next {
        RefundState::Done if ours.gift_id != 0 => books::post(tx, ours, entry_id, ended_at.unwrap_or(now))?,
        RefundState::Closed if ours.gift_id != 0 => books::release(tx, ours, now)?,
        _ => {}
    }
    if next != RefundState::Asked {
        jobs::enqueue(tx, job_id, CHANGED, &ours.id.to_string(), now)?;
    }
    Ok(())
}

/// A refund that was made elsewhere: written down once, whoever tells of it first.
fn found(tx: &mut Tx, said: &Said, id: Id, job_id: Id, now: Micros) -> Result<Taken, Fault> {
    let Some(mchid) = said.mchid.as_ref().filter(|_| said.status == RefundStatus::Success) else {
        return Ok(Taken::Unknown);
    };
    let Some(organisation_id) = store::owner_of(tx, mchid)? else { return Ok(Taken::Unknown) };
    let gift = store::gift_of_transaction(tx, &said.transaction_id, &said.out_trade_no, organisation_id)?;
    if !store::insert_found(tx, id, organisation_id, gift.unwrap_or_default(), said, now)? {
        return Ok(Taken::Ours);
    }
    tracing::warn!(out_refund_no = said.out_refund_no, refund_fen = said.refund_fen, "a refund was made elsewhere; a case opens");
    jobs::enqueue(tx, job_id, CHANGED, &id.to_string(), now)?;
    Ok(Taken::Found)
}

/// Posts a refund that was found: the money is gone already, and the books follow. False: the project's account does not have it
/// free, or somebody has posted it.
pub fn post_found(tx: &mut Tx, refund_id: Id, [transfer_id, entry_id, job_id]: [Id; 3], now: Micros) -> Result<bool, Trouble> {
    let Some(refund) = store::find(tx, refund_id)?.filter(|r| r.state == RefundState::Found) else { return Ok(false) };
    if refund.gift_id != 0 && !books::hold(tx, refund.id, refund.gift_id, refund.amount_fen, transfer_id, now)? {
        return Ok(false);
    }
    if !store::advance(tx, refund.id, RefundState::Found, RefundState::Done, Some(refund.ended_at.unwrap_or(now)), now)? {
        return Err(Fault::inconsistent(format!("refund {refund_id} was posted while it was being posted")).into());
    }
    if refund.gift_id != 0 {
        books::post(tx, &refund, entry_id, refund.ended_at.unwrap_or(now))?;
    }
    store::look_again(tx, refund.organisation_id, refund.accepted_at.unwrap_or(now))?;
    jobs::enqueue(tx, job_id, CHANGED, &refund.id.to_string(), now)?;
    Ok(true)
}

/// How many refunds one round asks about.
const ROUND: i64 = 50;

/// Asks the channel about every refund that is due: sends it while it is not certain that the channel has it, then asks how it is.
pub fn ask_due(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    for refund in app.db.read(|tx| store::due(tx, now, ROUND))? {
        // Two processes may ask at once; the number makes it one refund. The claim only keeps them from doing so all the time.
        if app.db.write(|tx| store::claim(tx, &refund, now + wait(&refund)))? {
            ask(app, &refund)?;
        }
    }
    Ok(())
}

/// Ten seconds, then ever more rarely; an hour at the longest.
fn wait(refund: &ChannelRefund) -> Micros {
    match refund.state {
        RefundState::Abnormal => HOUR_US,
        _ => ((10 * SECOND_US) << refund.queries.clamp(0, 9)).min(HOUR_US),
    }
}

fn ask(app: &App, refund: &ChannelRefund) -> Result<(), Trouble> {
    let now = app.clock.now();
    let said = if refund.state == RefundState::Waiting { send(app, refund, now)? } else { query(app, refund, now)? };
    let Some(said) = said else { return Ok(()) };
    match take(app, &said, now) {
        Ok(_) => Ok(()),
        // The gift has no place in its project's stream yet, or the row is busy: the next round finds it as it is.
        Err(Trouble::Refused(refusal)) => {
            tracing::warn!(refund_id = refund.id, reason = refusal.key, "what the channel said about a refund waits");
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

fn send(app: &App, refund: &ChannelRefund, now: Micros) -> Result<Option<Said>, Trouble> {
    let request = RefundRequest {
        mchid: &refund.mchid,
        transaction_id: &refund.transaction_id,
        out_refund_no: &refund.out_refund_no,
        refund_fen: refund.amount_fen,
        total_fen: refund.total_fen,
        reason: SHOWN_TO_THE_DONOR,
    };
    match app.channel.refund(&request, now) {
        Ok(RefundAnswer::Accepted(said)) => Ok(Some(said.into())),
        Ok(RefundAnswer::Refused(error)) => {
            tracing::warn!(refund_id = refund.id, %error, "the channel refuses a refund");
            app.db.write(|tx| store::remark(tx, refund.id, &error.code))?;
            if rules::may_pass(&error.code) {
                return Ok(None);
            }
            // A refusal says nothing about an earlier sending of the same number: only when the channel does not know it is it over.
            match app.channel.query_refund(&refund.out_refund_no, &refund.mchid, now) {
                Ok(RefundQueryAnswer::Found(said)) => Ok(Some(said.into())),
                Ok(RefundQueryAnswer::NotExist) => Ok(Some(refused(refund))),
                _ => Ok(None),
            }
        }
        Ok(RefundAnswer::Unknown { status, why }) => later(app, refund, &format!("{status}: {why}")),
        Err(why) => later(app, refund, &why.0),
    }
}

fn query(app: &App, refund: &ChannelRefund, now: Micros) -> Result<Option<Said>, Trouble> {
    match app.channel.query_refund(&refund.out_refund_no, &refund.mchid, now) {
        Ok(RefundQueryAnswer::Found(said)) => Ok(Some(said.into())),
        Ok(RefundQueryAnswer::NotExist) => later(app, refund, "the channel accepted it and does not know it"),
        Ok(RefundQueryAnswer::Refused(error)) => later(app, refund, &error.to_string()),
        Ok(RefundQueryAnswer::Unknown { status, why }) => later(app, refund, &format!("{status}: {why}")),
        Err(why) => later(app, refund, &why.0),
    }
}

/// What no channel says in one piece: it will not take this refund, and does not know its number.
fn refused(refund: &ChannelRefund) -> Said {
    Said {
        mchid: None,
        out_refund_no: refund.out_refund_no.clone(),
        refund_id: String::new(),
        transaction_id: refund.transaction_id.clone(),
        out_trade_no: refund.out_trade_no.clone(),
        status: RefundStatus::Closed,
        accepted_at: None,
        ended_at: None,
        total_fen: refund.total_fen,
        refund_fen: refund.amount_fen,
    }
}

fn later(app: &App, refund: &ChannelRefund, why: &str) -> Result<Option<Said>, Trouble> {
    tracing::warn!(refund_id = refund.id, why, "a refund could not be settled; the channel is asked again");
    app.db.write(|tx| store::remark(tx, refund.id, "unknown"))?;
    Ok(None)
}

/// A person has acted at the merchant platform, or is impatient: the channel is asked at the next round.
pub fn ask_now(tx: &mut Tx, refund_id: Id, now: Micros) -> Result<(), Fault> {
    store::hurry(tx, refund_id, now)
}

/// One refund as its row says; for the job that follows a change.
pub fn find(tx: &mut Tx, refund_id: Id) -> Result<Option<ChannelRefund>, Fault> {
    store::find(tx, refund_id)
}
