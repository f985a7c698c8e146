//! Receipts through a finance e-invoice service: asked for in the transaction that decides, sent by a chore with a thread of
//! its own, believed when the answer is. While nothing is known the application is "being issued", and its gifts stay as they
//! are: a refund waits.

use db::Tx;
use fiscal::{Answer, IssueRequest, ReverseRequest};

use crate::App;
use crate::kernel::{Id, MINUTE_US, Micros, Refusal, SECOND_US, Trouble, civil, sealed};
use crate::organisations;

use super::super::model::{Application, Issuer, Kind, Receipt, State, Way};
use super::super::store::receipts::{self, NewReceipt};
use super::super::store::requests::{self, FiscalRequest};
use super::super::{rules, store};
use super::refunds::{Numbers, write_reversal};
use super::{Ids, paper_path, tell, tell_the_log};

/// Hands an application to the service.
pub(super) fn ask_to_issue(
    tx: &mut Tx,
    ids: &Ids,
    asked: &Application,
    issuer: &Issuer,
    person_id: Id,
    now: Micros,
) -> Result<(), Trouble> {
    if !store::decide(tx, asked.id, State::Waiting, State::Sent, person_id, "", None, now)? {
        return Err(Refusal::conflict("refusal-papers-decided").into());
    }
    let amount_fen = asked.left_fen;
    if amount_fen <= 0 {
        return Err(Refusal::conflict("refusal-papers-returned").into());
    }
    let mut gifts = store::gifts_on(tx, asked.id)?;
    gifts.retain(|g| g.left_fen() > 0);
    let line = rules::line_of(issuer, &gifts, amount_fen);
    let organisation = organisations::find(tx, asked.organisation_id)?.ok_or_else(Refusal::not_found)?;
    let request = IssueRequest {
        business_number: ids.receipt.to_string(),
        receiver: organisation.name,
        receiver_code: organisation.credit_code,
        payer_kind: asked.payer_kind.word().to_owned(),
        payer: asked.payer_name.clone(),
        payer_code: String::new(),
        item_code: issuer.item_code.clone(),
        item_name: line.item_name,
        unit: line.unit,
        quantity: line.quantity,
        standard_fen: line.standard_fen,
        amount_fen,
        amount_words: money::Fen(amount_fen).capital(),
        handler: issuer.handler.clone(),
        reviewer: issuer.reviewer.clone(),
        payee: issuer.payee.clone(),
        day: civil::day_text(civil::day_of(now)),
    };
    keep(tx, ids.receipt, asked.id, 0, &fiscal::body(&request), amount_fen, person_id, now)
}

/// Asks the service to reverse a receipt of its own.
pub(super) fn ask_to_reverse(tx: &mut Tx, ids: &Ids, old: &Receipt, person_id: Id, reason: &str, now: Micros) -> Result<(), Trouble> {
    if requests::reversal_pending(tx, old.id)? {
        return Err(Refusal::conflict("refusal-papers-being-issued").into());
    }
    let application_id = old.application_id.ok_or_else(Refusal::not_found)?;
    let request = ReverseRequest {
        business_number: ids.receipt.to_string(),
        code: old.code.clone(),
        number: old.text_number.clone(),
        check_code: old.check_code.clone(),
        amount_fen: old.amount_fen,
        reason: reason.to_owned(),
        handler: old.handler.clone(),
        reviewer: old.reviewer.clone(),
        day: civil::day_text(civil::day_of(now)),
    };
    keep(tx, ids.receipt, application_id, old.id, &fiscal::body(&request), old.amount_fen, person_id, now)
}

#[allow(clippy::too_many_arguments)]
fn keep(
    tx: &mut Tx,
    id: Id,
    application_id: Id,
    receipt_id: Id,
    body: &[u8],
    amount_fen: i64,
    asked_by: Id,
    asked_at: Micros,
) -> Result<(), Trouble> {
    let request = FiscalRequest {
        id,
        reversal: receipt_id != 0,
        application_id,
        receipt_id,
        body: String::from_utf8_lossy(body).into_owned(),
        amount_fen,
        asked_by,
        asked_at,
        tries: 0,
        next_at: asked_at,
        last_error: String::new(),
        state: String::new(),
    };
    Ok(requests::insert(tx, &request)?)
}

/// How many requests one round takes, and how long another process leaves them alone.
const AT_ONCE: i64 = 20;
const CLAIM: Micros = MINUTE_US;

