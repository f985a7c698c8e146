//! What desks decide about a case: the charity examines and asks for approval, the implementer and the operator say what they know, two
//! people agree, and the money sets out.

use db::{Fault, Tx};

use crate::App;
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, claims};
use crate::papers::{self, Reversal};
use crate::projects::{self, fund};
use crate::settlement::refunds::{self as channel, RefundState};

use super::super::model::{Case, Confirmed, Party, State};
use super::super::rules::{self, Approval};
use super::super::store;
use super::{Made, THING, donors_page};

/// The organisations whose cases this person may see at their desk.
pub fn scope(actor: &Actor) -> Vec<Id> {
    actor.organisations_as(&[Role::Manager, Role::Finance, Role::Approver])
}

/// The case, and whoever decides about it for its charity in one of these roles.
fn charitys(tx: &mut Tx, actor: &Actor, case_id: Id, roles: &[Role], now: Micros) -> Result<(Case, Id), Trouble> {
    let case = store::find_for(tx, case_id, &scope(actor))?.ok_or_else(Refusal::not_found)?;
    let person_id = actor.person_id().filter(|_| actor.holds(case.organisation_id, roles)).ok_or_else(Refusal::forbidden)?;
    claims::decide(tx, THING, case_id, person_id, now)?;
    Ok((case, person_id))
}

fn operators(tx: &mut Tx, actor: &Actor, case_id: Id, now: Micros) -> Result<(Case, Id), Trouble> {
    let person_id = actor.person_id().filter(|_| actor.is_operator()).ok_or_else(Refusal::forbidden)?;
    let case = store::find(tx, case_id)?.ok_or_else(Refusal::not_found)?;
    claims::decide(tx, THING, case_id, person_id, now)?;
    Ok((case, person_id))
}

/// Who has to confirm besides the charity. The implementer does when the gift's own fen in the account do not reach.
pub fn needed(tx: &mut Tx, case: &Case) -> Result<Vec<Party>, Fault> {
    let mut paid_out = false;
    let mut own_implementer = true;
    if case.gift_id != 0 {
        own_implementer = store::implementer(tx, case.project_id)?.is_none_or(|(_, own)| own);
        if let Some(before_fen) = store::place_of_gift(tx, case.project_id, case.gift_id)? {
            let now = projects::whereabouts(tx, case.project_id, before_fen, case.total_fen)?;
            paid_out = now.in_account_fen < case.amount_fen;
        }
    }
    Ok(rules::others(case, paid_out, own_implementer))
}

/// The papers are complete.
pub fn examine(app: &App, actor: &Actor, case_id: Id, now: Micros) -> Result<(), Trouble> {
    let made = Made::new(app, now);
    app.db.write(|tx| {
        let (case, person_id) = charitys(tx, actor, case_id, &[Role::Manager], now)?;
        rules::examine(&case, &store::papers(tx, case_id)?)?;
        if !store::advance(tx, case_id, State::Applied, State::Examined)? {
            return Err(rules::moved_on().into());
        }
        store::answered(tx, case_id, now)?;
        made.step(tx, 0, case_id, ("examined", person_id), "", true)?;
        Ok(made.tell(tx, app, &case, "notice-refund-examined")?)
    })
}

/// Something is missing or unclear: the donor reads it on the case's page. It is an answer.
pub fn ask_donor(app: &App, actor: &Actor, case_id: Id, text: &str, now: Micros) -> Result<(), Trouble> {
    let (text, made) = (rules::note(text, "question")?, Made::new(app, now));
    app.db.write(|tx| {
        let (case, person_id) = charitys(tx, actor, case_id, &[Role::Manager], now)?;
        if case.state.is_over() {
            return Err(rules::moved_on().into());
        }
        store::answered(tx, case_id, now)?;
        made.step(tx, 0, case_id, ("question", person_id), &text, true)?;
        Ok(made.tell(tx, app, &case, "notice-refund-question")?)
    })
}

