//! Entering what came outside the channel, and confirming it. One enters, another confirms; nobody edits.

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::civil::{Day, day_of, day_text};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, claims};
use crate::people;
use crate::projects::{self, actions::Stamp};

use super::model::{GiftState, Hand, Kind, OfflineGift, Things, ThingsState};
use super::{reference, rules, store};

/// Who may confirm what somebody else has entered.
const SECOND: [Role; 3] = [Role::Finance, Role::Approver, Role::Manager];

/// A gift as it was typed.
pub struct Entry<'a> {
    pub project_id: Id,
    pub kind: Option<Kind>,
    pub amount_fen: i64,
    pub received_day: Option<Day>,
    pub payer: &'a str,
    pub anonymous: bool,
    /// The donor's lasting reference, if the transfer's remark had one.
    pub reference: &'a str,
    pub bank_reference: &'a str,
    pub evidence: Option<&'a Prepared>,
}

/// Things as they were typed.
pub struct Thing<'a> {
    pub project_id: Id,
    pub item: &'a str,
    pub quantity: i64,
    pub unit: &'a str,
    pub valuation_fen: i64,
    pub basis: &'a str,
    pub received_day: Option<Day>,
    pub payer: &'a str,
    pub anonymous: bool,
    pub evidence: Option<&'a Prepared>,
}

/// The organisations in which the actor holds one of these roles; refuses when there is none.
fn seats(actor: &Actor, roles: &[Role]) -> Result<(Id, Vec<Id>), Refusal> {
    let own = actor.organisations_as(roles);
    match actor.person_id() {
        Some(person_id) if !own.is_empty() => Ok((person_id, own)),
        _ => Err(Refusal::forbidden()),
    }
}

/// The recipient of a project that is public, goes on, and is one of ours; another charity's project is not there.
fn recipient(tx: &mut db::Tx, project_id: Id, own: &[Id]) -> Result<Id, Trouble> {
    let unknown = || Refusal::input("project", "refusal-offline-project");
    let project = projects::find_public(tx, project_id)?.filter(|p| own.contains(&p.recipient_id)).ok_or_else(unknown)?;
    rules::project_takes(project.state)?;
    Ok(project.recipient_id)
}

/// Finance enters a gift with its evidence. Nothing is in the books before a second person has confirmed it.
pub fn enter_gift(app: &App, actor: &Actor, typed: &Entry, now: Micros) -> Result<Id, Trouble> {
    let (person_id, own) = seats(actor, &[Role::Finance])?;
    let kind = typed.kind.ok_or_else(|| Refusal::input("kind", "refusal-offline-missing"))?;
    let amount_fen = rules::amount("amount", typed.amount_fen)?;
    let received_day = rules::received_day(typed.received_day, day_of(now))?;
    let payer = rules::line("payer", typed.payer, 60)?;
    let bank_reference = rules::line("bank_reference", typed.bank_reference, 60)?;
    let wrong = || Refusal::input("reference", "refusal-offline-reference");
    let code = match typed.reference.trim() {
        "" => None,
        written => Some(reference::read(written).ok_or_else(wrong)?),
    };
    let evidence = typed.evidence.ok_or_else(|| Refusal::input("evidence", "refusal-offline-evidence"))?;
    let (id, file_id) = (app.new_id(), app.new_id());
    let twice = || Trouble::from(Refusal { field: Some("bank_reference"), ..Refusal::conflict("refusal-offline-twice") });
    let written = app.db.write(|tx| {
        let organisation_id = recipient(tx, typed.project_id, &own)?;
        let donor_id = match &code {
            None => 0,
            Some(code) => store::person_of(tx, code)?.ok_or_else(wrong)?,
        };
        files::keep(tx, file_id, evidence, organisation_id, person_id, now)?;
        let gift = OfflineGift {
            id,
            organisation_id,
            project_id: typed.project_id,
            kind,
            amount_fen,
            received_day,
            payer: payer.clone(),
            anonymous: typed.anonymous,
            donor_id,
            bank_reference: bank_reference.clone(),
            file_id,
            entered: Hand { person_id, at: now },
            state: GiftState::Entered,
            project_title: String::new(),
            undone_at: None,
        };
        if store::insert(tx, &gift)? { Ok(id) } else { Err(twice()) }
    });
    match written {
        // Somebody else entered the same slip at the same moment.
        Err(Trouble::Fault(fault)) if fault.is_unique_violation() => Err(twice()),
        other => other,
    }
}

