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

/// Somebody as an app of WeChat knows them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WeChatUser {
    pub appid: String,
    pub openid: String,
    /// Empty: WeChat does not say.
    pub unionid: String,
    /// `official_account` or `mini_program`.
    pub kind: &'static str,
}

/// A linked WeChat identity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    pub id: Id,
    pub appid: String,
    pub openid: String,
    pub kind: String,
    pub unionid: String,
    pub linked_at: Micros,
    pub seen_at: Micros,
}

/// What a code on a phone is for; a code for one thing does not do for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeUse {
    SignIn,
    LinkWeChat,
    Leave,
}

impl CodeUse {
    pub fn word(self) -> &'static str {
        match self {
            CodeUse::SignIn => "sign-in",
            CodeUse::LinkWeChat => "link-wechat",
            CodeUse::Leave => "leave",
        }
    }
}

/// What a person can agree to, each by itself (PIPL arts. 14, 23, 25, 29).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The phone number, for signing in and nothing else.
    PhoneSignIn,
    /// The WeChat identity, for signing in and paying.
    WeChatIdentity,
    /// The name on gifts is shown to everyone.
    PublishName,
    /// What a receipt needs goes to the charity that received the gift.
    ReceiptSharing,
}

impl Purpose {
    pub const ALL: [Purpose; 4] = [Purpose::PhoneSignIn, Purpose::WeChatIdentity, Purpose::PublishName, Purpose::ReceiptSharing];

    pub fn word(self) -> &'static str {
        match self {
            Purpose::PhoneSignIn => "phone_sign_in",
            Purpose::WeChatIdentity => "wechat_identity",
            Purpose::PublishName => "publish_name",
            Purpose::ReceiptSharing => "receipt_sharing",
        }
    }

    pub fn from_word(word: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|p| p.word() == word)
    }
}

/// One consent, held or ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consent {
    pub purpose: Purpose,
    pub notice_version: i64,
    pub sha256: Vec<u8>,
    pub given_at: Micros,
    pub withdrawn_at: Option<Micros>,
    /// The words as they were read then.
    pub body: String,
}

/// A message that the provider did not take.
pub struct Undelivered {
    pub id: Id,
    pub phone: Phone,
    pub created_at: Micros,
    pub failed_at: Micros,
    pub failure: String,
}

/// A message on its way.
pub struct Outgoing {
    pub phone: Phone,
    pub parameters: Vec<String>,
    pub created_at: Micros,
}

/// A copy of what is held about a person.
pub struct Copy {
    pub id: Id,
    pub requested_at: Micros,
    pub ready_at: Option<Micros>,
    pub expires_at: Micros,
    pub bytes: i64,
}

/// A key with which a member of staff signs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passkey {
    pub id: Id,
    pub person_id: Id,
    pub credential_id: Vec<u8>,
    pub public_key: Vec<u8>,
    pub sign_count: i64,
    pub name: String,
    pub created_at: Micros,
    pub last_used_at: Option<Micros>,
}
