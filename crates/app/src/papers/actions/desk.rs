//! What a charity's Finance does: settle how receipts are issued, issue, refuse, reverse, explain a number.

use db::Tx;

use crate::App;
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, civil, claims, sealed};

use super::super::model::{Application, Issuer, Kind, NewPayer, PaperGift, PayerKind, Receipt, Source, State, Way};
use super::super::store::receipts::{self, NewReceipt};
use super::super::{rules, store};
use super::{Ids, donor, paper_path, refunds, service, tell, tell_the_log};

/// Who issues, and who may look on.
pub const FINANCE: &[Role] = &[Role::Finance];
pub const LOOKERS: &[Role] = &[Role::Finance, Role::Manager, Role::Approver];

/// The charity whose receipts this person has to do with, in one of these roles.
pub fn desk_of(actor: &Actor, roles: &[Role]) -> Result<Id, Refusal> {
    actor.organisations_as(roles).first().copied().ok_or_else(Refusal::forbidden)
}

/// An application of one's own charity; another one is not there.
pub fn application(tx: &mut Tx, actor: &Actor, roles: &[Role], id: Id) -> Result<Application, Trouble> {
    let found = store::application(tx, id)?.ok_or_else(Refusal::not_found)?;
    if actor.holds(found.organisation_id, roles) {
        Ok(found)
    } else if actor.holds(found.organisation_id, &Role::ALL) {
        Err(Refusal::forbidden().into())
    } else {
        Err(Refusal::not_found().into())
    }
}

fn person(actor: &Actor) -> Result<Id, Refusal> {
    actor.person_id().ok_or_else(Refusal::forbidden)
}

/// Says how receipts are issued from now on. What was issued keeps the names it was issued with.
pub fn settle(app: &App, actor: &Actor, typed: &Issuer, now: Micros) -> Result<(), Trouble> {
    let organisation_id = desk_of(actor, FINANCE)?;
    let (issuer, person_id) = (rules::issuer(typed)?, person(actor)?);
    if issuer.way == Way::Service && app.fiscal.is_none() {
        return Err(Refusal::input("way", "refusal-papers-no-service").into());
    }
    let taken = || Trouble::from(Refusal::input("prefix", "refusal-papers-prefix-taken"));
    let written = app.db.write(|tx| {
        if receipts::prefix_taken(tx, organisation_id, &issuer.prefix)? {
            return Err(taken());
        }
        Ok(receipts::keep_issuer(tx, organisation_id, &issuer, person_id, now)?)
    });
    match written {
        Err(Trouble::Fault(fault)) if fault.is_unique_violation() => Err(taken()),
        other => other,
    }
}

/// A gift from outside the channel that this charity received; another one is not there.
pub fn offline_gift(tx: &mut Tx, actor: &Actor, roles: &[Role], gift_id: Id) -> Result<PaperGift, Trouble> {
    let own = |gift: &PaperGift| gift.source != Source::Channel && actor.holds(gift.organisation_id, &Role::ALL);
    let gift = store::gift(tx, gift_id)?.filter(own).ok_or_else(Refusal::not_found)?;
    if actor.holds(gift.organisation_id, roles) { Ok(gift) } else { Err(Refusal::forbidden().into()) }
}

/// Applies for somebody who gave outside the channel and has no account here. The receipt is for whoever stands on the
/// evidence that two people have seen, so the name is not typed again. What they told the charity they told the charity:
/// nothing is handed on to anybody that a consent would be about.
///
/// # Errors
/// Refused when the donor has an account and applies there, or as `donor::apply` refuses.
pub fn apply_for(app: &App, actor: &Actor, gift_id: Id, typed: &NewPayer, now: Micros) -> Result<Id, Trouble> {
    let new = donor::NewIds::new(app);
    app.db.write(|tx| {
        let gift = offline_gift(tx, actor, FINANCE, gift_id)?;
        if gift.donor_id != 0 {
            return Err(Refusal::conflict("refusal-papers-donor-applies").into());
        }
        let payer = rules::payer(&NewPayer { name: gift.name.clone(), ..typed.clone() })?;
        donor::file(tx, app, new, &[gift], &payer, (0, None), now)
    })
}

