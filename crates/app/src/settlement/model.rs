//! What the channel says about a payment, and what we make of it.

use crate::kernel::{Id, Micros};

/// A payment that the channel says was made: from a notification or from a query, already verified and decrypted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirmation {
    pub out_trade_no: String,
    pub transaction_id: String,
    /// The merchant number on which the money landed: the charity's own.
    pub mchid: String,
    pub amount_fen: i64,
    pub currency: String,
    pub paid_at: Micros,
}

/// What became of a confirmation. Each of these is acknowledged to the channel; only a fault is not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// A new gift stands in the books.
    Recorded,
    /// The gift was there already: a repeated notification, or a query that raced it.
    AlreadyRecorded,
    /// Genuine, but it does not fit what we know. A person decides.
    Held(Hold),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// No intent of ours has this number.
    UnknownIntent,
    AmountDiffers,
    CurrencyDiffers,
    /// The money landed on another merchant number than the recipient charity's.
    MerchantDiffers,
    /// The gift is in the books under another transaction: the donor may have paid twice.
    OtherTransaction,
    /// Said to be paid before the intent was made, or in the future.
    TimeDiffers,
    /// A refund notification for a refund that was not asked for here.
    UnexpectedRefund,
}

impl Hold {
    pub const ALL: [Hold; 7] = [
        Hold::UnknownIntent,
        Hold::AmountDiffers,
        Hold::CurrencyDiffers,
        Hold::MerchantDiffers,
        Hold::OtherTransaction,
        Hold::TimeDiffers,
        Hold::UnexpectedRefund,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Hold::UnknownIntent => "unknown_intent",
            Hold::AmountDiffers => "amount_differs",
            Hold::CurrencyDiffers => "currency_differs",
            Hold::MerchantDiffers => "merchant_differs",
            Hold::OtherTransaction => "other_transaction",
            Hold::TimeDiffers => "time_differs",
            Hold::UnexpectedRefund => "unexpected_refund",
        }
    }
}

/// What we know about the intent a confirmation speaks of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownIntent {
    pub id: Id,
    pub project_id: Id,
    pub recipient_id: Id,
    pub donor_id: Id,
    pub amount_fen: i64,
    /// Of what the calmer showed.
    pub calmer_sha256: [u8; 32],
    /// The transaction under which the gift already stands in the books.
    pub recorded_as: Option<String>,
}
