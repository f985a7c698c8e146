//! Leaving: the person is erased, the books are kept (PIPL art. 47). Gifts, receipts and the money's way stay, pointing to a person of whom
//! nothing is known any more; what a law orders to be kept is only stored.

use db::{Fault, Tx};

use crate::kernel::{Actor, Id, MINUTE_US, Micros, Refusal, Trouble, constant_time_eq, public_entry, sha256};
use crate::people::model::{CodeUse, Phone};
use crate::people::{rules, store, totp};
use crate::web::Lang;
use crate::{App, jobs, web};

use super::Typed;

/// How fresh a sign-in must be to count as proof for somebody who has neither phone nor authenticator.
const FRESH: Micros = 10 * MINUTE_US;
/// What was on its way while somebody left is erased a little later.
const AGAIN_AFTER: Micros = 10 * MINUTE_US;

/// How a person shows once more that it is they who leave.
pub enum Proof {
    /// A code on this phone.
    Phone(Phone),
    /// The one-time code of their authenticator.
    Authenticator,
    /// They have signed in by WeChat just now.
    FreshSignIn,
    /// They have signed in by WeChat, but some time ago.
    StaleSignIn,
}

/// Everything that stands in the way, each with what to do about it.
pub fn in_the_way(app: &App, person_id: Id) -> Result<Vec<Refusal>, Fault> {
    let now = app.clock.now();
    app.db.read(|tx| blocks(app, tx, person_id, now))
}

fn blocks(app: &App, tx: &mut Tx, person_id: Id, now: Micros) -> Result<Vec<Refusal>, Fault> {
    let mut found = Vec::new();
    for personal in app.personal() {
        found.extend((personal.in_the_way)(tx, person_id, now)?);
    }
    Ok(found)
}

pub fn proof(app: &App, actor: &Actor, token: &str) -> Result<Proof, Trouble> {
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let now = app.clock.now();
    app.db.read(|tx| {
        if let Some(phone) = store::phones_of(tx, person_id)?.into_iter().next() {
            return Ok(Proof::Phone(phone));
        }
        if store::is_staff(tx, person_id)? {
            return Ok(Proof::Authenticator);
        }
        let fresh = store::copies::session_began(tx, &sha256(token.as_bytes()))?.is_some_and(|at| now - at <= FRESH);
        Ok(if fresh { Proof::FreshSignIn } else { Proof::StaleSignIn })
    })
}

/// Sends the code to the person's own phone.
pub fn ask(app: &App, lang: Lang, phone: &Phone, peer: &str) -> Result<String, Trouble> {
    super::send_code(app, lang, phone, CodeUse::Leave, peer)
}

/// Leaves. `attempt` and `typed` are the code on the phone, or `typed` alone the authenticator's.
pub fn leave(app: &App, actor: &Actor, token: &str, attempt: &str, typed: &str) -> Result<(), Trouble> {
    let person_id = actor.person_id().ok_or_else(Refusal::forbidden)?;
    let (entry, job, now) = (app.new_id(), app.new_id(), app.clock.now());
    let proof = proof(app, actor, token)?;
    let code = match &proof {
        Proof::Phone(_) => Some(Typed::read(app, attempt, CodeUse::Leave, typed)?),
        _ => None,
    };
    // A refusal commits too: the try was made and stays counted.
    let outcome: Result<(), Refusal> = app.db.write(|tx| {
        if let Some(block) = blocks(app, tx, person_id, now)?.into_iter().next() {
            return Ok::<_, Fault>(Err(block));
        }
        let shown = match (&proof, &code) {
            (Proof::Phone(own), Some(code)) => code.spend(tx, now)?.and_then(|phone| {
                if constant_time_eq(phone.as_str().as_bytes(), own.as_str().as_bytes()) { Ok(()) } else { Err(Refusal::not_found()) }
            }),
            (Proof::Authenticator, _) => by_authenticator(tx, person_id, typed, now)?,
            (Proof::FreshSignIn, _) => Ok(()),
            _ => Err(Refusal::conflict("refusal-leaving-stale")),
        };
        if let Err(refusal) = shown {
            return Ok(Err(refusal));
        }
        let mut counts = serde_json::Map::new();
        for personal in app.personal() {
            let rows = (personal.erase)(tx, person_id, now)?;
            counts.insert(personal.name.to_owned(), rows.into());
        }
        let body = serde_json::Value::Object(counts).to_string();
        public_entry::append(tx, entry, "erasure", &body, now)?;
        jobs::enqueue(tx, job, "erase_again", &person_id.to_string(), now + AGAIN_AFTER)?;
        Ok(Ok(()))
    })?;
    Ok(outcome?)
}

fn by_authenticator(tx: &mut Tx, person_id: Id, typed: &str, now: Micros) -> Result<Result<(), Refusal>, Fault> {
    let wrong = Err(Refusal::input("code", "refusal-leaving-code"));
    let Some(secret) = store::totp_secret_of(tx, person_id)? else { return Ok(wrong) };
    let step = totp::step_of(&secret, &rules::typed_code(typed).unwrap_or_default(), now);
    match step {
        Some(step) if store::take_step(tx, person_id, step, now)? => Ok(Ok(())),
        _ => {
            store::count_failure(tx, person_id, now)?;
            Ok(wrong)
        }
    }
}

/// The job: whatever a request that was under way has written meanwhile goes too.
pub fn erase_again(app: &App, payload: &str) -> Result<(), Trouble> {
    let Some(person_id) = web::parse_id(payload) else { return Ok(()) };
    let now = app.clock.now();
    Ok(app.db.write(|tx| {
        if store::copies::has_left(tx, person_id)? {
            for personal in app.personal() {
                (personal.erase)(tx, person_id, now)?;
            }
        }
        Ok::<_, Fault>(())
    })?)
}