fn own_entry(entered_by: Id, person_id: Id) -> Result<(), Refusal> {
    if entered_by == person_id { Err(Refusal::new(403, "refusal-offline-own-entry")) } else { Ok(()) }
}

/// Another person has looked at the evidence: the gift enters the books and gets its place in the project's stream.
pub fn confirm_gift(app: &App, actor: &Actor, id: Id, now: Micros) -> Result<(), Trouble> {
    let (person_id, own) = seats(actor, &SECOND)?;
    let stamp = Stamp { id, ..Stamp::new(app, now) };
    let notice_id = app.new_id();
    app.db.write(|tx| {
        let gift = store::find(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        own_entry(gift.entered.person_id, person_id)?;
        recipient(tx, gift.project_id, &own)?;
        claims::decide(tx, "offline_gift", id, person_id, now)?;
        if !store::decide(tx, id, "confirmed", Hand { person_id, at: now }, "")? {
            return Err(Refusal::conflict("refusal-offline-decided").into());
        }
        projects::actions::enter_offline_gift(tx, &stamp, gift.organisation_id, gift.project_id, gift.amount_fen)?;
        if gift.donor_id != 0 {
            let link = format!("/me/offline-gifts/{id}");
            people::notify(tx, notice_id, gift.donor_id, "notice-offline-confirmed", &[("project", &gift.project_title)], &link, now)?;
        }
        Ok(())
    })
}

/// Another person says that it is no such gift, with a reason. Its bank reference may then be entered again.
pub fn refuse_gift(app: &App, actor: &Actor, id: Id, reason: &str, now: Micros) -> Result<(), Trouble> {
    let (person_id, own) = seats(actor, &SECOND)?;
    let reason = rules::line("reason", reason, 200)?;
    app.db.write(|tx| {
        let gift = store::find(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        own_entry(gift.entered.person_id, person_id)?;
        claims::decide(tx, "offline_gift", id, person_id, now)?;
        if store::decide(tx, id, "refused", Hand { person_id, at: now }, &reason)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-offline-decided").into())
        }
    })
}

/// Finance lists things that were given, with what they are worth and how that is known.
pub fn enter_things(app: &App, actor: &Actor, typed: &Thing, now: Micros) -> Result<Id, Trouble> {
    let (person_id, own) = seats(actor, &[Role::Finance])?;
    let (item, unit) = (rules::line("item", typed.item, 60)?, rules::line("unit", typed.unit, 10)?);
    if !(1..=100_000_000).contains(&typed.quantity) {
        return Err(Refusal::input("quantity", "refusal-offline-quantity").into());
    }
    let valuation_fen = rules::amount("valuation", typed.valuation_fen)?;
    let basis = rules::line("basis", typed.basis, 200)?;
    let received_day = rules::received_day(typed.received_day, day_of(now))?;
    let payer = rules::line("payer", typed.payer, 60)?;
    let evidence = typed.evidence.ok_or_else(|| Refusal::input("evidence", "refusal-offline-evidence"))?;
    let (id, file_id) = (app.new_id(), app.new_id());
    app.db.write(|tx| {
        let organisation_id = recipient(tx, typed.project_id, &own)?;
        files::keep(tx, file_id, evidence, organisation_id, person_id, now)?;
        let things = Things {
            id,
            organisation_id,
            project_id: typed.project_id,
            project_title: String::new(),
            item: item.clone(),
            quantity: typed.quantity,
            unit: unit.clone(),
            valuation_fen,
            basis: basis.clone(),
            received_day,
            payer: payer.clone(),
            anonymous: typed.anonymous,
            file_id,
            entered: Hand { person_id, at: now },
            state: ThingsState::Entered,
        };
        store::insert_things(tx, &things)?;
        Ok(id)
    })
}

/// Another person has counted them.
pub fn confirm_things(app: &App, actor: &Actor, id: Id, now: Micros) -> Result<(), Trouble> {
    decide_things(app, actor, id, "received", "", now)
}

/// Another person says that they are not there, with a reason.
pub fn refuse_things(app: &App, actor: &Actor, id: Id, reason: &str, now: Micros) -> Result<(), Trouble> {
    decide_things(app, actor, id, "refused", &rules::line("reason", reason, 200)?, now)
}

fn decide_things(app: &App, actor: &Actor, id: Id, state: &'static str, answer: &str, now: Micros) -> Result<(), Trouble> {
    let (person_id, own) = seats(actor, &SECOND)?;
    app.db.write(|tx| {
        let things = store::find_things(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        own_entry(things.entered.person_id, person_id)?;
        claims::decide(tx, "offline_things", id, person_id, now)?;
        if store::decide_things(tx, id, state, Hand { person_id, at: now }, answer)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-offline-decided").into())
        }
    })
}

/// They have reached those they are for.
pub fn hand_over(app: &App, actor: &Actor, id: Id, day: Option<Day>, to: &str, now: Micros) -> Result<(), Trouble> {
    let (person_id, own) = seats(actor, &SECOND)?;
    let to = rules::line("handed_to", to, 60)?;
    let day = day.ok_or_else(|| Refusal::input("handed_day", "refusal-offline-day"))?;
    app.db.write(|tx| {
        let things = store::find_things(tx, id, &own)?.ok_or_else(Refusal::not_found)?;
        if day > day_of(now) {
            return Err(Refusal::input("handed_day", "refusal-offline-future").into());
        }
        if day < things.received_day {
            return Err(Refusal::input("handed_day", "refusal-offline-before").with("day", day_text(things.received_day)).into());
        }
        if store::hand_over(tx, id, Hand { person_id, at: now }, day, &to)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-offline-not-received").into())
        }
    })
}

