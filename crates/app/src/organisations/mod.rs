//! Organisations: charities, implementers, companies and the operator, with what entitles them and who sits for them.
//!
//! * `rules` – credit codes (GB 32100-2015), certificates and the days on which they hold, merchant numbers, seats, clocks.
//! * `areas` – administrative divisions down to the county, 三区三州 and former poverty counties.
//! * `store` – what is read and written. Nothing is overwritten: a certificate or a seat that changed is a new row.
//! * `actions` – found an organisation, add a certificate, open its merchant number, give and end a seat.
//! * `profile`, `renewals`, `checks`, `partners`, `reports` – one thing each, with its rows and what people do about it:
//!   particulars, scans and renewed certificates, looks at the papers before publication, whom a charity works with, what an
//!   organisation must publish about itself.
//! * `admissions`, `invitations` – how an organisation comes in, and how people come to its seats.
//! * `waiting`, `jobs` – what waits for whom; warnings before a certificate ends.
//! * `pages` – `/organisations` for everyone, `/operator/organisations` for the operator, `/desk/organisations` and
//!   `/desk/seats` at a desk, `/me/admissions` for who applies.
//!
//! Whether an organisation may raise money on a given day is decided by `may_raise_funds`, and nowhere else
//! (慈善法 arts. 22 and 25: registration and 公开募捐资格证书, both valid on that day). Before an appeal is published,
//! `missing_for_publication` says what else organisations must have done (arts. 26, 27).

pub mod actions;
pub mod admissions;
pub mod areas;
mod check;
pub mod checks;
mod decisions;
pub mod invitations;
mod jobs;
mod model;
mod pages;
pub mod partners;
mod personal;
pub mod profile;
pub mod renewals;
pub mod reports;
mod rules;
mod store;
mod waiting;

use db::Fault;

use crate::App;

pub use check::check;
pub use checks::missing_for_publication;
pub use decisions::appealable;
pub use jobs::chores;
pub use model::{Certificate, CertificateKind, CharityRow, Kind, NewCertificate, NewOrganisation, Organisation, Seat};
pub use pages::routes;
pub use personal::personal;
pub use rules::{LONG_TERM_DAY, complete_credit_code, credit_code};
pub use store::{certificates, find, list_charities, may_raise_funds, merchant_of, seats};
pub use waiting::{at_desk as waiting_at_desk, for_operator as waiting_for_operator};

/// Brings what this slice needs before anything else can be founded: the areas. Safe to call at every start.
pub fn prepare(app: &App) -> Result<(), Fault> {
    areas::load(app)
}