/// Issues the receipt of an application. The number is given in this transaction: two at once get one each, and one that
/// is refused leaves no gap.
///
/// # Errors
/// Refused when it was decided already, a colleague has it, the charity has not said how it issues, or a gift changed.
pub fn issue(app: &App, actor: &Actor, application_id: Id, now: Micros) -> Result<(), Trouble> {
    let person_id = person(actor)?;
    let ids = Ids::new(app);
    let link = paper_path(app, application_id);
    app.db.write_batch(|tx| {
        let asked = application(tx, actor, FINANCE, application_id)?;
        claims::decide(tx, "receipt_application", application_id, person_id, now)?;
        let issuer = receipts::issuer(tx, asked.organisation_id)?.ok_or_else(|| Refusal::conflict("refusal-papers-unsettled"))?;
        match (issuer.way, app.fiscal.is_some()) {
            (Way::Own, _) => put_out(tx, &ids, &asked, &issuer, person_id, &link, now),
            (Way::Service, true) => service::ask_to_issue(tx, &ids, &asked, &issuer, person_id, now),
            (Way::Service, false) => Err(Refusal::conflict("refusal-papers-no-service").into()),
        }
    })
}

/// A receipt of our own series.
fn put_out(tx: &mut Tx, ids: &Ids, asked: &Application, issuer: &Issuer, person_id: Id, link: &str, now: Micros) -> Result<(), Trouble> {
    if !store::decide(tx, asked.id, State::Waiting, State::Issued, person_id, "", Some(ids.receipt), now)? {
        return Err(Refusal::conflict("refusal-papers-decided").into());
    }
    let mut gifts = store::gifts_on(tx, asked.id)?;
    gifts.retain(|g| g.left_fen() > 0);
    let mut amount_fen = 0;
    let mut lines = Vec::new();
    for gift in &gifts {
        if !store::put_on_receipt(tx, gift.gift_id, asked.id, ids.receipt, gift.returned_fen)? {
            return Err(Refusal::conflict("refusal-papers-changed").into());
        }
        amount_fen += gift.left_fen();
        lines.push((gift.gift_id, gift.left_fen()));
    }
    if lines.is_empty() {
        return Err(Refusal::conflict("refusal-papers-returned").into());
    }
    store::free_the_returned(tx, asked.id)?;
    let line = rules::line_of(issuer, &gifts, amount_fen);
    let year = rules::year_of(civil::day_of(now));
    let number = receipts::next_number(tx, asked.organisation_id, year)?;
    let new = NewReceipt {
        id: ids.receipt,
        organisation_id: asked.organisation_id,
        kind: Kind::Receipt,
        way: Way::Own,
        year,
        number: Some(number),
        code: issuer.prefix.clone(),
        text_number: rules::text_number(year, number),
        check_code: ids.check_code.clone(),
        reverses_id: None,
        application_id: Some(asked.id),
        payer_kind: asked.payer_kind,
        payer_name: asked.payer_name.clone(),
        payer_code_id: asked.payer_code_id,
        payer_code_mask: asked.payer_code_mask.clone(),
        amount_fen,
        item_code: issuer.item_code.clone(),
        item_name: line.item_name,
        unit: line.unit,
        quantity: line.quantity,
        standard_fen: line.standard_fen,
        handler: issuer.handler.clone(),
        reviewer: issuer.reviewer.clone(),
        payee: issuer.payee.clone(),
        reason: String::new(),
        issued_by: person_id,
        issued_at: now,
    };
    receipts::insert(tx, &new)?;
    for (gift_id, fen) in lines {
        receipts::insert_line(tx, new.id, gift_id, fen)?;
    }
    tell_the_log(tx, ids, "receipt_issued", &new)?;
    let amount = money::Fen(amount_fen).to_string();
    let arguments = [("organisation", asked.organisation_name.as_str()), ("number", new.text_number.as_str()), ("amount", amount.as_str())];
    Ok(tell(tx, ids.notice, asked.person_id, "notice-papers-issued", &arguments, link, now)?)
}

/// How a bulk issue went: so many issued, and why each of the others was not.
#[derive(Debug, Default)]
pub struct Issued {
    pub issued: usize,
    pub refused: Vec<(Id, Refusal)>,
}

/// Issues several, each in its own transaction: one that cannot be issued holds up no other.
pub fn issue_all(app: &App, actor: &Actor, ids: &[Id], now: Micros) -> Result<Issued, Trouble> {
    desk_of(actor, FINANCE)?;
    let mut outcome = Issued::default();
    for id in ids.iter().take(rules::BULK) {
        match issue(app, actor, *id, now) {
            Ok(()) => outcome.issued += 1,
            Err(Trouble::Refused(refusal)) => outcome.refused.push((*id, refusal)),
            Err(fault) => return Err(fault),
        }
    }
    Ok(outcome)
}