/// The implementer, or the operator, says what it knows.
pub fn confirm(app: &App, actor: &Actor, case_id: Id, party: Party, note: &str, now: Micros) -> Result<(), Trouble> {
    let (note, made) = (rules::note(note, "note")?, Made::new(app, now));
    app.db.write(|tx| {
        let (case, person_id) = match party {
            Party::Operator => operators(tx, actor, case_id, now)?,
            _ => {
                let case = store::find_for(tx, case_id, &scope(actor))?.ok_or_else(Refusal::not_found)?;
                let implementer = store::implementer(tx, case.project_id)?.map_or(0, |(id, _)| id);
                let person_id = actor.person_id().filter(|_| actor.holds(implementer, &[Role::Manager])).ok_or_else(Refusal::forbidden)?;
                (case, person_id)
            }
        };
        let needed = needed(tx, &case)?;
        rules::confirm(&case, party, &needed)?;
        if !store::confirm(tx, case_id, &Confirmed { party, person_id, note: note.clone(), at: now })? {
            return Err(rules::moved_on().into());
        }
        Ok(made.step(tx, 0, case_id, (&format!("confirmed-{}", party.word()), person_id), &note, false)?)
    })
}

/// The charity confirms, and asks two others to agree.
pub fn request(app: &App, actor: &Actor, case_id: Id, note: &str, now: Micros) -> Result<(), Trouble> {
    let (note, made) = (rules::note(note, "note")?, Made::new(app, now));
    app.db.write(|tx| {
        let (case, person_id) = charitys(tx, actor, case_id, &[Role::Manager], now)?;
        let (needed, confirmed) = (needed(tx, &case)?, store::confirmations(tx, case_id)?);
        rules::request(&case, &needed, &confirmed, now)?;
        if !store::request(tx, case_id, person_id)? {
            return Err(rules::moved_on().into());
        }
        // After an appeal the charity's first word stands.
        store::confirm(tx, case_id, &Confirmed { party: Party::Charity, person_id, note: note.clone(), at: now })?;
        Ok(made.step(tx, 0, case_id, ("requested", person_id), &note, false)?)
    })
}

/// A yes. The second one, of another person, sets the money out.
pub fn approve(app: &App, actor: &Actor, case_id: Id, now: Micros) -> Result<(), Trouble> {
    let made = Made::new(app, now);
    app.db.write(|tx| {
        let (case, person_id) = charitys(tx, actor, case_id, &[Role::Finance, Role::Approver], now)?;
        match rules::approve(&case, person_id)? {
            Approval::First => {
                if !store::first_hand(tx, case_id, person_id)? {
                    return Err(rules::moved_on().into());
                }
                Ok(made.step(tx, 0, case_id, ("approved-first", person_id), "", false)?)
            }
            Approval::Second => {
                if !store::second_hand(tx, case_id, person_id)? {
                    return Err(rules::moved_on().into());
                }
                made.step(tx, 0, case_id, ("approved", person_id), "", true)?;
                made.tell(tx, app, &case, "notice-refund-approved")?;
                set_out(app, tx, &Case { second_by: Some(person_id), ..case }, &made, now)
            }
        }
    })
}

/// An approved case goes on its way if nothing bars it. Safe to call again and again.
pub fn proceed(app: &App, case_id: Id) -> Result<(), Trouble> {
    let now = app.clock.now();
    let made = Made::new(app, now);
    let sent = app.db.write(|tx| match store::find(tx, case_id)? {
        Some(case) if case.state == State::Approved => set_out(app, tx, &case, &made, now),
        _ => Ok(()),
    });
    match sent {
        Err(Trouble::Refused(refusal)) => {
            tracing::info!(case_id, reason = refusal.key, "an approved refund waits for the next round");
            Ok(())
        }
        other => other,
    }
}

/// The receipt is reversed, the money set aside, the channel's job written down; or the case says what it waits for.
fn set_out(app: &App, tx: &mut Tx, case: &Case, made: &Made, now: Micros) -> Result<(), Trouble> {
    // A receipt is not reversed for money that cannot go back yet.
    if case.gift_id != 0 && fund::total(tx, case.project_id)?.available_fen() < case.amount_fen {
        return Ok(wait(tx, case, made, "money")?);
    }
    if !off_the_receipts(app, tx, case, made, now)? {
        return Ok(wait(tx, case, made, "receipt")?);
    }
    if !store::advance(tx, case.id, State::Approved, State::Sending)? {
        return Ok(());
    }
    let refund = channel::NewRefund {
        id: made.refund,
        case_id: case.id,
        organisation_id: case.organisation_id,
        project_id: case.project_id,
        gift_id: case.gift_id,
        out_trade_no: &case.out_trade_no,
        transaction_id: &case.transaction_id,
        paid_at: case.paid_at,
        total_fen: case.total_fen,
        amount_fen: case.amount_fen,
    };
    if channel::begin(tx, &refund, made.transfer, now)? {
        return Ok(made.step(tx, 1, case.id, ("sending", 0), "", true)?);
    }
    // Somebody else took the money in this moment: everything is taken back, and the next round says what it waits for.
    Err(Refusal::conflict("refusal-refunds-no-money").into())
}

