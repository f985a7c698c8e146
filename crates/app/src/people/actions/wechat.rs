//! Coming in by WeChat: a known user is signed in, an unknown one decides first whether to join an account that a phone has already or to
//! begin one. Linking to somebody who has a phone takes a code on that phone, so that nobody's account is opened by another's WeChat.

use db::{Fault, Tx};

use crate::App;
use crate::kernel::{Actor, HOUR_US, Id, MINUTE_US, Micros, Refusal, Strength, Trouble, allow, hex, random_bytes, sha256};
use crate::people::doors::{AppKind, WeChat};
use crate::people::model::{CodeUse, Identity, Phone, Purpose, SignedIn, WeChatUser};
use crate::people::{rules, store};
use crate::web::{self, Lang};

use super::consents::{self, Agreed};
use super::{Typed, person_of_phone};

/// Exchanges tried from one address in a quarter of an hour. A mobile carrier puts many people behind one address.
const EXCHANGES_AN_ADDRESS: (Micros, i64) = (15 * MINUTE_US, 120);
/// New people by a mini-program from one address in an hour.
const NEW_AN_ADDRESS: (Micros, i64) = (HOUR_US, 60);

/// What came of a visit to WeChat.
pub enum Arrived {
    SignedIn(SignedIn),
    /// Nobody here yet. The token is for this browser's cookie.
    Unknown {
        token: String,
    },
    /// The person who is signed in has this identity already.
    Already,
}

fn door(app: &App) -> Result<&WeChat, Refusal> {
    app.people.wechat.as_ref().ok_or_else(Refusal::not_found)
}

/// Whether the website offers to come in by WeChat.
pub fn offered(app: &App) -> bool {
    app.people.wechat.as_ref().is_some_and(|w| w.official_account.is_some())
}

/// Where to send a browser to be asked, and the `state` that must come back with it.
pub fn authorize(app: &App) -> Result<(String, String), Refusal> {
    let wechat = door(app)?;
    let account = wechat.official_account.as_ref().ok_or_else(Refusal::not_found)?;
    let state = hex(&random_bytes::<16>());
    let back = format!("{}/wechat/signed-in", app.base_url);
    Ok((wechat::authorize_url(&wechat.authorize_base, &account.appid, &back, wechat.scope, &state), state))
}

fn exchange(app: &App, kind: AppKind, code: &str, peer: &str) -> Result<WeChatUser, Trouble> {
    let (window, limit) = EXCHANGES_AN_ADDRESS;
    let now = app.clock.now();
    if !app.db.write(|tx| allow(tx, &format!("wechat-address {peer}"), window, limit, now))? {
        return Err(Refusal::too_many().into());
    }
    if code.is_empty() || code.len() > 512 {
        return Err(Refusal::new(422, "refusal-wechat-code").into());
    }
    let (appid, known) = door(app)?.exchange(kind, code)?;
    Ok(WeChatUser { appid, openid: known.openid, unionid: known.unionid, kind: kind.word() })
}

/// The code that came back to the website. `actor` is who the browser is signed in as.
pub fn arrive(app: &App, actor: &Actor, code: &str, peer: &str, old_token: &str) -> Result<Arrived, Trouble> {
    let user = exchange(app, AppKind::OfficialAccount, code, peer)?;
    let (id, now) = (app.new_id(), app.clock.now());
    let token = hex(&random_bytes::<32>());
    let here = actor.person_id();
    app.db.write(|tx| {
        let Some(person_id) = known(tx, id, &user, now)? else {
            store::wechat::insert_pending(tx, &sha256(token.as_bytes()), &user, now + rules::PENDING_LIFETIME)?;
            return Ok(Arrived::Unknown { token: token.clone() });
        };
        match here {
            Some(here) if here == person_id => Ok(Arrived::Already),
            Some(_) => Err(Refusal::conflict("refusal-wechat-taken").into()),
            None => {
                web::end_session(tx, old_token)?;
                Ok(Arrived::SignedIn(SignedIn { person_id, token: web::open_session(tx, person_id, Strength::Phone, now)? }))
            }
        }
    })
}

