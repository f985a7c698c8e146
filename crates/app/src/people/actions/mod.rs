//! What people do about themselves: ask for a code, sign in, be given a staff login, change a name, sign out.
//!
//! * `wechat` – coming in by WeChat, linking and unlinking. `consents` – agreeing, and taking it back.
//! * `copies` – everything that is held about a person. `leaving` – the person goes, the books stay.
//! * `passkeys` – keys of staff: made, used, removed.

pub mod consents;
pub mod copies;
pub mod leaving;
pub mod passkeys;
pub mod wechat;

use db::{Fault, Tx};

use crate::App;
use crate::jobs;
use crate::kernel::{
    DAY_US, HOUR_US, Id, MINUTE_US, Micros, Refusal, Strength, Trouble, allow, constant_time_eq, hex, random_bytes, sha256,
};
use crate::web::{self, Lang};

use super::model::{CodeUse, Phone, PhoneCode, Purpose, SignedIn, Staff};
use super::{password, rules, store, totp};

/// Codes sent to one phone: three in ten minutes, ten a day.
const CODES_A_PHONE: [(Micros, i64); 2] = [(10 * MINUTE_US, 3), (DAY_US, 10)];
/// Codes asked for from one address in an hour. A mobile carrier puts many people behind one address.
const CODES_AN_ADDRESS: (Micros, i64) = (HOUR_US, 120);
/// Staff sign-ins tried from one address in a quarter of an hour.
const STAFF_TRIES_AN_ADDRESS: (Micros, i64) = (15 * MINUTE_US, 60);

/// Makes a person who has not signed in yet, as seeds and command lines do.
pub fn create_person(app: &App, name: &str) -> Result<Id, Trouble> {
    let name = rules::name(name)?;
    let (id, now) = (app.new_id(), app.clock.now());
    app.db.write(|tx| store::insert_person(tx, id, &name, now))?;
    Ok(id)
}

/// Gives a person a phone whose ownership was shown in another way than by a code.
pub fn set_phone(app: &App, person: Id, phone: &str) -> Result<(), Trouble> {
    let phone = rules::phone(phone)?;
    let now = app.clock.now();
    app.db.write(|tx| match store::owner_of_phone(tx, &phone)? {
        Some(owner) if owner == person => Ok(()),
        Some(_) => Err(Refusal { field: Some("phone"), ..Refusal::conflict("refusal-phone-taken") }.into()),
        None => Ok(store::insert_phone(tx, &phone, person, now)?),
    })
}

/// Gives a person a staff login. The one-time code's secret is shared with their authenticator, see
/// `people::provisioning_address`.
pub fn make_staff(app: &App, person: Id, login: &str, password: &str, totp_secret: &[u8]) -> Result<(), Trouble> {
    let login = rules::login(login)?;
    rules::password(password)?;
    rules::totp_secret(totp_secret)?;
    let staff = Staff { person_id: person, password_hash: password::hash(password), totp_secret: totp_secret.to_vec() };
    let taken = || Trouble::from(Refusal { field: Some("login"), ..Refusal::conflict("refusal-login-taken").with("login", &login) });
    let written = app.db.write(|tx| {
        if store::is_staff(tx, person)? {
            return Err(Refusal::conflict("refusal-staff-already").into());
        }
        if store::staff_by_login(tx, &login)?.is_some() {
            return Err(taken());
        }
        Ok(store::insert_staff(tx, &staff, &login)?)
    });
    match written {
        // Two hands at once: the unique key decided.
        Err(Trouble::Fault(fault)) if fault.is_unique_violation() => Err(taken()),
        other => other,
    }
}

/// A login as it is typed by whoever sets it up.
pub struct NewLogin<'a> {
    pub login: &'a str,
    pub password: &'a str,
    pub again: &'a str,
    pub code: &'a str,
}

/// Whoever has a seat and no staff login yet sets one up. The code that their authenticator shows proves that it holds the
/// secret, before anything depends on it.
pub fn set_up_login(app: &App, person: Id, session: &str, new: &NewLogin) -> Result<(), Trouble> {
    let now = app.clock.now();
    let NewLogin { login, password, again, code } = new;
    if !app.db.read(|tx| Ok::<_, Fault>(store::has_a_seat(tx, person, now)? && !store::is_staff(tx, person)?))? {
        return Err(Refusal::conflict("refusal-desk-access").into());
    }
    rules::login(login)?;
    rules::password(password)?;
    if password != again {
        return Err(Refusal::input("again", "refusal-password-again").into());
    }
    let secret = setup_secret(app, person, session);
    if totp::step_of(&secret, &rules::typed_code(code).unwrap_or_default(), now).is_none() {
        return Err(Refusal::input("totp", "refusal-totp-setup").into());
    }
    make_staff(app, person, login, password, &secret)
}