fn wait(tx: &mut Tx, case: &Case, made: &Made, what: &'static str) -> Result<(), Fault> {
    // Said once, however often it is tried.
    if store::wait_for(tx, case.id, what)? && case.waits_for != what {
        made.step(tx, 2, case.id, (&format!("waits-{what}"), 0), "", true)?;
    }
    Ok(())
}

/// A receipt that was issued for the gift is reversed (冲红) before the money goes back, so that no tax is deducted for what was
/// returned, and from here on receipts speak of the rest only, also while a refund that the channel has closed is tried again.
/// False: the finance service has not answered yet.
fn off_the_receipts(app: &App, tx: &mut Tx, case: &Case, made: &Made, now: Micros) -> Result<bool, Trouble> {
    if case.gift_id == 0 || case.off_receipts {
        return Ok(true);
    }
    if let Some(receipt_id) = papers::must_be_reversed(tx, case.gift_id)? {
        let by = case.second_by.or(case.requested_by).unwrap_or(case.opened_person);
        match papers::reverse(tx, &made.papers, receipt_id, by, REVERSAL, &donors_page(app, case), now) {
            Ok(Reversal::Done) => {}
            // Asked, now or at an earlier try.
            Ok(Reversal::Asked) | Err(Trouble::Refused(_)) => return Ok(false),
            Err(fault) => return Err(fault),
        }
    }
    match papers::refund_begins(tx, &made.papers, case.gift_id, case.amount_fen, now) {
        Ok(_) => {
            store::set_off_receipts(tx, case.id, true)?;
            Ok(true)
        }
        Err(Trouble::Refused(refusal)) if refusal.key == "refusal-papers-being-issued" => Ok(false),
        Err(other) => Err(other),
    }
}

/// The other way round, when the money stays after all: receipts speak of it again, and a donor who had asked for a receipt in
/// time gets one without asking again. False: the finance service has not answered yet.
fn on_the_receipts(app: &App, tx: &mut Tx, case: &Case, made: &Made, person_id: Id, now: Micros) -> Result<bool, Trouble> {
    // Before two people had agreed, no receipt was touched.
    if case.gift_id == 0 || !(case.off_receipts || case.state == State::Approved) {
        return Ok(true);
    }
    let returned_fen = if case.off_receipts { case.amount_fen } else { 0 };
    let hand = papers::Hand { person_id, reason: NOT_RETURNED, link: &donors_page(app, case) };
    if !papers::refund_failed(tx, &made.papers, case.gift_id, returned_fen, &hand, now)? {
        return Ok(false);
    }
    store::set_off_receipts(tx, case.id, false)?;
    Ok(true)
}

/// Why a receipt is reversed, as it stands on the reversal.
const REVERSAL: &str = "捐赠退款";
const NOT_RETURNED: &str = "退款未成，按全额重开";

/// What the finance service was asked stays asked; the person is told to come back when it has answered.
fn after_the_service(concluded: bool) -> Result<(), Trouble> {
    if concluded { Ok(()) } else { Err(Refusal::conflict("refusal-refunds-receipt").into()) }
}

/// A no, with a reason that the donor reads.
pub fn refuse(app: &App, actor: &Actor, case_id: Id, reason: &str, now: Micros) -> Result<(), Trouble> {
    let (reason, made) = (rules::note(reason, "reason")?, Made::new(app, now));
    let concluded = app.db.write(|tx| {
        let (case, person_id) = charitys(tx, actor, case_id, &[Role::Manager, Role::Finance, Role::Approver], now)?;
        rules::refuse(&case)?;
        if case.state == State::Stuck && newest(tx, case_id)?.is_some_and(|r| r.state != RefundState::Closed) {
            return Err(Refusal::conflict("refusal-refunds-under-way").into());
        }
        if !on_the_receipts(app, tx, &case, &made, person_id, now)? {
            return Ok(false);
        }
        if !store::end(tx, case_id, case.state, State::Refused, &reason, now)? {
            return Err(rules::moved_on().into());
        }
        store::let_go(tx, &case.transaction_id, case.amount_fen)?;
        made.step(tx, 0, case_id, ("refused", person_id), &reason, true)?;
        made.tell(tx, app, &case, "notice-refund-refused")?;
        Ok::<_, Trouble>(true)
    })?;
    after_the_service(concluded)
}

fn newest(tx: &mut Tx, case_id: Id) -> Result<Option<channel::ChannelRefund>, Fault> {
    Ok(channel::of_case(tx, case_id)?.pop())
}

