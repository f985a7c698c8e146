//! The golden vectors made by `vectors/make.py`, and the keys they were made with.

use std::path::PathBuf;

use serde_json::Value;
use wechat::{ApiV3Key, Merchant, PlatformCertificate, SignatureRefused, SignedHeaders, Verifiers};

pub fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn json(name: &str) -> Value {
    serde_json::from_slice(&file(name)).unwrap()
}

pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no text at {key}"))
}

/// One signed message of the vectors, with headers that a test may change.
#[derive(Clone)]
pub struct Signed {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Signed {
    pub fn of(value: &Value) -> Self {
        let headers = value["headers"].as_object().unwrap();
        Self {
            headers: headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
            body: text(value, "body").as_bytes().to_vec(),
        }
    }

    pub fn headers(&self) -> SignedHeaders<'_> {
        SignedHeaders::read(|name| self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()))
    }

    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.iter_mut().find(|(n, _)| n == name).unwrap().1 = value.to_owned();
        changed
    }

    pub fn without(&self, name: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.retain(|(n, _)| n != name);
        changed
    }

    pub fn verify(&self, verifiers: &Verifiers, now_s: i64) -> Result<(), SignatureRefused> {
        verifiers.verify(&self.headers(), &self.body, now_s)
    }
}

/// Both modes at once, as during a migration.
pub fn verifiers() -> Verifiers {
    let mut verifiers = Verifiers::default();
    let notifications = json("notifications.json");
    verifiers.add_public_key(text(&notifications, "public_key_id"), &file("throwaway_platform_public.pem")).unwrap();
    verifiers.add_certificate(&PlatformCertificate::from_pem(&file("throwaway_platform_old_certificate.pem")).unwrap()).unwrap();
    verifiers
}

pub fn key() -> ApiV3Key {
    ApiV3Key::new(text(&json("notifications.json"), "apiv3_key").as_bytes()).unwrap()
}

pub fn direct() -> Merchant {
    Merchant::Direct { appid: "wx8888888888888888".into(), mchid: "1900000109".into() }
}

pub fn partner() -> Merchant {
    Merchant::Partner {
        sp_appid: "wx8888888888888888".into(),
        sp_mchid: "1900000100".into(),
        sub_appid: Some("wx9999999999999999".into()),
        sub_mchid: "1900000109".into(),
    }
}