/// The chore: asks for everything whose turn it is.
pub fn ask_all(app: &App) -> Result<(), Trouble> {
    let Some(service) = &app.fiscal else { return Ok(()) };
    loop {
        let now = app.clock.now();
        let due = app.db.write(|tx| requests::claim_due(tx, now, now + CLAIM, AT_ONCE))?;
        if due.is_empty() {
            return Ok(());
        }
        for request in &due {
            let answer = if request.reversal { service.reverse(&read(&request.body)?) } else { service.issue(&complete(app, request)?) };
            conclude(app, request, answer)?;
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Trouble> {
    Ok(serde_json::from_str(body).map_err(|error| db::Fault::inconsistent(format!("a kept request cannot be read: {error}")))?)
}

/// The request with the payer's code, which is opened for this and for nothing else, and recorded like any other reading.
fn complete(app: &App, request: &FiscalRequest) -> Result<IssueRequest, Trouble> {
    let mut whole: IssueRequest = read(&request.body)?;
    let (read_id, now) = (app.new_id(), app.clock.now());
    let code = app.db.write(|tx| -> Result<_, Trouble> {
        let asked = store::application(tx, request.application_id)?.ok_or_else(Refusal::not_found)?;
        if asked.payer_code_id == 0 {
            return Ok(None);
        }
        Ok(sealed::open(tx, &app.secret, asked.payer_code_id, read_id, 0, "papers-read-service", now)?)
    })?;
    whole.payer_code = code.unwrap_or_default();
    Ok(whole)
}

/// What follows from an answer, once however often it comes.
fn conclude(app: &App, request: &FiscalRequest, answer: Answer) -> Result<(), Trouble> {
    let now = app.clock.now();
    let wait = (SECOND_US << (request.tries - 1).clamp(0, 9)).min(10 * MINUTE_US);
    let unknown = |why: &str| Ok(app.db.write(|tx| requests::again(tx, request.id, now + wait, why))?);
    let ids = Ids::new(app);
    let link = paper_path(app, request.application_id);
    let concluded = match answer {
        Answer::Unknown { why } => return unknown(&why),
        // The charity reads why and decides; the donor is not told about an item code that was not approved.
        Answer::Refused { message } => app.db.write_batch(|tx| {
            if requests::end(tx, request.id, false, &message)? && !request.reversal {
                store::decide(tx, request.application_id, State::Sent, State::Waiting, 0, &message, None, now)?;
            }
            Ok(())
        }),
        Answer::Issued { code, number, check_code } => app.db.write_batch(|tx| {
            if !requests::end(tx, request.id, true, "")? {
                return Ok(());
            }
            let numbers = Numbers {
                way: Way::Service,
                number: None,
                code: code.clone(),
                text_number: number.clone(),
                check_code: check_code.clone(),
            };
            if request.reversal {
                let body: ReverseRequest = read(&request.body)?;
                write_reversal(tx, &ids, request.receipt_id, numbers, request.asked_by, &body.reason, &link, now)
            } else {
                write_receipt(tx, &ids, request, numbers, &link, now)
            }
        }),
    };
    match concluded {
        // The service gave a number that stands here already. A person must ask it; meanwhile nothing is known.
        Err(Trouble::Fault(fault)) if fault.is_unique_violation() => unknown("the number that was answered is used already"),
        other => other,
    }
}

fn write_receipt(tx: &mut Tx, ids: &Ids, request: &FiscalRequest, numbers: Numbers, link: &str, now: Micros) -> Result<(), Trouble> {
    let body: IssueRequest = read(&request.body)?;
    let asked = store::application(tx, request.application_id)?.ok_or_else(Refusal::not_found)?;
    if !store::decide(tx, asked.id, State::Sent, State::Issued, request.asked_by, "", Some(ids.receipt), now)? {
        return Err(Refusal::conflict("refusal-papers-decided").into());
    }
    let new = NewReceipt {
        id: ids.receipt,
        organisation_id: asked.organisation_id,
        kind: Kind::Receipt,
        way: numbers.way,
        year: rules::year_of(civil::day_of(now)),
        number: numbers.number,
        code: numbers.code,
        text_number: numbers.text_number,
        check_code: numbers.check_code,
        reverses_id: None,
        application_id: Some(asked.id),
        payer_kind: asked.payer_kind,
        payer_name: asked.payer_name.clone(),
        payer_code_id: asked.payer_code_id,
        payer_code_mask: asked.payer_code_mask.clone(),
        amount_fen: request.amount_fen,
        item_code: body.item_code,
        item_name: body.item_name,
        unit: body.unit,
        quantity: body.quantity,
        standard_fen: body.standard_fen,
        handler: body.handler,
        reviewer: body.reviewer,
        payee: body.payee,
        reason: String::new(),
        issued_by: request.asked_by,
        issued_at: now,
    };
    receipts::insert(tx, &new)?;
    for gift in store::gifts_on(tx, asked.id)?.iter().filter(|g| g.left_fen() > 0) {
        if !store::put_on_receipt(tx, gift.gift_id, asked.id, new.id, gift.returned_fen)? {
            return Err(Refusal::conflict("refusal-papers-changed").into());
        }
        receipts::insert_line(tx, new.id, gift.gift_id, gift.left_fen())?;
    }
    store::free_the_returned(tx, asked.id)?;
    tell_the_log(tx, ids, "receipt_issued", &new)?;
    let amount = money::Fen(new.amount_fen).to_string();
    let arguments = [("organisation", asked.organisation_name.as_str()), ("number", new.text_number.as_str()), ("amount", amount.as_str())];
    Ok(tell(tx, ids.notice, asked.person_id, "notice-papers-issued", &arguments, link, now)?)
}