/// The lasting reference of a person; made when it is first looked at, and theirs for ever.
pub fn reference_of(app: &App, person_id: Id, now: Micros) -> Result<String, Trouble> {
    if let Some(known) = app.db.read(|tx| store::reference(tx, person_id))? {
        return Ok(known);
    }
    // Of thirty bits somebody may have the same; then the next number is tried.
    for _ in 0..20 {
        let code = reference::of_number(u32::from_le_bytes(crate::kernel::random_bytes::<4>()) >> 2);
        let kept = app.db.write(|tx| {
            store::insert_reference(tx, person_id, &code, now)?;
            store::reference(tx, person_id)
        })?;
        if let Some(kept) = kept {
            return Ok(kept);
        }
    }
    Err(db::Fault::inconsistent("no transfer reference was free").into())
}

/// The donor decides whether their name is shown.
pub fn sign(app: &App, donor_id: Id, id: Id, anonymous: bool) -> Result<(), Trouble> {
    app.db.write(|tx| if store::sign(tx, id, donor_id, anonymous)? { Ok(()) } else { Err(Refusal::not_found().into()) })
}

/// The charity's bank account as it was typed. It is shown to donors once a second person has confirmed it.
pub fn enter_account(app: &App, actor: &Actor, organisation_id: Id, typed: [&str; 3], now: Micros) -> Result<(), Trouble> {
    let (person_id, own) = seats(actor, &[Role::Finance])?;
    if !own.contains(&organisation_id) {
        return Err(Refusal::not_found().into());
    }
    let [name, bank, number] = typed;
    let number: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    if !(8..=32).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::input("number", "refusal-offline-account-number").into());
    }
    let account = store::Account {
        id: app.new_id(),
        organisation_id,
        organisation: String::new(),
        english_organisation: String::new(),
        name: rules::line("name", name, 60)?,
        bank: rules::line("bank", bank, 60)?,
        number,
        entered_by: person_id,
        confirmed: false,
    };
    Ok(app.db.write(|tx| store::insert_account(tx, &account, now))?)
}

/// Another person has compared it with the bank's paper.
pub fn confirm_account(app: &App, actor: &Actor, organisation_id: Id, id: Id, now: Micros) -> Result<(), Trouble> {
    let (person_id, own) = seats(actor, &SECOND)?;
    if !own.contains(&organisation_id) {
        return Err(Refusal::not_found().into());
    }
    app.db.write(|tx| {
        let account = store::accounts_of(tx, organisation_id)?.into_iter().find(|a| a.id == id).ok_or_else(Refusal::not_found)?;
        own_entry(account.entered_by, person_id)?;
        if store::confirm_account(tx, id, organisation_id, person_id, now)? {
            Ok(())
        } else {
            Err(Refusal::conflict("refusal-offline-decided").into())
        }
    })
}
