//! People: who they are, how they prove it, and how they leave again.
//!
//! * `rules` – what a mainland mobile number, a name, a login and a password look like; what a typed code may do.
//! * `password`, `totp` – argon2id and RFC 6238, the two halves of a staff sign-in.
//! * `store` – persons, phones, codes, outgoing messages, staff.
//! * `actions` – ask for a code, sign in with it, sign in as staff, change a name, leave.
//! * `pages` – `/sign-in`, `/staff/sign-in`, `/me`, and in the demo `/outbox`.
//! * `notices` – what people are told here: `notify`, and `/me/notices`.
//! * `jobs` – messages on their way, and forgetting what is no longer needed.
//!
//! A phone number appears on no public page; a sign-in looks the same whether the number or login is known or not.

pub mod actions;
mod jobs;
mod model;
mod notices;
mod pages;
mod password;
mod rules;
mod store;
mod totp;

pub use jobs::{chores, jobs};
pub use model::StaffMember;
pub use notices::{notify, unread as unread_notices};
pub use pages::routes;
pub use store::{exists, find_staff, person_name};
pub use totp::{provisioning_address, totp_now};
