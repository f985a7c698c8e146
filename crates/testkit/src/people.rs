//! Who a story needs. They are made through the product's own actions and come with a browser that is signed in.

use std::ops::Deref;

use app::kernel::{Id, Strength};
use app::web;
use db::{params, sql};

use crate::{Browser, World};

/// A signed-in person; use it as their browser.
pub struct Person {
    pub id: Id,
    pub name: String,
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
        let id = self.new_person("");
        let now = self.now();
        self.app
            .db
            .write(|tx| {
                tx.execute_one(sql("INSERT INTO person_phone (phone, person_id, verified_at) VALUES (?1, ?2, ?3)"), params![phone, id, now])
            })
            .expect("a phone number that nobody has");
        self.signed_in(id, "", Strength::Phone)
    }

    fn new_person(&self, name: &str) -> Id {
        let (id, now) = (self.app.new_id(), self.now());
        self.app
            .db
            .write(|tx| tx.execute_one(sql("INSERT INTO person (id, name, created_at) VALUES (?1, ?2, ?3)"), params![id, name, now]))
            .expect("a new person");
        id
    }

    /// A browser of this person with a fresh session.
    #[must_use]
    pub fn signed_in(&self, person_id: Id, name: &str, strength: Strength) -> Person {
        let now = self.now();
        let token = self.app.db.write(|tx| web::open_session(tx, person_id, strength, now)).expect("a session");
        let browser = self.guest();
        let cookie = web::session_cookie(token, strength);
        browser.set_cookie(cookie.name, &cookie.value);
        Person { id: person_id, name: name.to_owned(), browser }
    }
}
