//! What giving speaks of: the wish as it was typed, the intent, the order at the channel, and the gift as its donor sees it.

use crate::kernel::{Id, Micros, SECOND_US};

/// How the donor pays: inside WeChat, in a phone's browser, or by scanning a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TradeType {
    Jsapi,
    H5,
    Native,
}

impl TradeType {
    pub fn word(self) -> &'static str {
        match self {
            TradeType::Jsapi => "jsapi",
            TradeType::H5 => "h5",
            TradeType::Native => "native",
        }
    }

    pub fn from_word(word: &str) -> Option<TradeType> {
        [TradeType::Jsapi, TradeType::H5, TradeType::Native].into_iter().find(|t| t.word() == word)
    }
}

/// What a donor asks for, after the calmer was confirmed.
#[derive(Clone, Debug)]
pub struct GiftRequest {
    pub project_id: Id,
    pub amount_fen: i64,
    /// As it may be shown; empty: the donor gave none.
    pub name: String,
    pub message: String,
    pub anonymous: bool,
    /// SHA-256 of what the calmer showed.
    pub snapshot_hash: [u8; 32],
    pub trade_type: TradeType,
    /// The donor's id at the channel, for `Jsapi`; otherwise empty.
    pub open_id: String,
    /// The donor's network address, which the channel wants for `H5`.
    pub client_address: String,
}

/// Where an order stands at the channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// In the waiting room.
    Waiting,
    /// The donor can pay with `reference` (h5 address, code to scan, or prepay id). It is empty when the channel says that
    /// the order is paid, or might know it: then it is asked, and nobody is sent to pay again.
    Ordered { reference: String, ordered_at: Option<Micros> },
    /// Nobody can pay it any more. `paid`: because it was.
    Closed { paid: bool },
    /// The channel will not take it.
    Refused { reason: String },
}

/// A gift, or the wish for one, as its donor sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GiftView {
    pub id: Id,
    pub project_id: Id,
    pub project_title: String,
    pub project_english_title: String,
    pub recipient_name: String,
    pub recipient_english_name: String,
    pub amount_fen: i64,
    pub anonymous: bool,
    pub name: String,
    pub message: String,
    pub snapshot_hash: [u8; 32],
    pub created_at: Micros,
    pub trade_type: TradeType,
    pub order: Order,
    /// A confirmation that does not fit waits for a person.
    pub held: bool,
    /// What was paid for it and is no gift.
    pub aside: Aside,
    /// When the channel took the money, once it stands in the books.
    pub paid_at: Option<Micros>,
    /// What of it was given back.
    pub returned_fen: i64,
    pub place: Option<Place>,
}

/// Payments on a gift's order that never entered the books: of another amount, or a second time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Aside {
    pub amount_fen: i64,
    /// What of it is back where it came from.
    pub returned_fen: i64,
}

/// A gift's place in its project's stream, given a moment after it was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The how manieth gift of the project, from 1.
    pub position: i64,
    /// How many fen stand before it.
    pub before_fen: i64,
}

/// What the gift's page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Waiting,
    Pay,
    Confirming,
    Thanks,
    Closed,
    Refused,
    Held,
    /// What was paid for it did not fit and went back.
    GivenBack,
}

impl Stage {
    pub fn word(self) -> &'static str {
        match self {
            Stage::Waiting => "waiting",
            Stage::Pay => "pay",
            Stage::Confirming => "confirming",
            Stage::Thanks => "thanks",
            Stage::Closed => "closed",
            Stage::Refused => "refused",
            Stage::Held => "held",
            Stage::GivenBack => "given-back",
        }
    }
}

/// How long the waiting room is, for one who waits in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue {
    /// Intents that stand before this one.
    pub before: i64,
    /// From the measured rate; `None` while nothing could be measured.
    pub estimate: Option<Micros>,
}

/// The channel takes about 500 orders a second; the rest of it is left to queries and closings.
pub const ORDERS_PER_SECOND: i64 = 400;
/// A window short enough that no second sees more than 500 orders, wherever it begins.
pub const ORDER_WINDOW: Micros = SECOND_US / 4;

/// What becomes of an order after the channel was asked to take it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum After {
    /// It can be paid; or (`reference` empty) the channel must be asked, at `query_at`.
    Ordered {
        reference: String,
        query_at: Micros,
    },
    Refused {
        reason: String,
    },
    /// Its time ran out before it was ever placed.
    Closed,
    /// Nothing is known: the identical order is sent again at `at`.
    Again {
        at: Micros,
        why: String,
    },
}
