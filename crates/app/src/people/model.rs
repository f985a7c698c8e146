//! The things this slice keeps, as the rest of the program sees them.

use crate::kernel::{Id, Micros};

/// A mainland mobile number in its one stored form: eleven digits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phone(pub(super) String);

impl Phone {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `138****5678`: enough to recognise one's own number, too little for anyone else.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

/// One sign-in code as it is stored: never the code itself.
#[derive(Clone, Debug)]
pub struct PhoneCode {
    pub id: Id,
    pub phone: Phone,
    pub code_hash: Vec<u8>,
    pub expires_at: Micros,
    pub tries: i64,
    pub used_at: Option<Micros>,
}

/// What is kept about a person who works at a desk.
pub struct Staff {
    pub person_id: Id,
    pub password_hash: String,
    pub totp_secret: Vec<u8>,
}

/// Somebody with a staff login, as other slices may know them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaffMember {
    pub person_id: Id,
    pub login: String,
    pub name: String,
}

/// A message on the outbox page of the demo.
pub struct Message {
    pub phone: Phone,
    pub body: String,
    pub created_at: Micros,
    pub sent_at: Option<Micros>,
}

/// What a sign-in gives back: the token for the person's browser.
pub struct SignedIn {
    pub person_id: Id,
    pub token: String,
}
