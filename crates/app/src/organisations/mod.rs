//! Organisations: charities, implementers and the operator, with what entitles them and who sits for them.
//!
//! * `rules` – credit codes (GB 32100-2015), certificates and the days on which they hold, merchant numbers, seats.
//! * `areas` – administrative divisions down to the county, 三区三州 and former poverty counties.
//! * `store` – what is read and written. Nothing is overwritten: a certificate or a seat that changed is a new row.
//! * `actions` – found an organisation, add a certificate, open its merchant number, give and end a seat.
//! * `pages` – `/organisations` for everyone, `/operator/organisations` for the operator, `/desk/seats` for managers.
//!
//! Whether an organisation may raise money on a given day is decided by `may_raise_funds`, and nowhere else
//! (慈善法 arts. 22 and 25: registration and 公开募捐资格证书, both valid on that day).

pub mod actions;
pub mod areas;
mod model;
mod pages;
mod personal;
mod rules;
mod store;

use db::Fault;

use crate::App;

pub use model::{Certificate, CertificateKind, CharityRow, Kind, NewCertificate, NewOrganisation, Organisation, Seat};
pub use pages::routes;
pub use personal::personal;
pub use rules::{LONG_TERM_DAY, complete_credit_code, credit_code};
pub use store::{certificates, find, list_charities, may_raise_funds, merchant_of, seats};

/// Brings what this slice needs before anything else can be founded: the areas. Safe to call at every start.
pub fn prepare(app: &App) -> Result<(), Fault> {
    areas::load(app)
}
