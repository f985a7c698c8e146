//! What refunds ask of receipts. A receipt says how much the charity received, so it is reversed (冲红) before anything goes
//! back, and what remains is receipted anew.
//!
//! The way of a refund, all in the refund's own transactions: `must_be_reversed` → `reverse` → `refund_begins` when the money
//! is sent off; `refund_failed` if it comes to nothing. From `refund_begins` on no receipt can be issued for that part.

use db::{Fault, Tx};

use crate::App;
use crate::kernel::{BeforeUndoing, Id, Micros, Refusal, Trouble, civil, workdays};

use super::super::model::{Issuer, Kind, NewPayer, Receipt, State, Way};
use super::super::store::receipts::{self, NewReceipt};
use super::super::store::requests;
use super::super::{rules, store};
use super::{Ids, receipt, service, tell, tell_the_log};

/// The valid receipt on which a gift stands, and which must be reversed before any of the gift is returned.
pub fn must_be_reversed(tx: &mut Tx, gift_id: Id) -> Result<Option<Id>, Fault> {
    Ok(store::gift(tx, gift_id)?.and_then(|gift| gift.receipt_id))
}

/// How a reversal went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reversal {
    /// The receipt is reversed.
    Done,
    /// The finance service was asked. `must_be_reversed` names the receipt until it has answered.
    Asked,
}

/// 冲红: a reversal with its own number in the series. The receipt keeps its number, and everyone who asks is told that it is
/// reversed. Its gifts are free again. `link` is where the donor reads about it.
///
/// # Errors
/// Refused when it is reversed already, is being reversed, or is no receipt.
pub fn reverse(tx: &mut Tx, ids: &Ids, receipt_id: Id, person_id: Id, reason: &str, link: &str, now: Micros) -> Result<Reversal, Trouble> {
    let old = standing(tx, receipt_id)?;
    if old.way == Way::Service {
        service::ask_to_reverse(tx, ids, &old, person_id, reason, now)?;
        return Ok(Reversal::Asked);
    }
    let year = rules::year_of(civil::day_of(now));
    let number = receipts::next_number(tx, old.organisation_id, year)?;
    // The code under which the charity issues now; what it was then if it has none any more.
    let code = receipts::issuer(tx, old.organisation_id)?.map_or(old.code, |issuer| issuer.prefix);
    let numbers = Numbers {
        way: Way::Own,
        number: Some(number),
        code,
        text_number: rules::text_number(year, number),
        check_code: ids.check_code.clone(),
    };
    write_reversal(tx, ids, receipt_id, numbers, person_id, reason, link, now)?;
    Ok(Reversal::Done)
}

/// A receipt that is one, and valid.
fn standing(tx: &mut Tx, receipt_id: Id) -> Result<Receipt, Trouble> {
    let found = receipt(tx, receipt_id)?;
    if found.kind != Kind::Receipt || found.reversed_by.is_some() {
        return Err(Refusal::conflict("refusal-papers-reversed").into());
    }
    Ok(found)
}

/// What a receipt or reversal is known by.
pub(super) struct Numbers {
    pub way: Way,
    pub number: Option<i64>,
    pub code: String,
    pub text_number: String,
    pub check_code: String,
}

