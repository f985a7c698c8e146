//! Gifts outside the channel as types.

use db::{Fault, Row};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

/// How the money came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Transfer,
    Cheque,
    Cash,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Transfer, Kind::Cheque, Kind::Cash];

    pub fn word(self) -> &'static str {
        match self {
            Kind::Transfer => "transfer",
            Kind::Cheque => "cheque",
            Kind::Cash => "cash",
        }
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Transfer => "offline-kind-transfer",
            Kind::Cheque => "offline-kind-cheque",
            Kind::Cash => "offline-kind-cash",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// Who decided, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hand {
    pub person_id: Id,
    pub at: Micros,
}

#[derive(Clone, PartialEq, Debug)]
pub enum GiftState {
    /// Entered by one person.
    Entered,
    /// Confirmed by another, and in the books.
    Confirmed {
        by: Hand,
    },
    Refused {
        by: Hand,
        reason: String,
    },
}

impl GiftState {
    pub fn key(&self) -> &'static str {
        match self {
            GiftState::Entered => "offline-entered",
            GiftState::Confirmed { .. } => "offline-confirmed",
            GiftState::Refused { .. } => "offline-refused",
        }
    }
}

/// A gift outside the channel as its desk sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct OfflineGift {
    pub id: Id,
    pub organisation_id: Id,
    pub project_id: Id,
    pub kind: Kind,
    pub amount_fen: i64,
    pub received_day: Day,
    pub payer: String,
    pub anonymous: bool,
    /// 0: the payer has no account here.
    pub donor_id: Id,
    /// The bank's number of the transfer, the cheque's number, the charity's number of a cash slip.
    pub bank_reference: String,
    pub file_id: Id,
    pub entered: Hand,
    pub state: GiftState,
    pub project_title: String,
    /// When it was taken out of the books again.
    pub undone_at: Option<Micros>,
}

fn decided(row: &Row) -> Result<Hand, Fault> {
    Ok(Hand { person_id: row.opt_int("decided_by")?.unwrap_or(0), at: row.opt_int("decided_at")?.unwrap_or(0) })
}

impl OfflineGift {
    pub fn from_row(row: &Row) -> Result<OfflineGift, Fault> {
        let kind = row.text("kind")?;
        let state = match row.text("state")?.as_str() {
            "entered" => GiftState::Entered,
            "confirmed" => GiftState::Confirmed { by: decided(row)? },
            _ => GiftState::Refused { by: decided(row)?, reason: row.text("answer")? },
        };
        Ok(OfflineGift {
            id: row.int("id")?,
            organisation_id: row.int("organisation_id")?,
            project_id: row.int("project_id")?,
            kind: Kind::from_word(&kind).ok_or_else(|| Fault::inconsistent(format!("an offline gift came by {kind}")))?,
            amount_fen: row.int("amount_fen")?,
            received_day: row.int("received_day")?,
            payer: row.text("payer")?,
            anonymous: row.bool("anonymous")?,
            donor_id: row.int("donor_id")?,
            bank_reference: row.text("bank_reference")?,
            file_id: row.int("file_id")?,
            entered: Hand { person_id: row.int("entered_by")?, at: row.int("entered_at")? },
            state,
            project_title: row.text("title")?,
            undone_at: row.opt_int("undone_at")?,
        })
    }
}

/// A confirmed gift as its donor sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct DonorGift {
    pub id: Id,
    pub project_id: Id,
    pub project_title: String,
    pub project_english_title: String,
    pub recipient_name: String,
    pub recipient_english_name: String,
    pub kind: Kind,
    pub amount_fen: i64,
    pub received_day: Day,
    pub confirmed_at: Micros,
    pub name: String,
    pub anonymous: bool,
    pub position: i64,
    pub before_fen: i64,
    pub undone: bool,
}

/// Things that were given: listed with what they are worth, never posted as money.
#[derive(Clone, PartialEq, Debug)]
pub struct Things {
    pub id: Id,
    pub organisation_id: Id,
    pub project_id: Id,
    pub project_title: String,
    pub item: String,
    pub quantity: i64,
    pub unit: String,
    pub valuation_fen: i64,
    /// How the value is known: an invoice, a market price, an appraisal.
    pub basis: String,
    pub received_day: Day,
    pub payer: String,
    pub anonymous: bool,
    pub file_id: Id,
    pub entered: Hand,
    pub state: ThingsState,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ThingsState {
    Entered,
    /// Somebody else has counted them: they are there.
    Received {
        by: Hand,
    },
    HandedOver {
        by: Hand,
        day: Day,
        to: String,
    },
    Refused {
        by: Hand,
        reason: String,
    },
}

impl ThingsState {
    pub fn key(&self) -> &'static str {
        match self {
            ThingsState::Entered => "offline-entered",
            ThingsState::Received { .. } => "offline-things-received",
            ThingsState::HandedOver { .. } => "offline-things-handed-over",
            ThingsState::Refused { .. } => "offline-refused",
        }
    }
}

impl Things {
    pub fn from_row(row: &Row) -> Result<Things, Fault> {
        let state = match row.text("state")?.as_str() {
            "entered" => ThingsState::Entered,
            "received" => ThingsState::Received { by: decided(row)? },
            "handed_over" => ThingsState::HandedOver {
                by: Hand { person_id: row.opt_int("handed_by")?.unwrap_or(0), at: row.opt_int("handed_at")?.unwrap_or(0) },
                day: row.opt_int("handed_day")?.unwrap_or(0),
                to: row.text("handed_to")?,
            },
            _ => ThingsState::Refused { by: decided(row)?, reason: row.text("answer")? },
        };
        Ok(Things {
            id: row.int("id")?,
            organisation_id: row.int("organisation_id")?,
            project_id: row.int("project_id")?,
            project_title: row.text("title")?,
            item: row.text("item")?,
            quantity: row.int("quantity")?,
            unit: row.text("unit")?,
            valuation_fen: row.int("valuation_fen")?,
            basis: row.text("basis")?,
            received_day: row.int("received_day")?,
            payer: row.text("payer")?,
            anonymous: row.bool("anonymous")?,
            file_id: row.int("file_id")?,
            entered: Hand { person_id: row.int("entered_by")?, at: row.int("entered_at")? },
            state,
        })
    }
}
