//! People: who they are, how they prove it, and how they leave again.
//!
//! * `rules` – what a mainland mobile number, a name, a login and a password look like; what a typed code may do.
//! * `password`, `totp` – argon2id and RFC 6238, the two halves of a staff sign-in.
//! * `doors` – the text message provider and WeChat, as this deployment was given them.
//! * `store` – persons, phones, codes, outgoing messages, staff, WeChat identities, consents.
//! * `actions` – ask for a code, come in by it, by WeChat or as staff, change a name, agree and take it back.
//! * `access` – `/me/desk-access`: whoever has a seat and no staff login yet sets one up, with password and authenticator.
//! * `pages` – `/sign-in`, `/wechat/…`, `/staff/sign-in`, `/me` and what is one's own, `/privacy`, and in the demo `/outbox`.
//! * `notices` – what people are told here: `notify`, and `/me/notices`.
//! * `jobs` – messages on their way, and forgetting what is no longer needed.
//!
//! A phone number appears on no public page; a sign-in looks the same whether the number or login is known or not. Which slice holds what
//! about a person is theirs to say, by `kernel::Personal`.

mod access;
pub mod actions;
mod doors;
mod jobs;
mod model;
mod notices;
mod pages;
mod password;
mod personal;
mod rules;
mod store;
mod totp;

pub use actions::consents::{Agreed, agree, record as record_consent, words as consent_words};
pub use actions::wechat::offered as wechat_offered;
pub use doors::{Doors, Sms, WeChat};
pub use jobs::{chores, jobs, waiting_for_operator};
pub use model::{Phone, Purpose, StaffMember};
pub use notices::{notify, unread as unread_notices};
pub use pages::routes;
pub use personal::personal;
pub use rules::phone as read_phone;
pub use store::wechat::open_id;
pub use store::{exists, find_staff, person_name, phones_of, retire_login};
pub use totp::{provisioning_address, totp_now};

/// A mainland mobile number as it is stored, read from what somebody typed.
pub fn mobile_number(typed: &str) -> Option<String> {
    rules::phone(typed).ok().map(|phone| phone.0)
}
