//! Movements that other slices cause in transactions of their own: refunds, leftovers that go to another project, gifts
//! outside the channel. Each either passes its guard, writes its transfer and takes its fen, or says why not.

use db::Tx;
use ledger::Code;
use money::Fen;
use serde::Serialize;

use crate::App;
use crate::kernel::civil::day_of;
use crate::kernel::{Id, Micros, Refusal, Trouble, public_entry};
use crate::public_log::gifts;

use super::super::store::{self, stream};
use super::super::{facts, fund};

/// What a movement needs besides its content; made before the transaction, so that a retry writes the same rows.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// Of the fact itself.
    pub id: Id,
    pub transfer_id: Id,
    pub entry_id: Id,
    pub now: Micros,
}

impl Stamp {
    pub fn new(app: &App, now: Micros) -> Stamp {
        Stamp { id: app.new_id(), transfer_id: app.new_id(), entry_id: app.new_id(), now }
    }
}

#[derive(Serialize)]
struct Fact {
    id: String,
    /// The commitment of the gift of a refund, the fact of a correction.
    #[serde(skip_serializing_if = "String::is_empty")]
    about: String,
    project: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    amount_fen: i64,
    /// The fen of the project that it took or freed.
    fen: Vec<[i64; 2]>,
}

fn told(tx: &mut Tx, entry_id: Id, kind: &'static str, fact: &Fact, now: Micros) -> Result<(), Trouble> {
    Ok(public_entry::append(tx, entry_id, kind, &public_entry::body(fact)?, now)?)
}

fn not_there(key: &'static str, available_fen: i64) -> Trouble {
    Refusal { field: Some("amount"), ..Refusal::conflict(key) }.with("available", Fen(available_fen.max(0))).into()
}

/// Sets an amount aside for a refund while the channel works on it. Not more than is left of the gift, nor than is
/// available in the project's account: when the money is paid out, it must come back first.
pub fn hold_refund(tx: &mut Tx, stamp: &Stamp, gift_id: Id, amount_fen: i64) -> Result<(), Trouble> {
    let gift = store::gift_row(tx, gift_id)?.ok_or_else(Refusal::not_found)?;
    let transfer = ledger::refund(stamp.id, gift_id, gift.recipient_id, gift.project_id, Fen(amount_fen))
        .map_err(|_| Refusal::input("amount", "refusal-project-amount"))?;
    let held = stream::hold_refund(tx, gift.project_id, amount_fen)?;
    // Asked after the fund was locked: nobody else is refunding this gift now.
    let left_fen = gift.amount_fen - stream::refunds_of(tx, gift_id)?;
    if amount_fen > left_fen {
        return Err(Refusal::input("amount", "refusal-project-refund-too-much").with("left", Fen(left_fen)).into());
    }
    if held.is_none() {
        let available_fen = fund::total(tx, gift.project_id)?.available_fen();
        return Err(not_there("refusal-project-refund-not-in-account", available_fen));
    }
    Ok(stream::insert_transfer(tx, stamp.transfer_id, &transfer, stamp.now, None)?)
}

/// The channel has given it back, at `at`. Doing so again changes nothing.
pub fn post_refund(tx: &mut Tx, refund_id: Id, entry_id: Id, at: Micros) -> Result<(), Trouble> {
    let refund = stream::transfer(tx, Code::Refund, refund_id)?.ok_or_else(Refusal::not_found)?;
    match refund.state.as_str() {
        "posted" => return Ok(()),
        "voided" => return Err(Refusal::conflict("refusal-project-refund-released").into()),
        _ => {}
    }
    let (project_id, gift_id, amount_fen) = (refund.debit_owner, refund.about_id, refund.amount_fen);
    let gift = store::gift_row(tx, gift_id)?.ok_or_else(Refusal::not_found)?;
    let Some(span) = stream::place(tx, project_id, gift_id, gift.amount_fen)? else {
        return Err(Refusal::conflict("refusal-project-refund-not-placed").into());
    };
    let total = stream::move_refund(tx, project_id, amount_fen)?;
    let change = stream::load(tx, &total, project_id)?
        .take_back(span, Code::Refund, refund_id, amount_fen)
        .ok_or_else(|| stream::missing(project_id))?;
    let fen = stream::apply(tx, project_id, refund_id, &change)?;
    if !stream::settle_transfer(tx, Code::Refund, refund_id, "posted", at)? {
        return Err(Refusal::conflict("refusal-project-refund-released").into());
    }
    stream::refunded_on(tx, refund.credit_owner, day_of(at), amount_fen)?;
    // The log knows the gift by its commitment only.
    let commitment = gifts::commitment(tx, gift_id)?.map(|commitment| openbook::hex(&commitment)).unwrap_or_default();
    let fact = Fact { id: refund_id.to_string(), about: commitment, project: project_id.to_string(), to: String::new(), amount_fen, fen };
    told(tx, entry_id, "refund_posted", &fact, at)
}