/// Writes the reversal of a receipt and frees its gifts.
#[allow(clippy::too_many_arguments)]
pub(super) fn write_reversal(
    tx: &mut Tx,
    ids: &Ids,
    receipt_id: Id,
    numbers: Numbers,
    person_id: Id,
    reason: &str,
    link: &str,
    now: Micros,
) -> Result<(), Trouble> {
    let old = standing(tx, receipt_id)?;
    let application_id = old.application_id.ok_or_else(|| Fault::inconsistent(format!("receipt {receipt_id} has no application")))?;
    let application = store::application(tx, application_id)?.ok_or_else(Refusal::not_found)?;
    let issuer = receipts::issuer(tx, old.organisation_id)?;
    let hand = |now: fn(&Issuer) -> &String, then: &String| issuer.as_ref().map_or(then, now).clone();
    let new = NewReceipt {
        id: ids.receipt,
        organisation_id: old.organisation_id,
        kind: Kind::Reversal,
        way: numbers.way,
        year: rules::year_of(civil::day_of(now)),
        number: numbers.number,
        code: numbers.code,
        text_number: numbers.text_number,
        check_code: numbers.check_code,
        reverses_id: Some(receipt_id),
        application_id: Some(application_id),
        payer_kind: old.payer_kind,
        payer_name: old.payer_name.clone(),
        payer_code_id: application.payer_code_id,
        payer_code_mask: old.payer_code_mask.clone(),
        amount_fen: -old.amount_fen,
        item_code: old.item_code.clone(),
        item_name: old.item_name.clone(),
        unit: old.unit.clone(),
        quantity: old.quantity,
        standard_fen: old.standard_fen,
        handler: hand(|i| &i.handler, &old.handler),
        reviewer: hand(|i| &i.reviewer, &old.reviewer),
        payee: hand(|i| &i.payee, &old.payee),
        reason: reason.to_owned(),
        issued_by: person_id,
        issued_at: now,
    };
    receipts::insert(tx, &new)?;
    let lines = receipts::lines(tx, receipt_id)?;
    let freed = store::take_off_receipt(tx, receipt_id)?;
    if freed != lines.len() as u64 {
        return Err(Fault::inconsistent(format!("receipt {receipt_id} has {} gifts, and {freed} stand on it", lines.len())).into());
    }
    tell_the_log(tx, ids, "receipt_reversed", &new)?;
    let arguments = [("organisation", old.organisation_name.as_str()), ("number", old.text_number.as_str()), ("reason", reason)];
    Ok(tell(tx, ids.notice, application.person_id, "notice-papers-reversed", &arguments, link, now)?)
}

/// Applies anew, in the payer's name, for what is left of a reversed receipt. The time limits were kept by the first
/// application. `None` when nothing is left or it was done already.
pub fn apply_again(tx: &mut Tx, ids: &Ids, receipt_id: Id, now: Micros) -> Result<Option<Id>, Trouble> {
    let old = receipt(tx, receipt_id)?;
    let Some(application_id) = old.application_id.filter(|_| old.reversed_by.is_some()) else { return Ok(None) };
    if store::replacement(tx, receipt_id)?.is_some() {
        return Ok(None);
    }
    let lines = receipts::lines(tx, receipt_id)?;
    ask_in_the_name_of(tx, ids, application_id, receipt_id, lines.iter().map(|line| line.gift_id), now)
}

/// An application like an earlier one, for those of these gifts that are free and not returned.
fn ask_in_the_name_of(
    tx: &mut Tx,
    ids: &Ids,
    application_id: Id,
    replaces_id: Id,
    gift_ids: impl Iterator<Item = Id>,
    now: Micros,
) -> Result<Option<Id>, Trouble> {
    let asked = store::application(tx, application_id)?.ok_or_else(Refusal::not_found)?;
    let mut gifts = Vec::new();
    for gift_id in gift_ids {
        let gift = store::gift(tx, gift_id)?.filter(|g| g.left_fen() > 0 && g.application_id.is_none() && g.waived_at.is_none());
        gifts.extend(gift);
    }
    if gifts.is_empty() {
        return Ok(None);
    }
    for gift in &gifts {
        if !store::take_gift(tx, gift.gift_id, ids.application, gift.returned_fen)? {
            return Err(Refusal::conflict("refusal-papers-changed").into());
        }
    }
    let payer = NewPayer { kind: asked.payer_kind, name: asked.payer_name.clone(), code: String::new(), contact: String::new() };
    let application = store::NewApplication {
        id: ids.application,
        organisation_id: asked.organisation_id,
        year: asked.year,
        person_id: asked.person_id,
        payer: &payer,
        payer_code_id: asked.payer_code_id,
        payer_code_mask: asked.payer_code_mask.clone(),
        contact_id: asked.contact_id,
        contact_mask: asked.contact_mask.clone(),
        replaces_id,
        agreed_sha256: store::agreed_words(tx, application_id)?,
        asked_at: now,
        due_day: workdays::add_workdays(civil::day_of(now), rules::WORKDAYS),
    };
    store::insert_application(tx, &application, &gifts)?;
    Ok(Some(ids.application))
}

/// Why an application ended without anybody's word: a message that says what became of its gifts.
pub const ENDED_BY_REFUND: &str = "papers-ended-by-refund";

