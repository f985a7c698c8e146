//! The fields of 财政电子票据 (公益事业捐赠票据, 财综〔2024〕1号) as bytes in, bytes out: what a finance e-invoice service is asked,
//! and what it answered. No I/O, no clock, no randomness; unknown is never success and never refusal.
//!
//! **How far this can be trusted.** No province's interface is published, so the field names, the signature and the answer codes
//! here are our own mapping of the fields that a receipt has. A charity's finance department gives it access to one provincial
//! service; expect one adapter a province that replaces this file's `body`, `sign` and `read`, and nothing else.
//!
//! Every request carries our own business number. The service must answer the same number with the same receipt, so a request
//! whose answer was lost is sent again as it was.

#![forbid(unsafe_code)]

use aws_lc_rs::{constant_time, hmac};
use serde::{Deserialize, Serialize};

/// Where requests go, below the service's address.
pub const ISSUE_PATH: &str = "/v1/receipts";
pub const REVERSE_PATH: &str = "/v1/reversals";
/// Hexadecimal HMAC-SHA-256 over the body, both ways.
pub const SIGNATURE_HEADER: &str = "X-Fiscal-Signature";
/// Which charity platform asks.
pub const APP_HEADER: &str = "X-Fiscal-App";

/// A receipt that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueRequest {
    /// Ours; asking twice with it gives one receipt.
    pub business_number: String,
    /// 收款单位 and its 统一社会信用代码.
    pub receiver: String,
    pub receiver_code: String,
    /// 交款人; `person` or `company`.
    pub payer_kind: String,
    pub payer: String,
    /// 身份证件号码 or 统一社会信用代码; may be empty for a person.
    pub payer_code: String,
    /// 项目编码, 项目名称, 单位, 数量, 标准.
    pub item_code: String,
    pub item_name: String,
    pub unit: String,
    pub quantity: i64,
    pub standard_fen: i64,
    /// 金额合计, in figures and in words.
    pub amount_fen: i64,
    pub amount_words: String,
    /// 经手人, 复核人, 收款人.
    pub handler: String,
    pub reviewer: String,
    pub payee: String,
    /// `2026-09-08`.
    pub day: String,
}

/// 冲红 of a receipt that the service issued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReverseRequest {
    pub business_number: String,
    /// 票据代码, 票据号码, 校验码 of the receipt.
    pub code: String,
    pub number: String,
    pub check_code: String,
    pub amount_fen: i64,
    pub reason: String,
    pub handler: String,
    pub reviewer: String,
    pub day: String,
}

/// What the service says on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// `ISSUED`, `REFUSED`, `PENDING`.
    pub result: String,
    pub business_number: String,
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub number: String,
    #[serde(default)]
    pub check_code: String,
    #[serde(default)]
    pub amount_fen: i64,
    #[serde(default)]
    pub message: String,
}

/// What follows from an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 票据代码, 票据号码, 校验码.
    Issued { code: String, number: String, check_code: String },
    /// The service will not, and says why in its own words.
    Refused { message: String },
    /// Nothing is known: the same request is sent again later.
    Unknown { why: String },
}

/// The key that the service and we share.
pub struct Key(hmac::Key);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(secret)")
    }
}

