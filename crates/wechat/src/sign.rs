//! Signing what we send: the Authorization header of every request, and the parameters with which a phone opens the cashier.
//! Source: WeChat Pay API v3, 签名与验签规则.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// A request to be sent as it stands: the signature covers `path_and_query` and `body` byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    pub method: Method,
    pub path_and_query: String,
    pub body: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
}

impl HttpRequest {
    pub(crate) fn get(path_and_query: String) -> Self {
        Self { method: Method::Get, path_and_query, body: Vec::new(), headers: Vec::new() }
    }

    pub(crate) fn post(path_and_query: String, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("plain structs of text and numbers always serialise");
        Self { method: Method::Post, path_and_query, body, headers: Vec::new() }
    }
}

/// 32 hexadecimal digits, used once. A type of its own so that no quote or line feed can enter a signed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// From 16 random bytes, which the caller draws.
    pub fn from_bytes(random: [u8; 16]) -> Self {
        use std::fmt::Write;
        let mut text = String::with_capacity(32);
        for byte in random {
            write!(text, "{byte:02X}").expect("writing to a String cannot fail");
        }
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, thiserror::Error)]
pub enum KeyRefused {
    #[error("the private key file is neither PEM nor DER in PKCS#8: {0}")]
    NotPkcs8(String),
    #[error("the private key is not an RSA key of 2048 bits or more: {0}")]
    NotRsa(String),
    #[error("\"{0}\" is not a merchant or serial number: letters, digits and underscores are expected")]
    NotAnId(String),
}

#[derive(Debug, thiserror::Error)]
#[error("the RSA library could not sign; the key in memory may be damaged")]
pub struct SigningFault;

/// Our API certificate's key and the names it goes by. Parsed once, shared by every request.
pub struct Signer {
    mchid: String,
    serial_no: String,
    platform_serial: String,
    key: RsaKeyPair,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("mchid", &self.mchid).field("serial_no", &self.serial_no).finish_non_exhaustive()
    }
}

/// What `WeixinJSBridge.invoke('getBrandWCPayRequest', …)` or `wx.requestPayment` is called with. The field names are WeChat's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayParameters {
    pub app_id: String,
    pub time_stamp: String,
    pub nonce_str: String,
    pub package: String,
    pub sign_type: String,
    pub pay_sign: String,
}

impl Signer {
    /// * `mchid`: the number the API certificate belongs to (the service provider's in partner mode).
    /// * `serial_no`: the API certificate's serial.
    /// * `private_key`: `apiclient_key.pem`, or the same in DER.
    /// * `platform_serial`: the public key id (`PUB_KEY_ID_…`) or certificate serial we can verify answers with; sent as `Wechatpay-Serial`.
    pub fn new(mchid: &str, serial_no: &str, private_key: &[u8], platform_serial: &str) -> Result<Self, KeyRefused> {
        for id in [mchid, serial_no, platform_serial] {
            if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(KeyRefused::NotAnId(id.to_owned()));
            }
        }
        let key = if private_key.trim_ascii_start().starts_with(b"-----") {
            let der = PrivatePkcs8KeyDer::from_pem_slice(private_key).map_err(|e| KeyRefused::NotPkcs8(e.to_string()))?;
            RsaKeyPair::from_pkcs8(der.secret_pkcs8_der())
        } else {
            RsaKeyPair::from_pkcs8(private_key)
        };
        let key = key.map_err(|e| KeyRefused::NotRsa(e.to_string()))?;
        Ok(Self { mchid: mchid.to_owned(), serial_no: serial_no.to_owned(), platform_serial: platform_serial.to_owned(), key })
    }

    /// Adds the headers a request needs to be accepted. The message has five lines and each, also the last, ends in a line feed.
    pub fn sign(&self, request: &mut HttpRequest, timestamp_s: i64, nonce: &Nonce) -> Result<(), SigningFault> {
        let head = format!("{}\n{}\n{timestamp_s}\n{}\n", request.method.as_str(), request.path_and_query, nonce.0);
        let mut message = Vec::with_capacity(head.len() + request.body.len() + 1);
        message.extend_from_slice(head.as_bytes());
        message.extend_from_slice(&request.body);
        message.push(b'\n');
        let signature = self.signature_of(&message)?;
        request.headers.push((
            "Authorization",
            format!(
                "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"{}\",timestamp=\"{timestamp_s}\",serial_no=\"{}\",signature=\"{signature}\"",
                self.mchid, nonce.0, self.serial_no
            ),
        ));
        request.headers.push(("Wechatpay-Serial", self.platform_serial.clone()));
        request.headers.push(("Accept", "application/json".to_owned()));
        request.headers.push(("User-Agent", concat!("huihai/", env!("CARGO_PKG_VERSION")).to_owned()));
        if request.method == Method::Post {
            request.headers.push(("Content-Type", "application/json".to_owned()));
        }
        Ok(())
    }

    /// For a page inside WeChat or a mini-program. Not for a web-view, where WeChat refuses JSAPI payment.
    pub fn pay_parameters(&self, appid: &str, prepay_id: &str, timestamp_s: i64, nonce: &Nonce) -> Result<PayParameters, SigningFault> {
        let package = format!("prepay_id={prepay_id}");
        let time_stamp = timestamp_s.to_string();
        let pay_sign = self.signature_of(format!("{appid}\n{time_stamp}\n{}\n{package}\n", nonce.0).as_bytes())?;
        Ok(PayParameters {
            app_id: appid.to_owned(),
            time_stamp,
            nonce_str: nonce.0.clone(),
            package,
            sign_type: "RSA".to_owned(),
            pay_sign,
        })
    }

    fn signature_of(&self, message: &[u8]) -> Result<String, SigningFault> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).map_err(|_| SigningFault)?;
        Ok(STANDARD.encode(signature))
    }
}
