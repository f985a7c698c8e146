//! What the operator does about organisations: found one, add a certificate, open its merchant number, give and end seats; and
//! what a manager may do with the seats of their own.

use db::Tx;
use serde_json::json;

use crate::App;
use crate::files::{self, Prepared};
use crate::kernel::{Actor, Id, Micros, Refusal, Role, Trouble, hex, public_entry, sha256};
use crate::people;

use super::model::{NewCertificate, NewOrganisation, Organisation};
use super::store::NewSeat;
use super::{areas, decisions, renewals, rules, store};

/// Founds an organisation with the certificates it brings, all or nothing. Its credit code is checked and unique.
pub fn found(app: &App, new: NewOrganisation) -> Result<Id, Trouble> {
    let new = rules::new_organisation(&new)?;
    let (id, entry_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    let papers: Vec<(Id, Id, &NewCertificate)> = new.certificates.iter().map(|c| (app.new_id(), app.new_id(), c)).collect();
    let written = app.db.write(|tx| {
        put_organisation(tx, id, entry_id, &new, now)?;
        for (certificate_id, entry_id, certificate) in &papers {
            put_certificate(tx, *certificate_id, *entry_id, id, certificate, now)?;
        }
        Ok(id)
    });
    unique_or(written, taken)
}

/// Writes down an organisation whose form was checked, without its papers.
pub(super) fn put_organisation(tx: &mut Tx, id: Id, entry_id: Id, new: &NewOrganisation, now: Micros) -> Result<(), Trouble> {
    if areas::find(tx, &new.area_code)?.is_none() {
        return Err(Refusal::input("area_code", "refusal-organisation-area").into());
    }
    if store::credit_code_taken(tx, &new.credit_code)? {
        return Err(taken());
    }
    store::insert_organisation(tx, id, new, now)?;
    let body = json!({ "organisation": id.to_string(), "kind": new.kind.word(), "credit_code": new.credit_code, "area": new.area_code });
    Ok(public_entry::append(tx, entry_id, "organisation_founded", &body.to_string(), now)?)
}

pub(super) fn taken() -> Trouble {
    Refusal { field: Some("credit_code"), ..Refusal::conflict("refusal-organisation-known") }.into()
}

/// Adds a certificate, with its scan and who brought it if there is one. One that was renewed is a new row: the old one stays,
/// with its days.
pub fn add_certificate(app: &App, organisation_id: Id, new: &NewCertificate, scan: Option<(&Prepared, Id)>) -> Result<Id, Trouble> {
    let new = rules::new_certificate(new)?;
    let (id, entry_id, file_id, now) = (app.new_id(), app.new_id(), app.new_id(), app.clock.now());
    app.db.write(|tx| {
        new_to_it(tx, organisation_id, &new)?;
        put_certificate(tx, id, entry_id, organisation_id, &new, now)?;
        if let Some((scan, person_id)) = scan {
            files::keep(tx, file_id, scan, organisation_id, person_id, now)?;
            renewals::put_scan(tx, id, new.kind, file_id, now)?;
        }
        Ok(id)
    })
}

/// Refuses a certificate that the organisation has already.
pub(super) fn new_to_it(tx: &mut Tx, organisation_id: Id, new: &NewCertificate) -> Result<(), Trouble> {
    must_exist(tx, organisation_id)?;
    let same = |c: &super::Certificate| (c.kind, &c.number, c.valid_from_day) == (new.kind, &new.number, new.valid_from_day);
    if store::certificates(tx, organisation_id)?.iter().any(same) {
        return Err(Refusal { field: Some("number"), ..Refusal::conflict("refusal-certificate-known") }.into());
    }
    Ok(())
}

/// The number and the issuer are words, and words stay out of public entries: their hash binds them.
pub(super) fn put_certificate(
    tx: &mut Tx,
    id: Id,
    entry_id: Id,
    organisation_id: Id,
    new: &NewCertificate,
    now: Micros,
) -> Result<(), Trouble> {
    store::insert_certificate(tx, id, organisation_id, new)?;
    let body = json!({
        "certificate": id.to_string(), "organisation": organisation_id.to_string(), "kind": new.kind.word(),
        "valid_from_day": new.valid_from_day, "valid_until_day": new.valid_until_day,
        "paper_sha256": hex(&sha256(format!("{}\n{}", new.number, new.issuer).as_bytes())),
    });
    Ok(public_entry::append(tx, entry_id, "certificate_added", &body.to_string(), now)?)
}

/// Opens the organisation's own merchant number, into which its gifts will go. It is given once: money that is on its
/// way must find the number it left for.
pub fn open_merchant(app: &App, organisation_id: Id, mchid: &str) -> Result<(), Trouble> {
    let mchid = rules::merchant_number(mchid)?;
    let now = app.clock.now();
    let taken = || Trouble::from(Refusal { field: Some("mchid"), ..Refusal::conflict("refusal-merchant-taken") });
    let written = app.db.write(|tx| {
        must_exist(tx, organisation_id)?;
        if store::merchant_of(tx, organisation_id)?.is_some() {
            return Err(Refusal { field: Some("mchid"), ..Refusal::conflict("refusal-merchant-already") }.into());
        }
        if store::merchant_owner(tx, &mchid)?.is_some() {
            return Err(taken());
        }
        Ok(store::insert_merchant(tx, organisation_id, &mchid, now)?)
    });
    unique_or(written, taken)
}

/// Gives a person a seat from `starts_at` until `ends_at`, which is not included.
pub fn give_seat(
    app: &App,
    organisation_id: Id,
    person_id: Id,
    role: Role,
    starts_at: Micros,
    ends_at: Option<Micros>,
) -> Result<Id, Trouble> {
    let (id, now) = (app.new_id(), app.clock.now());
    let seat = NewSeat { id, organisation_id, person_id, role, starts_at, ends_at };
    app.db.write(|tx| {
        put_seat(tx, &seat, now)?;
        Ok(id)
    })
}

pub(super) fn put_seat(tx: &mut Tx, seat: &NewSeat, now: Micros) -> Result<(), Trouble> {
    let organisation = must_exist(tx, seat.organisation_id)?;
    rules::new_seat(organisation.kind, seat.role, seat.starts_at, seat.ends_at, now)?;
    if !people::exists(tx, seat.person_id)? {
        return Err(Refusal::input("login", "refusal-seat-person").into());
    }
    let from = seat.starts_at.max(now);
    let holds = |s: &super::Seat| s.person_id == seat.person_id && s.role == seat.role && s.ends_at.is_none_or(|end| end > from);
    if store::seats(tx, seat.organisation_id)?.iter().any(holds) {
        return Err(Refusal { field: Some("login"), ..Refusal::conflict("refusal-seat-held") }.into());
    }
    Ok(store::insert_seat(tx, seat)?)
}

/// Gives a seat to whoever has this staff login: how an operator invites somebody to a desk.
pub fn give_seat_to_login(
    app: &App,
    organisation_id: Id,
    login: &str,
    role: Role,
    starts_at: Micros,
    ends_at: Option<Micros>,
) -> Result<Id, Trouble> {
    let login: String = login.trim().to_ascii_lowercase().chars().filter(|c| !c.is_control()).collect();
    let member = app.db.read(|tx| people::find_staff(tx, &login))?;
    let member = member.ok_or_else(|| Refusal::input("login", "refusal-seat-login"))?;
    give_seat(app, organisation_id, member.person_id, role, starts_at, ends_at)
}

/// The operator ends a seat now, with a reason. Whoever held it keeps their history, loses the desk with their next click, is
/// told why and may appeal.
pub fn end_seat(app: &App, actor: &Actor, organisation_id: Id, seat_id: Id, reason: &str) -> Result<(), Trouble> {
    if !actor.is_operator() {
        return Err(Refusal::forbidden().into());
    }
    let by = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let reason = rules::block("reason", reason, 2, 500)?;
    let (notice_id, now) = (app.new_id(), app.clock.now());
    app.db.write(|tx| {
        let organisation = must_exist(tx, organisation_id)?;
        let seat = store::seats(tx, organisation_id)?.into_iter().find(|s| s.id == seat_id).ok_or_else(Refusal::not_found)?;
        decisions::write_seat_end(tx, organisation_id, seat_id, by, &reason, now)?;
        if !store::end_seat(tx, organisation_id, seat_id, now)? {
            return Err(Refusal::conflict("refusal-seat-ended").into());
        }
        Ok(people::notify(tx, notice_id, seat.person_id, "notice-seat-ended", &[("name", &organisation.name)], "/me/appeals", now)?)
    })
}

/// Ends a seat of one's own organisation. The last manager stays until somebody has taken over; only the operator can end
/// that seat.
pub fn end_own_seat(app: &App, actor: &Actor, organisation_id: Id, seat_id: Id) -> Result<(), Trouble> {
    if !actor.holds(organisation_id, &[Role::Manager]) {
        return Err(Refusal::forbidden().into());
    }
    let now = app.clock.now();
    app.db.write(|tx| {
        // Two managers who end each other's seat at once come one after the other.
        store::hold(tx, organisation_id)?;
        rules::may_end(&store::seats(tx, organisation_id)?, seat_id, now)?;
        if store::end_seat(tx, organisation_id, seat_id, now)? { Ok(()) } else { Err(Refusal::conflict("refusal-seat-ended").into()) }
    })
}

pub(super) fn must_exist(tx: &mut Tx, organisation_id: Id) -> Result<Organisation, Trouble> {
    Ok(store::find(tx, organisation_id)?.ok_or_else(Refusal::not_found)?)
}

/// Two hands at once: the unique key decided, and the second one hears the same as if it had come later.
pub(super) fn unique_or<T>(written: Result<T, Trouble>, taken: impl Fn() -> Trouble) -> Result<T, Trouble> {
    match written {
        Err(Trouble::Fault(fault)) if fault.is_unique_violation() => Err(taken()),
        other => other,
    }
}
