//! Giving money back. Source: WeChat Pay API v3, 申请退款 and 查询单笔退款; at most 50 parts, within one year, always repeated under the same number.

use serde::{Deserialize, Serialize};

use crate::answer::{ApiError, failure, from_failure, unreadable};
use crate::merchant::Merchant;
use crate::orders::is_notify_url;
use crate::sign::HttpRequest;
use crate::time::micros_of_rfc3339;

#[derive(Debug, Clone, Copy)]
pub enum RefundOf<'a> {
    TransactionId(&'a str),
    OutTradeNo(&'a str),
}

#[derive(Debug, Clone, Copy)]
pub struct NewRefund<'a> {
    pub of: RefundOf<'a>,
    /// Ours; a retry uses the same one, or the donor is paid twice.
    pub out_refund_no: &'a str,
    /// Shown to the donor; at most 80 bytes.
    pub reason: &'a str,
    pub refund_fen: i64,
    /// The whole order.
    pub total_fen: i64,
    pub notify_url: Option<&'a str>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RefundRefused {
    #[error("the refund number \"{0}\" must have 1 to 64 letters, digits or _ - | * @")]
    OutRefundNo(String),
    #[error("\"{0}\" is not an order number")]
    Order(String),
    #[error("the reason must have 1 to 80 bytes and no control characters; this one has {0} bytes")]
    Reason(usize),
    #[error("{refund_fen} fen cannot be given back out of {total_fen} fen")]
    Amount { refund_fen: i64, total_fen: i64 },
    #[error("the notification address \"{0}\" must be https (http only on loopback), without query, at most 255 bytes")]
    NotifyUrl(String),
}

/// `Unknown` keeps what the channel wrote. `Abnormal` means the donor's card could not take the money: a person must act in the merchant platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundStatus {
    Success,
    Closed,
    Processing,
    Abnormal,
    Unknown(String),
}

