//! Passkeys of staff: made at one's own page, used at the staff door. A challenge is ours (sealed with the deployment's secret), bound to the person
//! or the browser it was made for, good for five minutes and answered once. The password's lock does not apply here: nobody can guess a key.

use db::Fault;

use crate::App;
use crate::kernel::{Actor, Id, MINUTE_US, Refusal, Strength, Trouble, allow, made_at};
use crate::people::model::{Passkey, SignedIn};
use crate::people::{rules, store};
use crate::web;

use super::STAFF_TRIES_AN_ADDRESS;

const CHALLENGE_LIFETIME: i64 = 5 * MINUTE_US;
const MOST_A_PERSON: usize = 10;

/// What a challenge is for, and for whom.
#[derive(Clone, Copy)]
pub enum Asked<'a> {
    /// A new key for this person.
    Create(Id),
    /// A sign-in of the browser that holds this token.
    Use(&'a str),
}

impl Asked<'_> {
    fn subject(self, id: &str) -> String {
        match self {
            Asked::Create(person_id) => format!("create\n{person_id}\n{id}"),
            Asked::Use(token) => format!("use\n{token}\n{id}"),
        }
    }
}

/// A new challenge, as text; its bytes are what the authenticator signs.
pub fn challenge(app: &App, asked: Asked) -> String {
    let id = app.new_id().to_string();
    let seal = app.secret.code("passkey", &asked.subject(&id));
    format!("{id}-{seal}")
}

/// The number of a challenge that is ours, was made for this, and still holds.
fn admit(app: &App, challenge: &str, asked: Asked, now: i64) -> Result<Id, Refusal> {
    let gone = || Refusal::new(422, "refusal-passkey-old");
    let (id, seal) = challenge.split_once('-').ok_or_else(gone)?;
    if !app.secret.code_fits("passkey", &asked.subject(id), seal) {
        return Err(gone());
    }
    let id = web::parse_id(id).ok_or_else(gone)?;
    if now - made_at(id) > CHALLENGE_LIFETIME { Err(gone()) } else { Ok(id) }
}

/// The site as browsers name it, and the host alone, to which keys belong.
pub fn site(app: &App) -> (&str, &str) {
    let origin = app.base_url.as_str();
    let host = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    (origin, host.split([':', '/']).next().unwrap_or(host))
}

/// What the browser sends back after a key was made.
pub struct Made<'a> {
    pub challenge: &'a str,
    pub name: &'a str,
    pub client_data: &'a [u8],
    pub attestation: &'a [u8],
}

pub fn register(app: &App, actor: &Actor, made: &Made) -> Result<(), Trouble> {
    let person_id = staff(actor)?;
    let name = rules::name(made.name)?;
    let now = app.clock.now();
    let challenge = admit(app, made.challenge, Asked::Create(person_id), now)?;
    let (origin, rp_id) = site(app);
    let expected = webauthn::Expected { challenge: made.challenge.as_bytes(), origin, rp_id };
    let key = webauthn::read_registration(&expected, made.client_data, made.attestation).map_err(|why| {
        tracing::warn!(%why, person_id, "a passkey was not taken");
        Refusal::new(422, "refusal-passkey-made")
    })?;
    let id = app.new_id();
    let written = app.db.write(|tx| {
        if !store::is_staff(tx, person_id)? {
            return Err(Refusal::conflict("refusal-passkey-staff-only").into());
        }
        if store::passkeys::of_person(tx, person_id)?.len() >= MOST_A_PERSON {
            return Err(Refusal::conflict("refusal-passkey-many").with("most", MOST_A_PERSON).into());
        }
        if !store::passkeys::use_challenge(tx, challenge, now)? {
            return Err(Refusal::new(422, "refusal-passkey-old").into());
        }
        let new = store::passkeys::NewPasskey {
            id,
            person_id,
            credential_id: &key.credential_id,
            public_key: &key.public_key,
            sign_count: i64::from(key.sign_count),
            name: &name,
            now,
        };
        Ok(store::passkeys::insert(tx, &new)?)
    });
    match written {
        // The key is registered already, perhaps to somebody else.
        Err(Trouble::Fault(fault)) if fault.is_unique_violation() => Err(Refusal::conflict("refusal-passkey-known").into()),
        other => other,
    }
}

/// Keys are for staff, and are made by whoever has shown password and one-time code.
fn staff(actor: &Actor) -> Result<Id, Refusal> {
    match actor {
        Actor::Person { id, strength: Strength::Staff, .. } => Ok(*id),
        _ => Err(Refusal::conflict("refusal-passkey-staff-only")),
    }
}

/// What the browser sends back when it was asked for a key.
pub struct Answer<'a> {
    pub challenge: &'a str,
    pub credential_id: &'a [u8],
    pub client_data: &'a [u8],
    pub authenticator_data: &'a [u8],
    pub signature: &'a [u8],
}

/// Signs a member of staff in. Whatever is wrong, they hear the same.
pub fn sign_in(app: &App, browser: &str, answer: &Answer, peer: &str, old_token: &str) -> Result<SignedIn, Trouble> {
    let now = app.clock.now();
    let (window, limit) = STAFF_TRIES_AN_ADDRESS;
    if !app.db.write(|tx| allow(tx, &format!("staff-address {peer}"), window, limit, now))? {
        return Err(Refusal::too_many().into());
    }
    let refused = || Refusal::new(422, "refusal-passkey-sign-in");
    let challenge = admit(app, answer.challenge, Asked::Use(browser), now)?;
    let key = app.db.read(|tx| store::passkeys::find(tx, answer.credential_id))?.ok_or_else(refused)?;
    let (origin, rp_id) = site(app);
    let expected = webauthn::Expected { challenge: answer.challenge.as_bytes(), origin, rp_id };
    let counted = u32::try_from(key.sign_count).unwrap_or(u32::MAX);
    let verified =
        webauthn::verify_assertion(&expected, answer.client_data, answer.authenticator_data, answer.signature, &key.public_key, counted);
    let sign_count = verified.map_err(|why| {
        tracing::warn!(%why, passkey = key.id, "a passkey's answer was refused");
        refused()
    })?;
    app.db.write(|tx| {
        if !store::passkeys::use_challenge(tx, challenge, now)? {
            return Err(Refusal::new(422, "refusal-passkey-old").into());
        }
        if !store::passkeys::used(tx, &key, i64::from(sign_count), now)? || !store::is_staff(tx, key.person_id)? {
            return Err(refused().into());
        }
        web::end_session(tx, old_token)?;
        Ok(SignedIn { person_id: key.person_id, token: web::open_session(tx, key.person_id, Strength::Staff, now)? })
    })
}

pub fn of_person(app: &App, person_id: Id) -> Result<Vec<Passkey>, Fault> {
    app.db.read(|tx| store::passkeys::of_person(tx, person_id))
}

pub fn remove(app: &App, person_id: Id, id: Id) -> Result<(), Trouble> {
    if app.db.write(|tx| store::passkeys::remove(tx, person_id, id))? { Ok(()) } else { Err(Refusal::not_found().into()) }
}