/// The channel closed the refund: it is asked for again, under a new number.
pub fn try_again(app: &App, actor: &Actor, case_id: Id, now: Micros) -> Result<(), Trouble> {
    let made = Made::new(app, now);
    app.db.write(|tx| {
        let (case, person_id) = charitys(tx, actor, case_id, &[Role::Finance, Role::Approver], now)?;
        if newest(tx, case_id)?.is_none_or(|r| r.state != RefundState::Closed) {
            return Err(Refusal::conflict("refusal-refunds-under-way").into());
        }
        rules::within_a_year(case.paid_at, now)?;
        if !store::advance(tx, case_id, State::Stuck, State::Approved)? {
            return Err(rules::moved_on().into());
        }
        made.step(tx, 0, case_id, ("tried-again", person_id), "", false)?;
        set_out(app, tx, &case, &made, now)
    })
}

/// What the donor's account could not take is finished by hand on the merchant platform, under the same number: the channel is asked now.
pub fn ask_channel_again(app: &App, actor: &Actor, case_id: Id, now: Micros) -> Result<(), Trouble> {
    app.db.write(|tx| {
        let (_, _) = charitys(tx, actor, case_id, &[Role::Manager, Role::Finance, Role::Approver], now)?;
        match newest(tx, case_id)? {
            Some(refund) => Ok(channel::ask_now(tx, refund.id, now)?),
            None => Err(rules::moved_on().into()),
        }
    })
}

/// A refund that was made elsewhere: somebody from the charity's books says that it is right, and it is posted.
pub fn post_found(app: &App, actor: &Actor, case_id: Id, note: &str, now: Micros) -> Result<(), Trouble> {
    let (note, made) = (rules::note(note, "note")?, Made::new(app, now));
    let concluded = app.db.write(|tx| {
        let (case, person_id) = charitys(tx, actor, case_id, &[Role::Finance, Role::Approver], now)?;
        let found = channel::of_case(tx, case_id)?.into_iter().find(|r| r.state == RefundState::Found).ok_or_else(rules::moved_on)?;
        if !off_the_receipts(app, tx, &Case { second_by: Some(person_id), ..case.clone() }, &made, now)? {
            return Ok(false);
        }
        // A case that was opened here has its part of the payment; one that the channel opened takes it now.
        if found.elsewhere && !store::claim(tx, &case.transaction_id, case.total_fen, case.amount_fen)? {
            let left = store::unclaimed(tx, &case.transaction_id, case.total_fen)?;
            return Err(Refusal::conflict("refusal-refunds-claimed-elsewhere").with("left", money::Fen(left)).into());
        }
        if !channel::post_found(tx, found.id, [made.transfer, made.entry, made.job], now)? {
            return Err(Refusal::conflict("refusal-refunds-no-money").into());
        }
        store::answered(tx, case_id, now)?;
        made.step(tx, 0, case_id, ("posted", person_id), &note, false)?;
        Ok::<_, Trouble>(true)
    })?;
    after_the_service(concluded)
}

/// The operator decides about an appeal: for good, or back to the charity.
pub fn decide_appeal(app: &App, actor: &Actor, case_id: Id, reopen: bool, reason: &str, now: Micros) -> Result<(), Trouble> {
    let (reason, made) = (rules::note(reason, "reason")?, Made::new(app, now));
    app.db.write(|tx| {
        let (case, person_id) = operators(tx, actor, case_id, now)?;
        if case.state != State::Appealed {
            return Err(rules::moved_on().into());
        }
        if !reopen {
            if !store::end(tx, case_id, State::Appealed, State::Upheld, &reason, now)? {
                return Err(rules::moved_on().into());
            }
            made.step(tx, 0, case_id, ("upheld", person_id), &reason, true)?;
            return Ok(made.tell(tx, app, &case, "notice-refund-upheld")?);
        }
        if !store::claim(tx, &case.transaction_id, case.total_fen, case.amount_fen)? {
            let left = store::unclaimed(tx, &case.transaction_id, case.total_fen)?;
            return Err(Refusal::conflict("refusal-refunds-claimed-elsewhere").with("left", money::Fen(left)).into());
        }
        let due = store::clocks(tx)?.due(now);
        if !store::reopen(tx, case_id, due)? {
            return Err(rules::moved_on().into());
        }
        made.step(tx, 0, case_id, ("reopened", person_id), &reason, true)?;
        Ok(made.tell(tx, app, &case, "notice-refund-reopened")?)
    })
}