impl Key {
    #[must_use]
    pub fn new(bytes: &[u8]) -> Key {
        Key(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    #[must_use]
    pub fn sign(&self, body: &[u8]) -> String {
        hmac::sign(&self.0, body).as_ref().iter().map(|b| format!("{b:02x}")).collect()
    }

    #[must_use]
    pub fn fits(&self, body: &[u8], signature: &str) -> bool {
        constant_time::verify_slices_are_equal(self.sign(body).as_bytes(), signature.as_bytes()).is_ok()
    }
}

/// A request's body.
#[must_use]
pub fn body<T: Serialize>(request: &T) -> Vec<u8> {
    serde_json::to_vec(request).expect("plain fields can be written as JSON")
}

/// Reads an answer. Only one that is signed, names our business number and, when it says that it issued, our amount is
/// believed; everything else is unknown.
#[must_use]
pub fn read(key: &Key, status: u16, signature: &str, bytes: &[u8], business_number: &str, amount_fen: i64) -> Answer {
    let unknown = |why: &str| Answer::Unknown { why: format!("{status}: {why}") };
    if !key.fits(bytes, signature) {
        return unknown("the answer is not signed by the service");
    }
    let Ok(reply) = serde_json::from_slice::<Reply>(bytes) else { return unknown("the answer cannot be read") };
    if reply.business_number != business_number {
        return unknown("the answer is for another request");
    }
    match (status, reply.result.as_str()) {
        (200, "ISSUED") => {
            let plain = |text: &str| !text.is_empty() && text.len() <= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric());
            if !(plain(&reply.code) && plain(&reply.number) && plain(&reply.check_code)) {
                return unknown("the receipt has no code, number or check code");
            }
            if reply.amount_fen != amount_fen {
                return unknown("the receipt is for another amount");
            }
            Answer::Issued { code: reply.code, number: reply.number, check_code: reply.check_code }
        }
        (200 | 422, "REFUSED") if !reply.message.trim().is_empty() => {
            Answer::Refused { message: reply.message.chars().take(200).collect() }
        }
        _ => unknown("it is not decided"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, reply: &Reply, key: &Key) -> Answer {
        let bytes = body(reply);
        read(&Key::new(b"shared"), status, &key.sign(&bytes), &bytes, "7", 1_000)
    }

    fn issued() -> Reply {
        Reply {
            result: "ISSUED".into(),
            business_number: "7".into(),
            code: "11010125".into(),
            number: "0000000001".into(),
            check_code: "a1b2c3".into(),
            amount_fen: 1_000,
            message: String::new(),
        }
    }

    #[test]
    fn only_a_signed_answer_to_this_request_for_this_amount_is_a_receipt() {
        let (ours, stranger) = (Key::new(b"shared"), Key::new(b"stranger"));
        let good = Answer::Issued { code: "11010125".into(), number: "0000000001".into(), check_code: "a1b2c3".into() };
        assert_eq!(answered(200, &issued(), &ours), good);
        for (status, reply, key) in [
            (200, issued(), &stranger),
            (500, issued(), &ours),
            (200, Reply { business_number: "8".into(), ..issued() }, &ours),
            (200, Reply { amount_fen: 999, ..issued() }, &ours),
            (200, Reply { number: String::new(), ..issued() }, &ours),
            (200, Reply { code: "<script>".into(), ..issued() }, &ours),
            (200, Reply { result: "PENDING".into(), ..issued() }, &ours),
            (422, Reply { result: "REFUSED".into(), ..issued() }, &ours),
            (503, Reply { result: "REFUSED".into(), message: "维护".into(), ..issued() }, &ours),
        ] {
            assert!(matches!(answered(status, &reply, key), Answer::Unknown { .. }), "{status} {reply:?}");
        }
        let refused = Reply { result: "REFUSED".into(), message: "项目编码未核定".into(), ..issued() };
        assert_eq!(answered(422, &refused, &ours), Answer::Refused { message: "项目编码未核定".into() });
    }

    #[test]
    fn whatever_comes_instead_of_an_answer_is_unknown() {
        let key = Key::new(b"shared");
        for bytes in [&b""[..], b"<html>502</html>", b"{}", b"null", b"{\"result\":\"ISSUED\"}", &[0xff, 0xfe]] {
            assert!(matches!(read(&key, 200, &key.sign(bytes), bytes, "7", 1), Answer::Unknown { .. }));
            assert!(matches!(read(&key, 200, "", bytes, "7", 1), Answer::Unknown { .. }));
        }
    }

    #[test]
    fn a_request_reads_back_as_it_was_written() {
        let request =
            IssueRequest { business_number: "7".into(), payer: "清河纸业".into(), amount_fen: 1_000, ..IssueRequest::default() };
        assert_eq!(serde_json::from_slice::<IssueRequest>(&body(&request)).unwrap(), request);
        let text = String::from_utf8(body(&request)).unwrap();
        for field in ["businessNumber", "receiverCode", "payerCode", "itemCode", "standardFen", "amountWords", "reviewer", "payee"] {
            assert!(text.contains(field), "{field}");
        }
    }
}
