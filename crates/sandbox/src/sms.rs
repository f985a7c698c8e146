//! The text message provider as the sandbox plays it: it checks the TC3-HMAC-SHA256 signature as the real one does, keeps what was sent where a
//! test can read it, and fails on purpose when it is told to. No message leaves this machine.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use crate::faults::SmsFailure;
use crate::keys::{hex, random_text};
use crate::{Gateway, lock};

/// The account that may send.
#[derive(Debug, Clone, Default)]
pub struct SmsAccount {
    pub secret_id: String,
    pub secret_key: String,
}

/// A message that a phone has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    pub phone: String,
    pub template_id: String,
    pub parameters: Vec<String>,
}

pub(crate) fn routes() -> Router<Gateway> {
    Router::new().route("/", post(send))
}

impl Gateway {
    /// Every message that went out, the oldest first.
    pub fn sent_messages(&self) -> Vec<SentMessage> {
        lock(&self.0.sent).clone()
    }

    fn sms_refusal(&self, headers: &HeaderMap, body: &[u8]) -> Option<(&'static str, &'static str)> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let account = &self.0.sms;
        let authorization = header("authorization");
        let Some(fields) = authorization.strip_prefix("TC3-HMAC-SHA256 ") else {
            return Some(("AuthFailure.InvalidAuthorization", "请求头部的 Authorization 不符合规范"));
        };
        let field = |name: &str| fields.split(", ").find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
        let credential: Vec<&str> = field("Credential").split('/').collect();
        let [secret_id, day, "sms", "tc3_request"] = credential[..] else {
            return Some(("AuthFailure.InvalidAuthorization", "凭证范围不正确"));
        };
        if account.secret_id.is_empty() || secret_id != account.secret_id {
            return Some(("AuthFailure.SecretIdNotFound", "密钥不存在"));
        }
        let timestamp = header("x-tc-timestamp");
        let seconds: i64 = timestamp.parse().unwrap_or(0);
        if (self.now() / 1_000_000).abs_diff(seconds) > 300 {
            return Some(("AuthFailure.SignatureExpire", "签名过期"));
        }
        let signed = field("SignedHeaders");
        if !signed.split(';').any(|name| name == "content-type") || !signed.split(';').any(|name| name == "host") {
            return Some(("AuthFailure.SignatureFailure", "content-type 和 host 必须参与签名"));
        }
        // Written out here and not shared with the client, so that a mistake there is noticed here.
        let mut canonical = "POST\n/\n\n".to_owned();
        for name in signed.split(';') {
            let value = header(name).trim();
            let value = if name == "x-tc-action" { value.to_ascii_lowercase() } else { value.to_owned() };
            canonical.push_str(&format!("{name}:{value}\n"));
        }
        canonical.push_str(&format!("\n{signed}\n{}", hash(body)));
        let to_sign = format!("TC3-HMAC-SHA256\n{timestamp}\n{day}/sms/tc3_request\n{}", hash(canonical.as_bytes()));
        let mut key = format!("TC3{}", account.secret_key).into_bytes();
        for part in [day, "sms", "tc3_request"] {
            key = mac(&key, part.as_bytes());
        }
        if hex(&mac(&key, to_sign.as_bytes())).to_ascii_lowercase() != field("Signature") {
            return Some(("AuthFailure.SignatureFailure", "签名错误"));
        }
        if header("x-tc-action") != "SendSms" || header("x-tc-version") != "2021-01-11" || header("x-tc-region").is_empty() {
            return Some(("InvalidAction", "接口、版本或地域不正确"));
        }
        None
    }
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(HMAC_SHA256, key), message).as_ref().to_vec()
}

fn hash(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref()).to_ascii_lowercase()
}

async fn send(Shared(gateway): Shared<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let request_id = random_text(32);
    let error =
        |code: &str, message: &str| json!({ "Response": { "Error": { "Code": code, "Message": message }, "RequestId": request_id } });
    if let Some((code, message)) = gateway.sms_refusal(&headers, &body) {
        return error(code, message).to_string().into_response();
    }
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
        return error("InvalidParameter", "请求体不是JSON").to_string().into_response();
    };
    let phone = asked["PhoneNumberSet"][0].as_str().unwrap_or_default().to_owned();
    let session = asked["SessionContext"].clone();
    let status = |code: &str, serial: &str| {
        json!({ "Response": { "SendStatusSet": [{
            "SerialNo": serial, "PhoneNumber": phone, "Fee": i32::from(code == "Ok"), "SessionContext": session, "Code": code, "Message": "", "IsoCode": "CN",
        }], "RequestId": request_id } })
    };
    let failure = {
        let mut faults = lock(&gateway.0.faults);
        if faults.sms.is_empty() { None } else { Some(faults.sms.remove(0)) }
    };
    if let Some(SmsFailure::Status(code)) = failure {
        return status(code, "").to_string().into_response();
    }
    if !phone.starts_with("+86") || phone.len() != 14 {
        return status("InvalidParameterValue.IncorrectPhoneNumber", "").to_string().into_response();
    }
    let parameters: Vec<String> =
        asked["TemplateParamSet"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    if parameters.iter().any(|text| text.is_empty() || text.chars().count() > 12) {
        return status("InvalidParameterValue.TemplateParameterLengthLimit", "").to_string().into_response();
    }
    let template_id = asked["TemplateId"].as_str().unwrap_or_default().to_owned();
    lock(&gateway.0.sent).push(SentMessage { phone: phone.clone(), template_id, parameters });
    if failure == Some(SmsFailure::SentButSilent) {
        return (StatusCode::INTERNAL_SERVER_ERROR, "").into_response();
    }
    status("Ok", &format!("2021:{}", random_text(16))).to_string().into_response()
}