/// Some or all of a gift is on its way back. From here on receipts speak of the rest only; when a receipt of this gift was
/// reversed for it, the rest is applied for anew, and the application's id is returned.
///
/// # Errors
/// Refused while a valid receipt stands, while one is being issued by the finance service, or when more would go back than came.
pub fn refund_begins(tx: &mut Tx, ids: &Ids, gift_id: Id, amount_fen: i64, now: Micros) -> Result<Option<Id>, Trouble> {
    let gift = store::gift(tx, gift_id)?.ok_or_else(Refusal::not_found)?;
    if gift.receipt_id.is_some() {
        return Err(Refusal::conflict("refusal-papers-reverse-first").into());
    }
    if amount_fen <= 0 || amount_fen > gift.left_fen() {
        return Err(Refusal::conflict("refusal-papers-returned-more").into());
    }
    if !store::add_returned(tx, gift_id, amount_fen, gift.amount_fen)? {
        return Err(Refusal::conflict("refusal-papers-being-issued").into());
    }
    if let Some(application_id) = gift.application_id {
        // An application that still waits is for what is left; with nothing left it is over.
        let application = store::application(tx, application_id)?.ok_or_else(Refusal::not_found)?;
        if application.left_fen == 0 && store::decide(tx, application_id, State::Waiting, State::Withdrawn, 0, ENDED_BY_REFUND, None, now)?
        {
            store::free_gifts(tx, application_id)?;
        }
        return Ok(None);
    }
    match receipts::last_reversed(tx, gift_id)? {
        Some(receipt_id) => apply_again(tx, ids, receipt_id, now),
        None => Ok(None),
    }
}

/// Who lets a refund come to nothing, and what stands on the reversal that follows.
pub struct Hand<'a> {
    pub person_id: Id,
    pub reason: &'a str,
    /// Where the donor reads about it.
    pub link: &'a str,
}

/// A refund came to nothing, and the charity has this part after all. A receipt for the rest says too little now: it is
/// reversed, and everything is applied for anew in the payer's name, whenever the first application was. With an amount of 0
/// the refund had not begun, and only what was reversed for it is made good.
///
/// False: the finance service is issuing or reversing, and nothing follows before it has answered.
pub fn refund_failed(tx: &mut Tx, ids: &Ids, gift_id: Id, amount_fen: i64, hand: &Hand, now: Micros) -> Result<bool, Trouble> {
    let gift = store::gift(tx, gift_id)?.ok_or_else(Refusal::not_found)?;
    if let Some(receipt_id) = gift.receipt_id {
        if amount_fen == 0 {
            return Ok(!requests::reversal_pending(tx, receipt_id)?);
        }
        match reverse(tx, ids, receipt_id, hand.person_id, hand.reason, hand.link, now) {
            Ok(Reversal::Done) => {}
            // Asked, now or at an earlier try.
            Ok(Reversal::Asked) | Err(Trouble::Refused(_)) => return Ok(false),
            Err(fault) => return Err(fault),
        }
    }
    if amount_fen > 0 && !store::take_back_returned(tx, gift_id, amount_fen)? {
        return Ok(false);
    }
    if let Some((application_id, receipt_id)) = store::asked_for(tx, gift_id, ENDED_BY_REFUND)? {
        let whole = match receipt_id {
            Some(receipt_id) => apply_again(tx, ids, receipt_id, now)?,
            None => None,
        };
        if whole.is_none() {
            ask_in_the_name_of(tx, ids, application_id, 0, std::iter::once(gift_id), now)?;
        }
    }
    Ok(true)
}

/// An offline gift is about to leave the books, because it never was one. Receipts let go of it as of a refund, in the
/// transaction that undoes it: it is refused while a receipt is valid or being issued, and none can be issued afterwards.
pub fn before_undoing(app: &App) -> BeforeUndoing {
    let ids = Ids::new(app);
    Box::new(move |tx, gift_id, amount_fen, now| match refund_begins(tx, &ids, gift_id, amount_fen, now) {
        Err(Trouble::Refused(_)) => Err(Refusal::conflict("refusal-papers-undone-receipted").into()),
        other => other.map(|_| ()),
    })
}
