//! Who a story needs. They are made through the product's own actions and come with a browser that is signed in.

use std::ops::Deref;

use app::kernel::{Actor, Id, Role, SeatHeld, Strength};
use app::people::actions as people;
use app::{organisations, web};

use crate::{Browser, World};

/// The password of every member of staff; the one-time code's secret is `totp_secret` of their login.
pub const PASSWORD: &str = "correct horse battery staple";

/// The secret that a person's authenticator shares with the site.
#[must_use]
pub fn totp_secret(login: &str) -> Vec<u8> {
    let mut secret = login.as_bytes().to_vec();
    secret.resize(20, 0x55);
    secret
}

/// A signed-in person; use it as their browser.
pub struct Person {
    pub id: Id,
    pub name: String,
    /// Who the product takes them for, for calling an action directly.
    pub actor: Actor,
    pub browser: Browser,
}

impl Deref for Person {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl World {
    /// A donor with this phone number, signed in. The number is private.
    #[must_use]
    pub fn donor(&self, phone: &str) -> Person {
        self.keep_private(phone);
        let name = "王小满";
        let id = people::create_person(&self.app, name).expect("a new person");
        people::set_phone(&self.app, id, phone).expect("a phone number that nobody has");
        self.signed_in(id, name, Strength::Phone, Vec::new())
    }

    /// A person with a staff login and one seat from now on, signed in at their desk.
    #[must_use]
    pub fn staff(&self, login: &str, name: &str, organisation_id: Id, role: Role) -> Person {
        let (id, seat) = self.seated(login, name, organisation_id, role, None);
        self.signed_in(id, name, Strength::Staff, vec![seat])
    }

    /// The same, but the seat ends after `lasts`. Let more time pass and sign in again with `signed_in`.
    pub(crate) fn seated(&self, login: &str, name: &str, organisation_id: Id, role: Role, lasts: Option<i64>) -> (Id, SeatHeld) {
        let id = people::create_person(&self.app, name).expect("a new person");
        people::make_staff(&self.app, id, login, PASSWORD, &totp_secret(login)).expect("a login that nobody has");
        let (starts_at, ends_at) = (self.now(), lasts.map(|lasts| self.now() + lasts));
        organisations::actions::give_seat(&self.app, organisation_id, id, role, starts_at, ends_at).expect("a seat");
        let organisation = self.app.db.read(|tx| organisations::find(tx, organisation_id)).expect("a readable organisation");
        let operator = organisation.expect("an organisation").kind == organisations::Kind::Operator;
        (id, SeatHeld { organisation_id, role, operator })
    }

    /// A browser of this person with a fresh session.
    #[must_use]
    pub fn signed_in(&self, person_id: Id, name: &str, strength: Strength, seats: Vec<SeatHeld>) -> Person {
        let actor = Actor::Person { id: person_id, name: name.to_owned(), strength, seats };
        let person = Person { id: person_id, name: name.to_owned(), actor, browser: self.guest() };
        self.sign_in_again(&person);
        person
    }

    /// A fresh session in the same browser, for when so much time has passed that the old one ended.
    pub fn sign_in_again(&self, person: &Person) {
        let strength = match person.actor {
            Actor::Person { strength, .. } => strength,
            Actor::Anyone => return,
        };
        let now = self.now();
        let token = self.app.db.write(|tx| web::open_session(tx, person.id, strength, now)).expect("a session");
        let cookie = web::session_cookie(token, strength);
        person.browser.set_cookie(cookie.name, &cookie.value);
    }
}
