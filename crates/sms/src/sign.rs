//! The request and its signature: a canonical request, a string to sign, a key derived from day and service.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::{HOST, REGION};

const SERVICE: &str = "sms";
const ACTION: &str = "SendSms";
const VERSION: &str = "2021-01-11";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";
const SIGNED_HEADERS: &str = "content-type;host;x-tc-action";

/// A key of the provider's account. The secret is never shown, not even in debug output.
#[derive(Clone)]
pub struct Credentials {
    pub secret_id: String,
    pub secret_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("secret_id", &self.secret_id).finish_non_exhaustive()
    }
}

/// One message to one phone.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// E.164, e.g. `+8613800138000`.
    pub phone: &'a str,
    /// The application under which the provider counts messages.
    pub sdk_app_id: &'a str,
    /// The approved signature, without 【】.
    pub sign_name: &'a str,
    pub template_id: &'a str,
    /// What fills the template's blanks, in their order.
    pub parameters: &'a [String],
    /// Ours; comes back with the answer.
    pub session: &'a str,
}

/// A request to be sent as it stands: the signature covers body and headers byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    pub path: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    phone_number_set: [&'a str; 1],
    sms_sdk_app_id: &'a str,
    sign_name: &'a str,
    template_id: &'a str,
    template_param_set: &'a [String],
    session_context: &'a str,
}

/// `SendSms` at `timestamp_s` (seconds since 1970, UTC); the provider refuses a clock that is more than five minutes off.
pub fn send(credentials: &Credentials, message: &Message<'_>, timestamp_s: i64) -> HttpRequest {
    let body = Body {
        phone_number_set: [message.phone],
        sms_sdk_app_id: message.sdk_app_id,
        sign_name: message.sign_name,
        template_id: message.template_id,
        template_param_set: message.parameters,
        session_context: message.session,
    };
    let body = serde_json::to_vec(&body).expect("plain structs of text always serialise");
    let authorization = authorization(credentials, &body, timestamp_s);
    let headers = vec![
        ("Authorization", authorization),
        ("Content-Type", CONTENT_TYPE.to_owned()),
        ("Host", HOST.to_owned()),
        ("X-TC-Action", ACTION.to_owned()),
        ("X-TC-Version", VERSION.to_owned()),
        ("X-TC-Timestamp", timestamp_s.to_string()),
        ("X-TC-Region", REGION.to_owned()),
    ];
    HttpRequest { path: "/", headers, body }
}

fn authorization(credentials: &Credentials, body: &[u8], timestamp_s: i64) -> String {
    let canonical = format!(
        "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{HOST}\nx-tc-action:{}\n\n{SIGNED_HEADERS}\n{}",
        ACTION.to_ascii_lowercase(),
        hex_sha256(body)
    );
    let day = day_utc(timestamp_s);
    let scope = format!("{day}/{SERVICE}/tc3_request");
    let to_sign = format!("TC3-HMAC-SHA256\n{timestamp_s}\n{scope}\n{}", hex_sha256(canonical.as_bytes()));
    let of_day = mac(format!("TC3{}", credentials.secret_key).as_bytes(), day.as_bytes());
    let of_service = mac(&of_day, SERVICE.as_bytes());
    let signing = mac(&of_service, b"tc3_request");
    let signature = hex(&mac(&signing, to_sign.as_bytes()));
    format!("TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}", credentials.secret_id)
}

/// The day in UTC, whatever day it is in Shanghai.
fn day_utc(timestamp_s: i64) -> String {
    let at = Timestamp::from_second(timestamp_s).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::UTC).date().to_string()
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

fn hex_sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text
}