/// The person of a WeChat user: by their openid, or by the unionid that another app of ours has told.
fn known(tx: &mut Tx, id: Id, user: &WeChatUser, now: Micros) -> Result<Option<Id>, Fault> {
    if let Some(person_id) = store::wechat::owner(tx, &user.appid, &user.openid)? {
        store::wechat::learn_union(tx, user, person_id)?;
        store::wechat::seen(tx, user, now)?;
        return Ok(Some(person_id));
    }
    if user.unionid.is_empty() {
        return Ok(None);
    }
    let Some(person_id) = store::wechat::owner_of_union(tx, &user.unionid)? else { return Ok(None) };
    store::wechat::link(tx, id, user, person_id, now)?;
    Ok(Some(person_id))
}

/// Whom this browser's token stands for.
fn waiting(tx: &mut Tx, token: &str, now: Micros) -> Result<Result<WeChatUser, Refusal>, Fault> {
    let user = store::wechat::pending(tx, &sha256(token.as_bytes()), now)?;
    Ok(user.ok_or_else(|| Refusal::new(404, "refusal-wechat-gone")))
}

/// Whether somebody waits in this browser.
pub fn waits(app: &App, token: &str) -> Result<bool, Fault> {
    let now = app.clock.now();
    app.db.read(|tx| Ok(waiting(tx, token, now)?.is_ok()))
}

/// The phone by which the signed-in person proves that the account is theirs, if they have one.
pub fn own_phone(app: &App, person_id: Id) -> Result<Option<Phone>, Fault> {
    Ok(app.db.read(|tx| store::phones_of(tx, person_id))?.into_iter().next())
}

/// Goes on with WeChat alone: a new person; or, for somebody signed in who has no phone, one more way in for them.
pub fn go_on_alone(app: &App, lang: Lang, actor: &Actor, token: &str, old_token: &str) -> Result<SignedIn, Trouble> {
    let (new_person, id, now) = (app.new_id(), app.new_id(), app.clock.now());
    let agreed = Agreed::read(app, lang, Purpose::WeChatIdentity);
    app.db.write(|tx| {
        let user = waiting(tx, token, now)??;
        let person_id = match actor.person_id() {
            None => {
                store::insert_person(tx, new_person, "", now)?;
                new_person
            }
            Some(person_id) if store::phones_of(tx, person_id)?.is_empty() => person_id,
            Some(_) => return Err(Refusal::conflict("refusal-wechat-code-needed").into()),
        };
        join(tx, id, &user, person_id, &agreed, token, now)?;
        signed_in(tx, actor, person_id, old_token, now)
    })
}

