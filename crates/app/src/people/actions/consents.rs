//! Agreeing to something, in the words that were read, and taking it back. Withdrawing takes effect at once, and is never
//! a reason to refuse a service that does not need the consent (PIPL arts. 15 and 16).

use db::{Fault, Tx};

use crate::App;
use crate::kernel::{Id, Micros, Refusal, Trouble, sha256};
use crate::people::model::Purpose;
use crate::people::rules::NOTICE_VERSION;
use crate::people::store;
use crate::web::Lang;

/// A consent that is about to be given: for what, and in which words.
pub struct Agreed {
    id: Id,
    purpose: Purpose,
    lang: &'static str,
    body: String,
    sha256: [u8; 32],
}

impl Agreed {
    /// The words that the reader of this language was shown.
    pub fn read(app: &App, lang: Lang, purpose: Purpose) -> Agreed {
        let body = words(app, lang, purpose);
        Agreed { id: app.new_id(), purpose, lang: lang.tag(), sha256: sha256(body.as_bytes()), body }
    }
}

/// The words of a consent. Whatever asks for one shows exactly these.
pub fn words(app: &App, lang: Lang, purpose: Purpose) -> String {
    app.locales.text(lang, &format!("consent-{}", purpose.word().replace('_', "-")), &[])
}

/// Writes it down in the transaction of what it allows.
pub fn give(tx: &mut Tx, agreed: &Agreed, person_id: Id, now: Micros) -> Result<(), Fault> {
    store::consents::give(tx, &given(agreed, person_id, now))
}

fn given(agreed: &Agreed, person_id: Id, now: Micros) -> store::consents::Given<'_> {
    let Agreed { id, purpose, lang, ref body, sha256 } = *agreed;
    store::consents::Given { id, person_id, purpose, notice_version: NOTICE_VERSION, lang, body, sha256, now }
}

/// The same for somebody who may be a guest: the words are kept, and whoever needs them remembers the hash by which they are
/// found.
pub fn record(tx: &mut Tx, agreed: &Agreed, person_id: Id, now: Micros) -> Result<[u8; 32], Fault> {
    match person_id {
        0 => store::consents::keep_words(tx, &given(agreed, 0, now))?,
        known => give(tx, agreed, known, now)?,
    }
    Ok(agreed.sha256)
}

/// Agrees by pressing a button that said so.
pub fn agree(app: &App, lang: Lang, person_id: Id, purpose: Purpose) -> Result<(), Fault> {
    let (agreed, now) = (Agreed::read(app, lang, purpose), app.clock.now());
    if app.db.read(|tx| store::consents::holds(tx, person_id, purpose, NOTICE_VERSION))? {
        return Ok(());
    }
    app.db.write(|tx| give(tx, &agreed, person_id, now))
}

/// Takes a consent back, with everything that rested on it.
pub fn withdraw(app: &App, person_id: Id, purpose: Purpose) -> Result<(), Trouble> {
    let now = app.clock.now();
    app.db.write(|tx| {
        if purpose == Purpose::WeChatIdentity {
            let identities = store::wechat::identities(tx, person_id)?;
            if !identities.is_empty() && store::phones_of(tx, person_id)?.is_empty() && !store::is_staff(tx, person_id)? {
                return Err(Refusal::conflict("refusal-wechat-last").into());
            }
            for identity in identities {
                store::wechat::unlink(tx, person_id, identity.id)?;
            }
        }
        if purpose == Purpose::PhoneSignIn {
            let other_way = !store::wechat::identities(tx, person_id)?.is_empty() || store::is_staff(tx, person_id)?;
            if !other_way {
                return Err(Refusal::conflict("refusal-phone-last").into());
            }
            store::remove_phones(tx, person_id)?;
        }
        store::consents::withdraw(tx, person_id, purpose, now)?;
        for personal in app.personal() {
            (personal.withdraw)(tx, person_id, purpose.word())?;
        }
        Ok(())
    })
}