/// The secret that a person's authenticator is given while they set up their login: the same as long as they stay signed in,
/// and another one the next time, so that a lost authenticator's secret never comes back.
pub fn setup_secret(app: &App, person: Id, session: &str) -> Vec<u8> {
    sha256(app.secret.code("desk access", &format!("{person} {}", hex(&sha256(session.as_bytes())))).as_bytes())[..20].to_vec()
}

/// Changes the name by which the site calls a person.
pub fn rename(app: &App, person: Id, name: &str) -> Result<(), Trouble> {
    let name = rules::name(name)?;
    Ok(app.db.write(|tx| store::rename(tx, person, &name))?)
}

/// Sends a code to a phone and returns the attempt's name, by which the next page finds it again. What happens, and
/// what is said, is the same whether anybody is known under this number or not.
pub fn ask_for_code(app: &App, lang: Lang, phone: &str, peer: &str) -> Result<String, Trouble> {
    send_code(app, lang, &rules::phone(phone)?, CodeUse::SignIn, peer)
}

/// The same for any use of a code.
pub fn send_code(app: &App, lang: Lang, phone: &Phone, code_use: CodeUse, peer: &str) -> Result<String, Trouble> {
    let now = app.clock.now();
    if !app.db.write(|tx| may_send(app, tx, phone, peer, now))? {
        return Err(Refusal { field: Some("phone"), ..Refusal::new(429, "refusal-code-too-often") }.into());
    }
    let (id, message_id, job_id) = (app.new_id(), app.new_id(), app.new_id());
    let code = format!("{:06}", u64::from_be_bytes(random_bytes()) % 1_000_000);
    let minutes = rules::CODE_LIFETIME / MINUTE_US;
    let body = app.locales.text(lang, "people-code-message", &[("code", code.as_str().into()), ("minutes", minutes.into())]);
    let parameters = [code.clone(), minutes.to_string()];
    let row = PhoneCode {
        id,
        phone: phone.clone(),
        code_hash: keyed_code(app, id, &code),
        expires_at: now + rules::CODE_LIFETIME,
        tries: 0,
        used_at: None,
    };
    app.db.write(|tx| {
        store::insert_code(tx, &row)?;
        store::insert_message(tx, message_id, phone, &body, &parameters, now)?;
        jobs::enqueue(tx, job_id, "send_message", &message_id.to_string(), now)
    })?;
    Ok(format!("{id}-{}", app.secret.code(code_use.word(), &id.to_string())))
}

/// Every limit is counted, also once one of them is reached, so that going on trying never helps.
fn may_send(app: &App, tx: &mut Tx, phone: &Phone, peer: &str, now: Micros) -> Result<bool, Fault> {
    let (window, limit) = CODES_AN_ADDRESS;
    // The number itself is not written down for counting: it would outlive the person's leaving.
    let counted = app.secret.code("rate", phone.as_str());
    let mut allowed = allow(tx, &format!("code-address {peer}"), window, limit, now)?;
    for (window, limit) in CODES_A_PHONE {
        allowed &= allow(tx, &format!("code-phone-{} {counted}", window / MINUTE_US), window, limit, now)?;
    }
    Ok(allowed)
}

/// Six digits are guessed quickly from a plain hash, so the deployment's secret goes into it.
fn keyed_code(app: &App, id: Id, code: &str) -> Vec<u8> {
    app.secret.code("phone-code", &format!("{id} {code}")).into_bytes()
}

/// The code that an attempt's name stands for; nobody can name an attempt that is not theirs, nor use one for something else.
fn attempt_id(app: &App, attempt: &str, code_use: CodeUse) -> Result<Id, Refusal> {
    let gone = || Refusal::new(404, "refusal-code-gone");
    let (id, tag) = attempt.split_once('-').ok_or_else(gone)?;
    if !app.secret.code_fits(code_use.word(), id, tag) {
        return Err(gone());
    }
    web::parse_id(id).ok_or_else(gone)
}

/// The phone an attempt's code was sent to, for saying so on the page that asks for it.
pub fn phone_of_attempt(app: &App, attempt: &str, code_use: CodeUse) -> Result<Phone, Trouble> {
    let id = attempt_id(app, attempt, code_use)?;
    let code = app.db.read(|tx| store::find_code(tx, id))?;
    Ok(code.ok_or_else(|| Refusal::new(404, "refusal-code-gone"))?.phone)
}

/// A code as it was typed, before the database has been asked.
struct Typed {
    id: Id,
    hash: Vec<u8>,
}

impl Typed {
    fn read(app: &App, attempt: &str, code_use: CodeUse, typed: &str) -> Result<Typed, Refusal> {
        let id = attempt_id(app, attempt, code_use)?;
        let typed = rules::typed_code(typed).ok_or_else(|| Refusal::input("code", "refusal-code-shape"))?;
        Ok(Typed { id, hash: keyed_code(app, id, &typed) })
    }