/// Refuses an application with a reason that the donor reads; its gifts can be applied for anew.
pub fn refuse(app: &App, actor: &Actor, application_id: Id, typed: &str, now: Micros) -> Result<(), Trouble> {
    let (reason, person_id) = (rules::reason(typed)?, person(actor)?);
    let ids = Ids::new(app);
    let link = paper_path(app, application_id);
    app.db.write_batch(|tx| {
        let asked = application(tx, actor, FINANCE, application_id)?;
        claims::decide(tx, "receipt_application", application_id, person_id, now)?;
        if !store::decide(tx, application_id, State::Waiting, State::Refused, person_id, &reason, None, now)? {
            return Err(Refusal::conflict("refusal-papers-decided").into());
        }
        store::free_gifts(tx, application_id)?;
        let arguments = [("organisation", asked.organisation_name.as_str()), ("reason", reason.as_str())];
        Ok(tell(tx, ids.notice, asked.person_id, "notice-papers-refused", &arguments, &link, now)?)
    })
}

/// A receipt of one's own charity.
pub fn receipt_for(tx: &mut Tx, actor: &Actor, roles: &[Role], id: Id) -> Result<Receipt, Trouble> {
    let found = receipts::find(tx, id)?.ok_or_else(Refusal::not_found)?;
    if actor.holds(found.organisation_id, roles) { Ok(found) } else { Err(Refusal::not_found().into()) }
}

/// 冲红 at the desk, for a receipt that was issued wrongly. With `again` the rest is applied for anew in the same step.
pub fn reverse(app: &App, actor: &Actor, application_id: Id, typed: &str, again: bool, now: Micros) -> Result<(), Trouble> {
    let (reason, person_id) = (rules::reason(typed)?, person(actor)?);
    let ids = Ids::new(app);
    let link = paper_path(app, application_id);
    app.db.write_batch(|tx| {
        let asked = application(tx, actor, FINANCE, application_id)?;
        let receipt_id = asked.receipt_id.ok_or_else(|| Refusal::conflict("refusal-papers-not-issued"))?;
        let reversal = refunds::reverse(tx, &ids, receipt_id, person_id, &reason, &link, now)?;
        if again && reversal == refunds::Reversal::Done {
            refunds::apply_again(tx, &ids, receipt_id, now)?;
        }
        Ok(())
    })
}

/// Uses up the next number for nothing and says why: a paper form spoiled, a number written by hand while this was down.
pub fn void_number(app: &App, actor: &Actor, typed: &str, now: Micros) -> Result<(), Trouble> {
    let organisation_id = desk_of(actor, FINANCE)?;
    let (reason, person_id) = (rules::reason(typed)?, person(actor)?);
    let ids = Ids::new(app);
    app.db.write_batch(|tx| {
        let issuer = receipts::issuer(tx, organisation_id)?.ok_or_else(|| Refusal::conflict("refusal-papers-unsettled"))?;
        let year = rules::year_of(civil::day_of(now));
        let number = receipts::next_number(tx, organisation_id, year)?;
        let new = NewReceipt {
            id: ids.receipt,
            organisation_id,
            kind: Kind::Void,
            way: Way::Own,
            year,
            number: Some(number),
            code: issuer.prefix.clone(),
            text_number: rules::text_number(year, number),
            check_code: String::new(),
            reverses_id: None,
            application_id: None,
            payer_kind: PayerKind::Person,
            payer_name: String::new(),
            payer_code_id: 0,
            payer_code_mask: String::new(),
            amount_fen: 0,
            item_code: String::new(),
            item_name: String::new(),
            unit: String::new(),
            quantity: 0,
            standard_fen: 0,
            handler: issuer.handler.clone(),
            reviewer: issuer.reviewer.clone(),
            payee: issuer.payee.clone(),
            reason: reason.clone(),
            issued_by: person_id,
            issued_at: now,
        };
        receipts::insert(tx, &new)?;
        Ok(tell_the_log(tx, &ids, "receipt_number_void", &new)?)
    })
}

/// What was sealed for an application, opened for Finance while it has to be issued: identity or credit code, and where the
/// paper is wanted. Each opening is recorded where the payer sees it.
pub fn open_payer(app: &App, actor: &Actor, application_id: Id, now: Micros) -> Result<(String, String), Trouble> {
    let person_id = person(actor)?;
    let (first, second) = (app.new_id(), app.new_id());
    app.db.write(|tx| {
        let asked = application(tx, actor, FINANCE, application_id)?;
        if !matches!(asked.state, State::Waiting | State::Sent) {
            return Err(Refusal::conflict("refusal-papers-sealed").into());
        }
        let mut open = |id: Id, read_id: Id| -> Result<String, Trouble> {
            if id == 0 {
                return Ok(String::new());
            }
            Ok(sealed::open(tx, &app.secret, id, read_id, person_id, "papers-read-issuing", now)?.unwrap_or_default())
        };
        Ok((open(asked.payer_code_id, first)?, open(asked.contact_id, second)?))
    })
}
