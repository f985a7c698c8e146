//! Opening a notification (回调) whose signature has been verified, and the answer we owe for it within five seconds.
//! The content can still be refused here: not JSON, sealed with another key, or lacking what a payment must state.

use std::borrow::Cow;

use serde::Deserialize;

use crate::refunds::RefundStatus;
use crate::seal::{ApiV3Key, NotOpened};
use crate::time::micros_of_rfc3339;
use crate::transaction::Transaction;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    Payment(Transaction),
    Refund(RefundNotice),
    /// Something we did not subscribe to. Acknowledge it, or the channel repeats it for a day.
    Other {
        event_type: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundNotice {
    /// `mchid`, or the provider's `sp_mchid` in partner mode.
    pub mchid: String,
    pub sub_mchid: Option<String>,
    pub transaction_id: String,
    pub out_trade_no: String,
    pub refund_id: String,
    pub out_refund_no: String,
    pub status: RefundStatus,
    /// Microseconds UTC; only with `RefundStatus::Success`.
    pub success_at: Option<i64>,
    pub received_account: Option<String>,
    pub total_fen: i64,
    pub refund_fen: i64,
    pub payer_refund_fen: Option<i64>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotificationRefused {
    #[error("the notification is not the documented JSON: {0}")]
    NotJson(String),
    #[error("the notification's resource stays closed: {0}")]
    NotOpened(#[from] NotOpened),
    #[error("the opened notification lacks what it must state: {0}")]
    Incomplete(String),
}

/// Status and body for the channel. Only 200 or 204 ends its fifteen repetitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationAnswer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl NotificationAnswer {
    /// Say this only after the commit.
    pub fn taken() -> Self {
        Self { status: 204, body: Vec::new() }
    }

    /// 4xx for what will never be accepted, 5xx to be sent again later.
    pub fn refused(status: u16, message: &str) -> Self {
        let body = serde_json::json!({ "code": "FAIL", "message": message });
        Self { status, body: body.to_string().into_bytes() }
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    resource: Option<Resource<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Resource<'a> {
    #[serde(borrow)]
    pub algorithm: Cow<'a, str>,
    #[serde(borrow)]
    pub ciphertext: Cow<'a, str>,
    #[serde(borrow)]
    pub nonce: Cow<'a, str>,
    #[serde(borrow, default)]
    pub associated_data: Option<Cow<'a, str>>,
}

impl Resource<'_> {
    pub(crate) fn open(&self, key: &ApiV3Key) -> Result<Vec<u8>, NotOpened> {
        let associated_data = self.associated_data.as_deref().unwrap_or_default();
        key.open(&self.algorithm, self.nonce.as_bytes(), associated_data.as_bytes(), &self.ciphertext)
    }
}

/// Opens the raw body. Call [`crate::Verifiers::verify`] on the same bytes first: this function does not know who sent them.
pub fn read_notification(raw_body: &[u8], key: &ApiV3Key) -> Result<Notification, NotificationRefused> {
    let envelope: Envelope<'_> = serde_json::from_slice(raw_body).map_err(|e| NotificationRefused::NotJson(e.to_string()))?;
    let is_payment = envelope.event_type == "TRANSACTION.SUCCESS";
    if !is_payment && !envelope.event_type.starts_with("REFUND.") {
        return Ok(Notification::Other { event_type: envelope.event_type.into_owned() });
    }
    let resource = envelope.resource.ok_or_else(|| NotificationRefused::NotJson("no resource".to_owned()))?;
    let plain = resource.open(key)?;
    let read =
        if is_payment { Transaction::read(&plain).map(Notification::Payment) } else { read_refund(&plain).map(Notification::Refund) };
    read.map_err(NotificationRefused::Incomplete)
}

#[derive(Deserialize)]
struct WireRefund {
    mchid: Option<String>,
    sp_mchid: Option<String>,
    sub_mchid: Option<String>,
    transaction_id: String,
    out_trade_no: String,
    refund_id: String,
    out_refund_no: String,
    refund_status: String,
    success_time: Option<String>,
    user_received_account: Option<String>,
    amount: WireRefundAmount,
}

#[derive(Deserialize)]
struct WireRefundAmount {
    total: i64,
    refund: i64,
    payer_refund: Option<i64>,
}

fn read_refund(plain: &[u8]) -> Result<RefundNotice, String> {
    let wire: WireRefund = serde_json::from_slice(plain).map_err(|e| e.to_string())?;
    let success_at = match wire.success_time.as_deref() {
        None | Some("") => None,
        Some(text) => Some(micros_of_rfc3339(text).ok_or_else(|| format!("success_time \"{text}\" is not RFC 3339"))?),
    };
    Ok(RefundNotice {
        mchid: wire.sp_mchid.or(wire.mchid).ok_or("neither mchid nor sp_mchid is present")?,
        sub_mchid: wire.sub_mchid,
        transaction_id: wire.transaction_id,
        out_trade_no: wire.out_trade_no,
        refund_id: wire.refund_id,
        out_refund_no: wire.out_refund_no,
        status: RefundStatus::read(&wire.refund_status),
        success_at,
        received_account: wire.user_received_account,
        total_fen: wire.amount.total,
        refund_fen: wire.amount.refund,
        payer_refund_fen: wire.amount.payer_refund,
    })
}
