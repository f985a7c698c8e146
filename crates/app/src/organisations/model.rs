//! The things this slice keeps.

use db::{Fault, Row};
use serde::{Deserialize, Serialize};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros, Role, seat_holds_at};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 慈善组织: launches projects, and with 公开募捐资格 receives gifts.
    Charity,
    /// 执行机构: carries a project out.
    Implementer,
    /// 企业: gives money beside others (配捐), through its own people.
    Company,
    /// 平台运营方: whoever runs this deployment.
    Operator,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Charity, Kind::Implementer, Kind::Company, Kind::Operator];

    pub fn word(self) -> &'static str {
        match self {
            Kind::Charity => "charity",
            Kind::Implementer => "implementer",
            Kind::Company => "company",
            Kind::Operator => "operator",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.word() == word)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Organisation {
    pub id: Id,
    pub kind: Kind,
    pub name: String,
    /// Empty when it has none.
    pub english_name: String,
    /// 统一社会信用代码, eighteen characters.
    pub credit_code: String,
    pub about: String,
    pub english_about: String,
    pub address: String,
    /// How the public reaches it: a telephone, an address for letters or mail.
    pub contact: String,
    pub area_code: String,
}

impl Organisation {
    pub(super) fn from_row(row: &Row) -> Result<Organisation, Fault> {
        let kind = row.text("kind")?;
        Ok(Organisation {
            id: row.int("id")?,
            kind: Kind::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("an organisation is of kind {kind}")))?,
            name: row.text("name")?,
            english_name: row.text("english_name")?,
            credit_code: row.text("credit_code")?,
            about: row.text("about")?,
            english_about: row.text("english_about")?,
            address: row.text("address")?,
            contact: row.text("contact")?,
            area_code: row.text("area_code")?,
        })
    }
}

/// What it takes to found an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrganisation {
    pub kind: Kind,
    pub name: String,
    pub english_name: String,
    pub credit_code: String,
    pub about: String,
    pub english_about: String,
    pub address: String,
    pub contact: String,
    pub area_code: String,
    pub certificates: Vec<NewCertificate>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateKind {
    /// 登记证书.
    Registration,
    /// 公开募捐资格证书.
    PublicFundraising,
}

impl CertificateKind {
    pub const ALL: [CertificateKind; 2] = [CertificateKind::Registration, CertificateKind::PublicFundraising];

    pub fn word(self) -> &'static str {
        match self {
            CertificateKind::Registration => "registration",
            CertificateKind::PublicFundraising => "public_fundraising",
        }
    }

    pub fn from_word(word: &str) -> Option<CertificateKind> {
        CertificateKind::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// A certificate as it is printed: it holds from the first to the last day, both included.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewCertificate {
    pub kind: CertificateKind,
    pub number: String,
    pub issuer: String,
    pub valid_from_day: Day,
    /// `LONG_TERM_DAY` when no end is printed.
    pub valid_until_day: Day,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    pub id: Id,
    pub organisation_id: Id,
    pub kind: CertificateKind,
    pub number: String,
    pub issuer: String,
    pub valid_from_day: Day,
    pub valid_until_day: Day,
}

impl Certificate {
    pub(super) fn from_row(row: &Row) -> Result<Certificate, Fault> {
        let kind = row.text("kind")?;
        Ok(Certificate {
            id: row.int("id")?,
            organisation_id: row.int("organisation_id")?,
            kind: CertificateKind::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("a certificate is of kind {kind}")))?,
            number: row.text("number")?,
            issuer: row.text("issuer")?,
            valid_from_day: row.int("valid_from_day")?,
            valid_until_day: row.int("valid_until_day")?,
        })
    }
}

/// Who sits for an organisation, in which role, and from when to when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seat {
    pub id: Id,
    pub person_id: Id,
    pub name: String,
    /// Empty for a person without a staff login, whose seat opens no desk.
    pub login: String,
    pub role: Role,
    pub starts_at: Micros,
    pub ends_at: Option<Micros>,
}

impl Seat {
    pub fn held_at(&self, now: Micros) -> bool {
        seat_holds_at(self.starts_at, self.ends_at, now)
    }
}

/// A line of the lists: an organisation and until when its certificates that hold today go on holding.
#[derive(Clone, Debug)]
pub struct CharityRow {
    pub organisation: Organisation,
    pub registered_until: Option<Day>,
    pub fundraising_until: Option<Day>,
}

/// What somebody looks for in a list of organisations.
#[derive(Clone, Default, Debug)]
pub struct Asked {
    /// Part of a name or of a credit code; empty: everything.
    pub words: String,
    pub kind: Option<Kind>,
    /// Only those with a kind of certificate of which the last one ends by this day.
    pub ending_by: Option<Day>,
    /// From 0.
    pub page: i64,
}

impl Asked {
    pub const PAGE_LENGTH: i64 = 30;
}

/// What a charity received through the channel, complete until `as_of`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Received {
    pub gifts: i64,
    pub gifts_fen: i64,
    pub as_of: Micros,
}