/// The channel will not give it back: what was set aside is available again. Doing so again changes nothing.
pub fn release_refund(tx: &mut Tx, refund_id: Id, now: Micros) -> Result<(), Trouble> {
    let refund = stream::transfer(tx, Code::Refund, refund_id)?.ok_or_else(Refusal::not_found)?;
    match refund.state.as_str() {
        "voided" => return Ok(()),
        "posted" => return Err(Refusal::conflict("refusal-project-refund-posted").into()),
        _ => {}
    }
    stream::release_refund(tx, refund.debit_owner, refund.amount_fen)?;
    if !stream::settle_transfer(tx, Code::Refund, refund_id, "voided", now)? {
        return Err(Refusal::conflict("refusal-project-refund-posted").into());
    }
    Ok(())
}

/// Uses what one project left over for another of the same recipient (慈善法 2024 art. 58).
pub fn redirect(tx: &mut Tx, stamp: &Stamp, from: Id, to: Id, amount_fen: i64) -> Result<(), Trouble> {
    let (source, target) = (store::find_public(tx, from)?, store::find_public(tx, to)?);
    let (source, target) = (source.ok_or_else(Refusal::not_found)?, target.ok_or_else(Refusal::not_found)?);
    if amount_fen <= 0 {
        return Err(Refusal::input("amount", "refusal-project-amount").into());
    }
    let transfer =
        ledger::redirect(stamp.id, from, to, Fen(amount_fen)).map_err(|_| Refusal::input("to", "refusal-project-redirect-same"))?;
    if source.recipient_id != target.recipient_id {
        return Err(Refusal::input("to", "refusal-project-redirect-recipient").into());
    }
    if !target.state.is_running() {
        return Err(Refusal::input("to", "refusal-project-redirect-closed").into());
    }
    stream::lock_fund(tx, from.min(to))?;
    let Some(total) = stream::move_elsewhere(tx, from, amount_fen)? else {
        let available_fen = fund::total(tx, from)?.available_fen();
        return Err(not_there("refusal-project-redirect-too-much", available_fen));
    };
    let fen = stream::leave(tx, &total, from, Code::Redirect, stamp.id, amount_fen)?;
    stream::enter(tx, to, Code::Redirect, stamp.id, amount_fen)?;
    stream::insert_transfer(tx, stamp.transfer_id, &transfer, stamp.now, Some(stamp.now))?;
    let fact = Fact { id: stamp.id.to_string(), about: String::new(), project: from.to_string(), to: to.to_string(), amount_fen, fen };
    told(tx, stamp.entry_id, "redirected", &fact, stamp.now)?;
    // With nothing left, nobody owes a word about leftovers any more.
    Ok(facts::refresh_due_day(tx, from)?)
}

/// Takes a gift from outside the channel into the books and gives it its place in the stream.
pub fn enter_offline_gift(tx: &mut Tx, stamp: &Stamp, organisation_id: Id, project_id: Id, amount_fen: i64) -> Result<(), Trouble> {
    let transfer = ledger::offline_gift(stamp.id, organisation_id, project_id, Fen(amount_fen))
        .map_err(|_| Refusal::input("amount", "refusal-project-amount"))?;
    stream::enter(tx, project_id, Code::OfflineGift, stamp.id, amount_fen)?;
    stream::insert_transfer(tx, stamp.transfer_id, &transfer, stamp.now, Some(stamp.now))?;
    let fact = Fact {
        id: stamp.id.to_string(),
        about: String::new(),
        project: project_id.to_string(),
        to: String::new(),
        amount_fen,
        fen: Vec::new(),
    };
    told(tx, stamp.entry_id, "offline_gift", &fact, stamp.now)
}

