//! Asking for a day's trade bill (申请交易账单) and fetching its file. A bill exists from 10:00 of the next day and for three months.

use jiff::civil::Date;
use serde::Deserialize;

use crate::answer::{ApiError, failure, from_failure, unreadable};
use crate::merchant::Merchant;
use crate::sign::HttpRequest;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillKind {
    All,
    Success,
    Refund,
}

/// Where the file lies for five minutes, and the SHA-1 its unzipped bytes must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLink {
    pub sha1_hex: String,
    pub download_url: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BillAnswer {
    Ready(BillLink),
    /// Neither payment nor refund on that day: an empty bill, not a missing one.
    NoBill,
    /// The channel is still writing it.
    NotYet,
    Refused(ApiError),
    Unknown {
        status: u16,
        why: String,
    },
}

from_failure!(BillAnswer);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the bill's address \"{0}\" does not belong to the channel; a signed request goes nowhere else")]
pub struct BillLinkRefused(pub String);

/// In partner mode the bill is limited to the charity's own account.
pub fn trade_bill(merchant: &Merchant, day: Date, kind: BillKind) -> HttpRequest {
    let kind = match kind {
        BillKind::All => "ALL",
        BillKind::Success => "SUCCESS",
        BillKind::Refund => "REFUND",
    };
    let sub = merchant.sub_mchid().map(|sub| format!("&sub_mchid={sub}")).unwrap_or_default();
    HttpRequest::get(format!("/v3/bill/tradebill?bill_date={day}&bill_type={kind}&tar_type=GZIP{sub}"))
}

pub fn read_bill_link(status: u16, body: &[u8]) -> BillAnswer {
    #[derive(Deserialize)]
    struct Wire {
        hash_type: String,
        hash_value: String,
        download_url: String,
    }
    if status == 200 {
        return match serde_json::from_slice::<Wire>(body) {
            Ok(wire) if wire.hash_type == "SHA1" => {
                BillAnswer::Ready(BillLink { sha1_hex: wire.hash_value, download_url: wire.download_url })
            }
            Ok(wire) => unreadable(status, &format!("hash type {}", wire.hash_type)).into(),
            Err(error) => unreadable(status, &error).into(),
        };
    }
    match failure(status, body).into() {
        BillAnswer::Refused(error) if error.code == "NO_STATEMENT_EXIST" => BillAnswer::NoBill,
        BillAnswer::Refused(error) if error.code == "STATEMENT_CREATING" => BillAnswer::NotYet,
        other => other,
    }
}

/// The download must be signed like any request, but its answer carries no signature: the hash is what vouches for it. `api_base` is the scheme and
/// host we talk to; an address elsewhere is refused.
pub fn bill_download(link: &BillLink, api_base: &str) -> Result<HttpRequest, BillLinkRefused> {
    let path = link.download_url.strip_prefix(api_base.trim_end_matches('/')).filter(|path| path.starts_with('/'));
    match path {
        Some(path) if path.bytes().all(|b| b.is_ascii_graphic()) => Ok(HttpRequest::get(path.to_owned())),
        _ => Err(BillLinkRefused(link.download_url.clone())),
    }
}