/// Links by a code on the phone of the account. A phone that nobody has begins an account with both.
pub fn link_by_code(
    app: &App,
    lang: Lang,
    actor: &Actor,
    token: &str,
    attempt: &str,
    typed: &str,
    old_token: &str,
) -> Result<SignedIn, Trouble> {
    let typed = Typed::read(app, attempt, CodeUse::LinkWeChat, typed)?;
    let (new_person, id, now) = (app.new_id(), app.new_id(), app.clock.now());
    let (by_phone, by_wechat) = (Agreed::read(app, lang, Purpose::PhoneSignIn), Agreed::read(app, lang, Purpose::WeChatIdentity));
    // A refusal commits too: the try was made and stays counted.
    let outcome: Result<SignedIn, Trouble> = app.db.write(|tx| {
        let user = match waiting(tx, token, now)? {
            Ok(user) => user,
            Err(refusal) => return Ok::<_, Fault>(Err(refusal.into())),
        };
        let phone = match typed.spend(tx, now)? {
            Ok(phone) => phone,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        let person_id = person_of_phone(tx, &phone, new_person, &by_phone, now)?;
        // Signed in as somebody else than whose phone this is: the code was right, and it is not their account.
        if actor.person_id().is_some_and(|here| here != person_id) {
            return Ok(Err(Refusal::conflict("refusal-phone-taken").into()));
        }
        if let Err(trouble) = join(tx, id, &user, person_id, &by_wechat, token, now) {
            return match trouble {
                Trouble::Fault(fault) => Err(fault),
                refused @ Trouble::Refused(_) => Ok(Err(refused)),
            };
        }
        match signed_in(tx, actor, person_id, old_token, now) {
            Ok(signed_in) => Ok(Ok(signed_in)),
            Err(Trouble::Fault(fault)) => Err(fault),
            Err(refused) => Ok(Err(refused)),
        }
    })?;
    outcome
}

fn join(tx: &mut Tx, id: Id, user: &WeChatUser, person_id: Id, agreed: &Agreed, token: &str, now: Micros) -> Result<(), Trouble> {
    match store::wechat::owner(tx, &user.appid, &user.openid)? {
        Some(owner) if owner == person_id => {}
        Some(_) => return Err(Refusal::conflict("refusal-wechat-taken").into()),
        None => store::wechat::link(tx, id, user, person_id, now)?,
    }
    consents::give(tx, agreed, person_id, now)?;
    store::wechat::end_pending(tx, &sha256(token.as_bytes()))?;
    Ok(())
}

/// A session; whoever is signed in keeps the one they have, with the strength they showed.
fn signed_in(tx: &mut Tx, actor: &Actor, person_id: Id, old_token: &str, now: Micros) -> Result<SignedIn, Trouble> {
    if actor.person_id() == Some(person_id) {
        return Ok(SignedIn { person_id, token: String::new() });
    }
    web::end_session(tx, old_token)?;
    Ok(SignedIn { person_id, token: web::open_session(tx, person_id, Strength::Phone, now)? })
}

/// The mini-program's exchange: a session for the API, and whether a person was made for it. `agreed` is the version of the privacy notice
/// that the mini-program has shown, without which nobody is made (PIPL art. 14).
pub fn mini_program(app: &App, lang: Lang, code: &str, agreed: Option<i64>, peer: &str) -> Result<(SignedIn, bool), Trouble> {
    let user = exchange(app, AppKind::MiniProgram, code, peer)?;
    let (new_person, id, now) = (app.new_id(), app.new_id(), app.clock.now());
    let words = Agreed::read(app, lang, Purpose::WeChatIdentity);
    let (window, limit) = NEW_AN_ADDRESS;
    app.db.write(|tx| {
        let (person_id, new) = match known(tx, id, &user, now)? {
            Some(person_id) => (person_id, false),
            None if agreed != Some(rules::NOTICE_VERSION) => {
                return Err(Refusal::input("agreed", "refusal-wechat-consent").with("version", rules::NOTICE_VERSION).into());
            }
            None if !allow(tx, &format!("wechat-new {peer}"), window, limit, now)? => return Err(Refusal::too_many().into()),
            None => {
                store::insert_person(tx, new_person, "", now)?;
                store::wechat::link(tx, id, &user, new_person, now)?;
                consents::give(tx, &words, new_person, now)?;
                (new_person, true)
            }
        };
        let token = web::open_session(tx, person_id, Strength::Phone, now)?;
        Ok((SignedIn { person_id, token }, new))
    })
}

pub fn identities(app: &App, person_id: Id) -> Result<Vec<Identity>, Fault> {
    app.db.read(|tx| store::wechat::identities(tx, person_id))
}

/// Unlinks one identity. The last way in stays: whoever wants to go altogether leaves.
pub fn unlink(app: &App, person_id: Id, id: Id) -> Result<(), Trouble> {
    let now = app.clock.now();
    app.db.write(|tx| {
        let left = store::wechat::identities(tx, person_id)?;
        if !left.iter().any(|identity| identity.id == id) {
            return Err(Refusal::not_found().into());
        }
        let last = left.len() == 1;
        if last && store::phones_of(tx, person_id)?.is_empty() && !store::is_staff(tx, person_id)? {
            return Err(Refusal::conflict("refusal-wechat-last").into());
        }
        store::wechat::unlink(tx, person_id, id)?;
        if last {
            store::consents::withdraw(tx, person_id, Purpose::WeChatIdentity, now)?;
        }
        Ok(())
    })
}