impl RefundStatus {
    pub(crate) fn read(text: &str) -> Self {
        match text {
            "SUCCESS" => Self::Success,
            "CLOSED" => Self::Closed,
            "PROCESSING" => Self::Processing,
            "ABNORMAL" => Self::Abnormal,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    pub refund_id: String,
    pub out_refund_no: String,
    pub transaction_id: String,
    pub out_trade_no: String,
    pub status: RefundStatus,
    /// ORIGINAL, BALANCE, OTHER_BALANCE or OTHER_BANKCARD.
    pub channel: Option<String>,
    pub received_account: Option<String>,
    pub created_at: Option<i64>,
    pub success_at: Option<i64>,
    pub total_fen: i64,
    pub refund_fen: i64,
    pub payer_refund_fen: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RefundAnswer {
    /// The channel has the refund; its status says how far it is.
    Accepted(Refund),
    Refused(ApiError),
    /// Send the identical refund again, or query it.
    Unknown {
        status: u16,
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum RefundQueryAnswer {
    Found(Refund),
    NotExist,
    Refused(ApiError),
    Unknown { status: u16, why: String },
}

from_failure!(RefundAnswer, RefundQueryAnswer);

pub fn refund(merchant: &Merchant, new: &NewRefund<'_>) -> Result<HttpRequest, RefundRefused> {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        sub_mchid: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        transaction_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        out_trade_no: Option<&'a str>,
        out_refund_no: &'a str,
        reason: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        notify_url: Option<&'a str>,
        amount: Amount,
    }
    #[derive(Serialize)]
    struct Amount {
        refund: i64,
        total: i64,
        currency: &'static str,
    }
    let out_refund_no = checked_refund_no(new.out_refund_no)?;
    if new.reason.is_empty() || new.reason.len() > 80 || new.reason.chars().any(char::is_control) {
        return Err(RefundRefused::Reason(new.reason.len()));
    }
    if new.refund_fen < 1 || new.refund_fen > new.total_fen {
        return Err(RefundRefused::Amount { refund_fen: new.refund_fen, total_fen: new.total_fen });
    }
    if let Some(url) = new.notify_url.filter(|url| !is_notify_url(url)) {
        return Err(RefundRefused::NotifyUrl(url.to_owned()));
    }
    let (RefundOf::TransactionId(order) | RefundOf::OutTradeNo(order)) = new.of;
    if order.is_empty() || order.len() > 32 || !order.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(RefundRefused::Order(order.to_owned()));
    }
    let (transaction_id, out_trade_no) = match new.of {
        RefundOf::TransactionId(id) => (Some(id), None),
        RefundOf::OutTradeNo(no) => (None, Some(no)),
    };
    let amount = Amount { refund: new.refund_fen, total: new.total_fen, currency: "CNY" };
    let sub_mchid = merchant.sub_mchid();
    let body = Body { sub_mchid, transaction_id, out_trade_no, out_refund_no, reason: new.reason, notify_url: new.notify_url, amount };
    Ok(HttpRequest::post("/v3/refund/domestic/refunds".to_owned(), &body))
}

pub fn query_refund(merchant: &Merchant, out_refund_no: &str) -> Result<HttpRequest, RefundRefused> {
    let no = checked_refund_no(out_refund_no)?.replace('|', "%7C");
    let query = merchant.sub_mchid().map(|sub| format!("?sub_mchid={sub}")).unwrap_or_default();
    Ok(HttpRequest::get(format!("/v3/refund/domestic/refunds/{no}{query}")))
}

pub fn read_refund(status: u16, body: &[u8]) -> RefundAnswer {
    match found(status, body) {
        Some(Ok(refund)) => RefundAnswer::Accepted(refund),
        Some(Err(error)) => unreadable(status, &error).into(),
        None => failure(status, body).into(),
    }
}

pub fn read_refund_query(status: u16, body: &[u8]) -> RefundQueryAnswer {
    match found(status, body) {
        Some(Ok(refund)) => RefundQueryAnswer::Found(refund),
        Some(Err(error)) => unreadable(status, &error).into(),
        None => match failure(status, body).into() {
            RefundQueryAnswer::Refused(error) if error.code == "RESOURCE_NOT_EXISTS" => RefundQueryAnswer::NotExist,
            other => other,
        },
    }
}

fn checked_refund_no(no: &str) -> Result<&str, RefundRefused> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b);
    if (1..=64).contains(&no.len()) && no.bytes().all(allowed) { Ok(no) } else { Err(RefundRefused::OutRefundNo(no.to_owned())) }
}

#[derive(Deserialize)]
struct Wire {
    refund_id: String,
    out_refund_no: String,
    transaction_id: String,
    out_trade_no: String,
    status: String,
    channel: Option<String>,
    user_received_account: Option<String>,
    create_time: Option<String>,
    success_time: Option<String>,
    amount: WireAmount,
}

#[derive(Deserialize)]
struct WireAmount {
    total: i64,
    refund: i64,
    payer_refund: Option<i64>,
}

fn found(status: u16, body: &[u8]) -> Option<Result<Refund, String>> {
    (status == 200).then(|| {
        let wire: Wire = serde_json::from_slice(body).map_err(|e| e.to_string())?;
        let moment = |text: Option<String>| match text.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => micros_of_rfc3339(text).map(Some).ok_or_else(|| format!("\"{text}\" is not RFC 3339")),
        };
        Ok(Refund {
            refund_id: wire.refund_id,
            out_refund_no: wire.out_refund_no,
            transaction_id: wire.transaction_id,
            out_trade_no: wire.out_trade_no,
            status: RefundStatus::read(&wire.status),
            channel: wire.channel,
            received_account: wire.user_received_account,
            created_at: moment(wire.create_time)?,
            success_at: moment(wire.success_time)?,
            total_fen: wire.amount.total,
            refund_fen: wire.amount.refund,
            payer_refund_fen: wire.amount.payer_refund,
        })
    })
}