    /// Counts the try and uses the code up. A refusal must commit too: the try was made and stays counted.
    fn spend(&self, tx: &mut Tx, now: Micros) -> Result<Result<Phone, Refusal>, Fault> {
        let Some(code) = store::find_code(tx, self.id)? else { return Ok(Err(Refusal::new(404, "refusal-code-gone"))) };
        if let Err(refusal) = rules::may_try(&code, now) {
            return Ok(Err(refusal));
        }
        let Some(tries) = store::count_try(tx, self.id, now)? else {
            return Ok(Err(Refusal::input("code", "refusal-code-too-many")));
        };
        if !constant_time_eq(&code.code_hash, &self.hash) {
            return Ok(Err(rules::wrong_code(tries)));
        }
        if !store::use_code(tx, self.id, now)? {
            return Ok(Err(Refusal::input("code", "refusal-code-used")));
        }
        Ok(Ok(code.phone))
    }
}

/// Who has this phone; the first sign-in of a phone makes its person.
fn person_of_phone(tx: &mut Tx, phone: &Phone, new_person: Id, consent: &consents::Agreed, now: Micros) -> Result<Id, Fault> {
    let person_id = match store::owner_of_phone(tx, phone)? {
        Some(person_id) => person_id,
        None => {
            store::insert_person(tx, new_person, "", now)?;
            store::insert_phone(tx, phone, new_person, now)?;
            new_person
        }
    };
    consents::give(tx, consent, person_id, now)?;
    Ok(person_id)
}

/// Signs in with a typed code. The first sign-in of a phone makes its person. `old_token` is the session the browser
/// had so far, which ends.
pub fn sign_in_with_code(app: &App, lang: Lang, attempt: &str, typed: &str, old_token: &str) -> Result<SignedIn, Trouble> {
    let typed = Typed::read(app, attempt, CodeUse::SignIn, typed)?;
    let consent = consents::Agreed::read(app, lang, Purpose::PhoneSignIn);
    let (new_person, now) = (app.new_id(), app.clock.now());
    let outcome: Result<SignedIn, Refusal> = app.db.write(|tx| {
        let phone = match typed.spend(tx, now)? {
            Ok(phone) => phone,
            Err(refusal) => return Ok::<_, Fault>(Err(refusal)),
        };
        let person_id = person_of_phone(tx, &phone, new_person, &consent, now)?;
        web::end_session(tx, old_token)?;
        Ok(Ok(SignedIn { person_id, token: web::open_session(tx, person_id, Strength::Phone, now)? }))
    })?;
    Ok(outcome?)
}

/// Signs a member of staff in. Whatever is wrong, the answer and the work are the same: an unknown login is checked
/// against nobody's password, and its failure is written down like any other.
pub fn sign_in_staff(app: &App, login: &str, password: &str, code: &str, peer: &str, old_token: &str) -> Result<SignedIn, Trouble> {
    let now = app.clock.now();
    let (window, limit) = STAFF_TRIES_AN_ADDRESS;
    if !app.db.write(|tx| allow(tx, &format!("staff-address {peer}"), window, limit, now))? {
        return Err(Refusal::too_many().into());
    }
    let login = rules::login(login).unwrap_or_default();
    let staff = app.db.read(|tx| store::staff_by_login(tx, &login))?;
    let nobody = [0; 20];
    let secret = staff.as_ref().map_or(&nobody[..], |s| &s.totp_secret);
    let step = totp::step_of(secret, &rules::typed_code(code).unwrap_or_default(), now);
    let password_fits = password::fits(password, staff.as_ref().map(|s| s.password_hash.as_str()));
    let person_id = staff.map_or(0, |s| s.person_id);
    let step = step.filter(|_| password_fits);
    // Hashed, because people type passwords into the wrong field.
    let tried = format!("staff-login {}", hex(&sha256(login.as_bytes())[..16]));
    let signed_in = app.db.write(|tx| {
        if let Some(step) = step {
            if !store::take_step(tx, person_id, step, now)? {
                // Password and code were right and the code is used: a second click, or a lock that is not made longer.
                return Ok(None);
            }
            web::end_session(tx, old_token)?;
            return Ok::<_, Fault>(Some(SignedIn { person_id, token: web::open_session(tx, person_id, Strength::Staff, now)? }));
        }
        allow(tx, &tried, rules::STAFF_LOCK, rules::STAFF_FAILURES, now)?;
        store::count_failure(tx, person_id, now)?;
        Ok(None)
    })?;
    Ok(signed_in.ok_or_else(|| Refusal::new(422, "refusal-staff-sign-in"))?)
}

/// Ends the session of this browser.
pub fn sign_out(app: &App, token: &str) -> Result<(), Trouble> {
    Ok(app.db.write(|tx| web::end_session(tx, token))?)
}

/// Ends every session of a person, on whatever device.
pub fn sign_out_everywhere(app: &App, person: Id) -> Result<(), Trouble> {
    Ok(app.db.write(|tx| web::end_sessions_of(tx, person))?)
}
