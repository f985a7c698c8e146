//! Whether bytes that claim to come from WeChat Pay do: the one place where a notification's or answer's signature is accepted or refused.
//! Source: WeChat Pay API v3, 签名与验签规则; 回调通知处理 (probes); 平台证书切换微信支付公钥 (both modes at once).

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;

use crate::certificates::PlatformCertificate;
use crate::sign::KeyRefused;

/// A message whose time differs from ours by this many seconds or more, in either direction, is refused.
pub const CLOCK_WINDOW_S: i64 = 300;
const KNOWN_TYPE: &str = "WECHATPAY2-SHA256-RSA2048";
const PROBE: &str = "WECHATPAY/SIGNTEST/";

/// The `Wechatpay-*` headers of a notification or an answer, borrowed as they came.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignedHeaders<'a> {
    pub timestamp: Option<&'a str>,
    pub nonce: Option<&'a str>,
    pub signature: Option<&'a str>,
    pub serial: Option<&'a str>,
    pub signature_type: Option<&'a str>,
}

impl<'a> SignedHeaders<'a> {
    /// Reads them with the caller's own case-insensitive look-up, which answers `None` for a missing or unreadable header.
    pub fn read(lookup: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        Self {
            timestamp: lookup("Wechatpay-Timestamp"),
            nonce: lookup("Wechatpay-Nonce"),
            signature: lookup("Wechatpay-Signature"),
            serial: lookup("Wechatpay-Serial"),
            signature_type: lookup("Wechatpay-Signature-Type"),
        }
    }
}

/// Why the bytes are not believed. Every one of these is answered 4xx and nothing is done.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum SignatureRefused {
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    #[error("this is WeChat's own test whether we check signatures (WECHATPAY/SIGNTEST/); refusing it is the right answer")]
    Probe,
    #[error("signatures of type \"{0}\" are not supported")]
    UnsupportedType(String),
    #[error("the timestamp \"{0}\" is not a number of seconds")]
    BadTimestamp(String),
    #[error("signed {0} s away from our clock; {CLOCK_WINDOW_S} s or more is refused (replayed, or one of the clocks is wrong)")]
    ClockApart(i64),
    #[error("signed with \"{0}\", a key we do not hold; download the platform certificates or add the public key")]
    UnknownSerial(String),
    #[error("signed with the platform certificate \"{0}\", which has expired")]
    ExpiredKey(String),
    #[error("the signature is not base64")]
    NotBase64,
    #[error("the signature does not fit these bytes: forged, or changed on the way")]
    WrongSignature,
}

#[derive(Clone)]
struct Key {
    public: Arc<ParsedPublicKey>,
    /// A public key by id never expires; a certificate does.
    expires_at_s: Option<i64>,
}

/// The keys WeChat may sign with, by `Wechatpay-Serial`. During a migration, notifications come signed with either kind, so both are kept.
#[derive(Clone, Default)]
pub struct Verifiers {
    keys: BTreeMap<String, Key>,
}

impl std::fmt::Debug for Verifiers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

impl Verifiers {
    /// Public-key mode: the id (`PUB_KEY_ID_…`) and the PEM file from the merchant platform.
    pub fn add_public_key(&mut self, id: &str, pem: &[u8]) -> Result<(), KeyRefused> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|e| KeyRefused::NotPkcs8(e.to_string()))?;
        self.insert(id, der.as_ref(), None)
    }

    /// Certificate mode: a certificate that was decrypted from `/v3/certificates` or loaded from a file.
    pub fn add_certificate(&mut self, certificate: &PlatformCertificate) -> Result<(), KeyRefused> {
        self.insert(&certificate.serial_no, &certificate.public_key_der, Some(certificate.expires_at / 1_000_000))
    }

    fn insert(&mut self, serial: &str, public_key_der: &[u8], expires_at_s: Option<i64>) -> Result<(), KeyRefused> {
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key_der).map_err(|e| KeyRefused::NotRsa(e.to_string()))?;
        self.keys.insert(serial.to_owned(), Key { public: Arc::new(public), expires_at_s });
        Ok(())
    }

    /// Forgets certificates that have expired. Returns their serials.
    pub fn drop_expired(&mut self, now_s: i64) -> Vec<String> {
        let expired = |key: &Key| key.expires_at_s.is_some_and(|at| at <= now_s);
        let gone: Vec<String> = self.keys.iter().filter(|(_, key)| expired(key)).map(|(serial, _)| serial.clone()).collect();
        self.keys.retain(|_, key| !expired(key));
        gone
    }

    /// Serial and, for certificates, expiry in microseconds: what an operator wants to see before it is late.
    pub fn held(&self) -> impl Iterator<Item = (&str, Option<i64>)> {
        self.keys.iter().map(|(serial, key)| (serial.as_str(), key.expires_at_s.map(|s| s * 1_000_000)))
    }

    /// Accepts or refuses the raw bytes as they were received, before anything is parsed.
    pub fn verify(&self, headers: &SignedHeaders<'_>, raw_body: &[u8], now_s: i64) -> Result<(), SignatureRefused> {
        let present = |value: Option<&'_ str>, name| match value {
            Some(text) if !text.is_empty() => Ok(()),
            _ => Err(SignatureRefused::MissingHeader(name)),
        };
        present(headers.timestamp, "Wechatpay-Timestamp")?;
        present(headers.nonce, "Wechatpay-Nonce")?;
        present(headers.signature, "Wechatpay-Signature")?;
        present(headers.serial, "Wechatpay-Serial")?;
        let (timestamp, nonce) = (headers.timestamp.unwrap_or_default(), headers.nonce.unwrap_or_default());
        let (signature, serial) = (headers.signature.unwrap_or_default(), headers.serial.unwrap_or_default());

        if signature.contains(PROBE) {
            return Err(SignatureRefused::Probe);
        }
        if let Some(other) = headers.signature_type.filter(|t| *t != KNOWN_TYPE) {
            return Err(SignatureRefused::UnsupportedType(other.to_owned()));
        }
        let signed_at_s = seconds(timestamp).ok_or_else(|| SignatureRefused::BadTimestamp(timestamp.to_owned()))?;
        let apart_s = now_s.abs_diff(signed_at_s);
        if apart_s >= CLOCK_WINDOW_S as u64 {
            return Err(SignatureRefused::ClockApart(i64::try_from(apart_s).unwrap_or(i64::MAX)));
        }
        let key = self.keys.get(serial).ok_or_else(|| SignatureRefused::UnknownSerial(serial.to_owned()))?;
        if key.expires_at_s.is_some_and(|at| at <= now_s) {
            return Err(SignatureRefused::ExpiredKey(serial.to_owned()));
        }
        let signature = STANDARD.decode(signature).map_err(|_| SignatureRefused::NotBase64)?;

        let mut message = Vec::with_capacity(timestamp.len() + nonce.len() + raw_body.len() + 3);
        for part in [timestamp.as_bytes(), nonce.as_bytes(), raw_body] {
            message.extend_from_slice(part);
            message.push(b'\n');
        }
        key.public.verify_sig(&message, &signature).map_err(|_| SignatureRefused::WrongSignature)
    }
}

/// Digits only: `str::parse` would also take a sign.
fn seconds(text: &str) -> Option<i64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
