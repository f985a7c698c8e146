//! What the operator does about organisations: found one, add a certificate, open its merchant number, give and end seats.

use db::Tx;
use serde_json::json;

use crate::App;
use crate::kernel::{Id, Micros, Refusal, Role, Trouble, hex, public_entry, sha256};
use crate::people;

use super::model::{NewCertificate, NewOrganisation, Organisation};
use super::store::NewSeat;
use super::{areas, rules, store};

/// Founds an organisation with the certificates it brings, all or nothing. Its credit code is checked and unique.
pub fn found(app: &App, new: NewOrganisation) -> Result<Id, Trouble> {
    let new = rules::new_organisation(&new)?;
    let (id, entry_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    let papers: Vec<(Id, Id, &NewCertificate)> = new.certificates.iter().map(|c| (app.new_id(), app.new_id(), c)).collect();
    let taken = || Trouble::from(Refusal { field: Some("credit_code"), ..Refusal::conflict("refusal-organisation-known") });
    let written = app.db.write(|tx| {
        if areas::find(tx, &new.area_code)?.is_none() {
            return Err(Refusal::input("area_code", "refusal-organisation-area").into());
        }
        if store::credit_code_taken(tx, &new.credit_code)? {
            return Err(taken());
        }
        store::insert_organisation(tx, id, &new, now)?;
        let body = json!({ "organisation": id, "kind": new.kind.word(), "credit_code": new.credit_code, "area": new.area_code });
        public_entry::append(tx, entry_id, "organisation_founded", &body.to_string(), now)?;
        for (certificate_id, entry_id, certificate) in &papers {
            put_certificate(tx, *certificate_id, *entry_id, id, certificate, now)?;
        }
        Ok(id)
    });
    unique_or(written, taken)
}

/// Adds a certificate. One that was renewed is a new row: the old one stays, with its days.
pub fn add_certificate(app: &App, organisation_id: Id, new: NewCertificate) -> Result<Id, Trouble> {
    let new = rules::new_certificate(&new)?;
    let (id, entry_id, now) = (app.new_id(), app.new_id(), app.clock.now());
    app.db.write(|tx| {
        must_exist(tx, organisation_id)?;
        let same = |c: &super::Certificate| (c.kind, &c.number, c.valid_from_day) == (new.kind, &new.number, new.valid_from_day);
        if store::certificates(tx, organisation_id)?.iter().any(same) {
            return Err(Refusal { field: Some("number"), ..Refusal::conflict("refusal-certificate-known") }.into());
        }
        put_certificate(tx, id, entry_id, organisation_id, &new, now)?;
        Ok(id)
    })
}

/// The number and the issuer are words, and words stay out of public entries: their hash binds them.
fn put_certificate(tx: &mut Tx, id: Id, entry_id: Id, organisation_id: Id, new: &NewCertificate, now: Micros) -> Result<(), Trouble> {
    store::insert_certificate(tx, id, organisation_id, new)?;
    let body = json!({
        "certificate": id, "organisation": organisation_id, "kind": new.kind.word(),
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
        let organisation = must_exist(tx, organisation_id)?;
        rules::new_seat(organisation.kind, role, starts_at, ends_at, now)?;
        if !people::exists(tx, person_id)? {
            return Err(Refusal::input("login", "refusal-seat-person").into());
        }
        let holds = |s: &super::Seat| s.person_id == person_id && s.role == role && s.ends_at.is_none_or(|end| end > starts_at.max(now));
        if store::seats(tx, organisation_id)?.iter().any(holds) {
            return Err(Refusal { field: Some("login"), ..Refusal::conflict("refusal-seat-held") }.into());
        }
        store::insert_seat(tx, &seat)?;
        Ok(id)
    })
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

/// Ends a seat now. Whoever held it keeps their history, and loses the desk with their next click.
pub fn end_seat(app: &App, organisation_id: Id, seat_id: Id) -> Result<(), Trouble> {
    let now = app.clock.now();
    if app.db.write(|tx| store::end_seat(tx, organisation_id, seat_id, now))? {
        return Ok(());
    }
    Err(Refusal::conflict("refusal-seat-ended").into())
}

fn must_exist(tx: &mut Tx, organisation_id: Id) -> Result<Organisation, Trouble> {
    Ok(store::find(tx, organisation_id)?.ok_or_else(Refusal::not_found)?)
}

/// Two hands at once: the unique key decided, and the second one hears the same as if it had come later.
fn unique_or<T>(written: Result<T, Trouble>, taken: impl Fn() -> Trouble) -> Result<T, Trouble> {
    match written {
        Err(Trouble::Fault(fault)) if fault.is_unique_violation() => Err(taken()),
        other => other,
    }
}
