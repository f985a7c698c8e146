//! What a donor does: apply for a receipt, withdraw, waive it, take copies, verify one.

use db::Tx;

use crate::App;
use crate::kernel::{Id, MINUTE_US, Micros, Refusal, Trouble, allow, civil, sealed, workdays};
use crate::people::{self, Agreed};

use super::super::model::{Application, NewPayer, PaperGift, PayerKind, Receipt, State};
use super::super::store::receipts;
use super::super::{rules, store};
use super::paper_code;

/// Who asks: a signed-in person, and with which gift's address in hand.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// 0: nobody in particular.
    pub person_id: Id,
    /// The gift whose code was shown.
    pub link: Option<Id>,
}

impl Asker {
    /// One's own gifts when signed in; a guest's gift for whoever holds its address.
    fn may_speak_for(self, gift: &PaperGift) -> bool {
        let own = self.person_id != 0 && gift.donor_id == self.person_id;
        let by_link = gift.donor_id == 0 && self.link == Some(gift.gift_id);
        own || by_link
    }
}

/// The gifts that are asked for, as far as the asker may speak for them.
pub fn gifts(tx: &mut Tx, asker: Asker, ids: &[Id]) -> Result<Vec<PaperGift>, Trouble> {
    let mut found = Vec::new();
    for id in ids {
        let gift = store::gift(tx, *id)?.filter(|gift| asker.may_speak_for(gift));
        found.push(gift.ok_or_else(Refusal::not_found)?);
    }
    Ok(found)
}

/// Applies for one receipt for these gifts. What only the charity's Finance may read is sealed; that it goes to the charity,
/// and through it to its finance service, is `agreed` in the words that stood above the button (PIPL arts. 23 and 29).
///
/// # Errors
/// Refused when a gift is not the asker's, is late, waived, returned or on another application, when the gifts are of more
/// than one charity or too many, or 开票信息 is not as it must be.
pub fn apply(app: &App, asker: Asker, gift_ids: &[Id], typed: &NewPayer, agreed: &Agreed, now: Micros) -> Result<Id, Trouble> {
    let payer = rules::payer(typed)?;
    let mut gift_ids = gift_ids.to_vec();
    gift_ids.sort_unstable();
    gift_ids.dedup();
    if gift_ids.len() > rules::MOST_GIFTS {
        return Err(Refusal::input("gift", "refusal-papers-too-many").with("most", rules::MOST_GIFTS).into());
    }
    let new = NewIds::new(app);
    app.db.write(|tx| {
        let gifts = gifts(tx, asker, &gift_ids)?;
        let words = people::record_consent(tx, agreed, asker.person_id, now)?;
        file(tx, app, new, &gifts, &payer, (asker.person_id, Some(words.to_vec())), now)
    })
}

/// Of an application and what is sealed for it, made before the transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewIds {
    application: Id,
    code: Id,
    contact: Id,
}

impl NewIds {
    pub fn new(app: &App) -> NewIds {
        NewIds { application: app.new_id(), code: app.new_id(), contact: app.new_id() }
    }
}

/// Writes an application for gifts that whoever asks may speak for: a person (0: a guest), and the words they agreed to.
pub(super) fn file(
    tx: &mut Tx,
    app: &App,
    new: NewIds,
    gifts: &[PaperGift],
    payer: &NewPayer,
    (person_id, agreed_sha256): (Id, Option<Vec<u8>>),
    now: Micros,
) -> Result<Id, Trouble> {
    let today = civil::day_of(now);
    let (organisation_id, year) = rules::together(gifts, today)?;
    for gift in gifts {
        if !store::take_gift(tx, gift.gift_id, new.application, gift.returned_fen)? {
            return Err(Refusal::conflict("refusal-papers-applied").into());
        }
    }
    let mut keep = |sealed_id: Id, what: &'static str, plain: &str| -> Result<Id, Trouble> {
        if plain.is_empty() {
            return Ok(0);
        }
        sealed::keep(tx, &app.secret, sealed_id, person_id, what, plain, now)?;
        Ok(sealed_id)
    };
    let payer_code_id = keep(new.code, "payer_code", &payer.code)?;
    let contact_id = keep(new.contact, "payer_contact", &payer.contact)?;
    let application = store::NewApplication {
        id: new.application,
        organisation_id,
        year,
        person_id,
        payer,
        payer_code_id,
        // A company's credit code is public, and its receipt is worth nothing without it.
        payer_code_mask: if payer.kind == PayerKind::Company { payer.code.clone() } else { rules::mask_code(&payer.code) },
        contact_id,
        contact_mask: rules::mask_code(&payer.contact),
        replaces_id: 0,
        agreed_sha256,
        asked_at: now,
        due_day: workdays::add_workdays(today, rules::WORKDAYS),
    };
    store::insert_application(tx, &application, gifts)?;
    Ok(new.application)
}

/// The application at an address, if the code in it is ours.
pub fn find(app: &App, id: Id, code: &str) -> Result<Application, Trouble> {
    if !crate::kernel::constant_time_eq(paper_code(app, id).as_bytes(), code.as_bytes()) {
        return Err(Refusal::not_found().into());
    }
    app.db.read(|tx| store::application(tx, id))?.ok_or_else(|| Refusal::not_found().into())
}

/// Takes an application back while nobody has decided it; its gifts are free again.
pub fn withdraw(app: &App, application: &Application, person_id: Id, now: Micros) -> Result<(), Trouble> {
    app.db.write_batch(|tx| {
        if !store::decide(tx, application.id, State::Waiting, State::Withdrawn, person_id, "", None, now)? {
            return Err(Refusal::conflict("refusal-papers-decided").into());
        }
        store::free_gifts(tx, application.id)?;
        Ok(())
    })
}

/// 放弃开票, or the other way round; both are recorded (慈善法 art. 38).
pub fn waive(app: &App, asker: Asker, gift_id: Id, waived: bool, now: Micros) -> Result<(), Trouble> {
    let id = app.new_id();
    app.db.write_batch(|tx| {
        gifts(tx, asker, &[gift_id])?;
        if !store::waive(tx, id, gift_id, asker.person_id, waived, now)? {
            return Err(Refusal::conflict("refusal-papers-cannot-waive").into());
        }
        Ok(())
    })
}

/// Hands out a copy: the receipt, and the how manieth copy it is. The first is the original.
pub fn take_copy(app: &App, receipt_id: Id, person_id: Id, now: Micros) -> Result<(Receipt, i64), Trouble> {
    let id = app.new_id();
    app.db.write_batch(|tx| {
        let receipt = super::receipt(tx, receipt_id)?;
        Ok((receipt, receipts::count_print(tx, id, receipt_id, person_id, now)?))
    })
}

const LOOKED_UP: (Micros, i64) = (10 * MINUTE_US, 60);

/// What a stranger learns who has a number and its check code. Guessing is counted by address.
pub fn verify(app: &App, text_number: &str, check_code: &str, peer: &str, now: Micros) -> Result<Option<Receipt>, Trouble> {
    let (window, limit) = LOOKED_UP;
    if !app.db.write(|tx| allow(tx, &format!("receipt-look-up {peer}"), window, limit, now))? {
        return Err(Refusal::too_many().into());
    }
    let check_code = check_code.to_ascii_lowercase();
    Ok(app.db.read(|tx| receipts::by_number(tx, text_number, &check_code))?)
}
