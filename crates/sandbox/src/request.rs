//! Whether an API request really comes from the merchant, checked as the channel checks it.

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::keys::Keys;

pub(crate) struct Received<'a> {
    pub method: &'a str,
    /// Path and query exactly as they arrived: the signature covers them.
    pub path_and_query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

impl Received<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `Err` carries the sentence of a 401 SIGN_ERROR.
    pub(crate) fn is_from_merchant(&self, keys: &Keys, now_s: i64) -> Result<(), String> {
        let authorization = self.header("authorization").ok_or("Http头Authorization值缺失 (no Authorization header)")?;
        let fields = authorization
            .strip_prefix("WECHATPAY2-SHA256-RSA2048 ")
            .ok_or("Http头Authorization认证类型不正确 (unknown authorization scheme)")?;
        let field = |name: &str| {
            let found = fields.split(',').filter_map(|pair| pair.split_once('=')).find(|(key, _)| key.trim() == name);
            let value = found.and_then(|(_, value)| value.strip_prefix('"')).and_then(|value| value.strip_suffix('"'));
            value.ok_or_else(|| format!("Authorization 中缺少 {name} (missing)"))
        };
        let (mchid, serial, timestamp) = (field("mchid")?, field("serial_no")?, field("timestamp")?);
        let (nonce, signature) = (field("nonce_str")?, field("signature")?);
        if mchid != keys.mchid() || serial != keys.merchant_serial() {
            return Err("商户证书序列号有误 (mchid and serial_no do not belong together)".to_owned());
        }
        let signed_at_s: i64 = timestamp.parse().map_err(|_| "timestamp 不是秒数 (not a number of seconds)")?;
        if now_s.abs_diff(signed_at_s) >= 300 {
            return Err(format!("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟 ({} s apart)", now_s.abs_diff(signed_at_s)));
        }
        // Written out here and not shared with the client, so that a mistake there is noticed here.
        let head = format!("{}\n{}\n{timestamp}\n{nonce}\n", self.method, self.path_and_query);
        let message = [head.as_bytes(), self.body, b"\n"].concat();
        let wrong = "签名错误，请检查后再试 (the signature does not fit method, url, timestamp, nonce and body)";
        let signature = STANDARD.decode(signature).map_err(|_| wrong)?;
        keys.merchant.verify_sig(&message, &signature).map_err(|_| wrong.to_owned())
    }
}

/// The value of one query field, with its percent escapes undone.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| unescaped(&value.replace('+', " ")))
}

/// What is not a valid escape stays as it is.
pub(crate) fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let escape = (bytes[index] == b'%').then(|| text.get(index + 1..index + 3)).flatten();
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                index += 3;
            }
            None => {
                plain.push(bytes[index]);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}