/// Takes an offline gift out of the books again, for instance because its cheque bounced. `stamp.id` is the correction's.
pub fn undo_offline_gift(tx: &mut Tx, stamp: &Stamp, offline_id: Id) -> Result<(), Trouble> {
    let gift = stream::transfer(tx, Code::OfflineGift, offline_id)?.ok_or_else(Refusal::not_found)?;
    let (project_id, amount_fen) = (gift.credit_owner, gift.amount_fen);
    let wrong = ledger::offline_gift(offline_id, gift.debit_owner, project_id, Fen(amount_fen));
    let transfer = wrong.and_then(|wrong| ledger::correction(stamp.id, &wrong)).map_err(|_| Refusal::not_found())?;
    let Some(total) = stream::undo_offline(tx, project_id, amount_fen)? else {
        let available_fen = fund::total(tx, project_id)?.available_fen();
        return Err(not_there("refusal-project-undo-not-in-account", available_fen));
    };
    if stream::undone(tx, offline_id)? {
        return Err(Refusal::conflict("refusal-project-undone").into());
    }
    let span = stream::place(tx, project_id, offline_id, amount_fen)?.ok_or_else(|| stream::missing(project_id))?;
    let change = stream::load(tx, &total, project_id)?
        .take_back(span, Code::Correction, stamp.id, amount_fen)
        .ok_or_else(|| stream::missing(project_id))?;
    let fen = stream::apply(tx, project_id, stamp.id, &change)?;
    stream::insert_transfer(tx, stamp.transfer_id, &transfer, stamp.now, Some(stamp.now))?;
    let fact = Fact {
        id: stamp.id.to_string(),
        about: offline_id.to_string(),
        project: project_id.to_string(),
        to: String::new(),
        amount_fen,
        fen,
    };
    told(tx, stamp.entry_id, "corrected", &fact, stamp.now)
}

/// Takes back what the implementer did not use. `stamp.id` is the return's.
pub fn take_return(tx: &mut Tx, stamp: &Stamp, project_id: Id, amount_fen: i64) -> Result<(), Trouble> {
    let transfer =
        ledger::payout_return(stamp.id, project_id, Fen(amount_fen)).map_err(|_| Refusal::input("amount", "refusal-project-amount"))?;
    let Some(total) = stream::come_back(tx, project_id, amount_fen)? else {
        let left_fen = fund::total(tx, project_id)?.with_implementer_fen();
        return Err(not_there("refusal-project-return-too-much", left_fen));
    };
    let change = stream::load(tx, &total, project_id)?.come_back(amount_fen).ok_or_else(|| stream::missing(project_id))?;
    let fen = stream::apply(tx, project_id, stamp.id, &change)?;
    stream::insert_transfer(tx, stamp.transfer_id, &transfer, stamp.now, Some(stamp.now))?;
    let fact = Fact { id: stamp.id.to_string(), about: String::new(), project: project_id.to_string(), to: String::new(), amount_fen, fen };
    told(tx, stamp.entry_id, "payout_returned", &fact, stamp.now)
}

/// Undoes a posted payout, expense or return in full. `stamp.id` is the correction's.
pub fn undo(tx: &mut Tx, stamp: &Stamp, code: Code, wrong_id: Id) -> Result<(), Trouble> {
    let wrong = stream::transfer(tx, code, wrong_id)?.filter(|t| t.state == "posted").ok_or_else(Refusal::not_found)?;
    let (project_id, amount_fen) = (wrong.debit_owner, wrong.amount_fen);
    let amount = Fen(amount_fen);
    let undone = match code {
        Code::Payout => ledger::payout(wrong_id, project_id, amount),
        Code::Expense => ledger::expense(wrong_id, project_id, wrong.credit_owner, amount),
        _ => ledger::payout_return(wrong_id, project_id, amount),
    };
    let transfer = undone.and_then(|wrong| ledger::correction(stamp.id, &wrong)).map_err(|_| Refusal::not_found())?;
    stream::lock_fund(tx, project_id)?;
    if stream::undone(tx, wrong_id)? {
        return Err(Refusal::conflict("refusal-project-undone").into());
    }
    let change = match code {
        Code::Payout => {
            let total = stream::undo_payout(tx, project_id, amount_fen)?;
            let change = match total {
                Some(total) => stream::load(tx, &total, project_id)?.undo_payout(wrong_id, amount_fen),
                None => None,
            };
            change.ok_or_else(|| Refusal::conflict("refusal-project-undo-payout-used"))?
        }
        Code::Expense => {
            let total = stream::undo_expense(tx, project_id, wrong.credit_owner, amount_fen)?;
            stream::load(tx, &total, project_id)?.undo_expense(wrong_id)
        }
        _ => {
            let Some(total) = stream::undo_return(tx, project_id, amount_fen)? else {
                let available_fen = fund::total(tx, project_id)?.available_fen();
                return Err(not_there("refusal-project-undo-not-in-account", available_fen));
            };
            let came_back = stream::freed_by(tx, wrong_id)?;
            stream::load(tx, &total, project_id)?.undo_return(&came_back).ok_or_else(|| stream::missing(project_id))?
        }
    };
    let fen = stream::apply(tx, project_id, stamp.id, &change)?;
    stream::insert_transfer(tx, stamp.transfer_id, &transfer, stamp.now, Some(stamp.now))?;
    let fact =
        Fact { id: stamp.id.to_string(), about: wrong_id.to_string(), project: project_id.to_string(), to: String::new(), amount_fen, fen };
    told(tx, stamp.entry_id, "corrected", &fact, stamp.now)
}
