//! The keys of both sides: the merchant's, which the platform is given, and the channel's, with its public key and certificate.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, SerialNumber, date_time_ymd};
use serde::{Deserialize, Serialize};
use wechat::{ApiV3Key, PlatformCertificate};

/// One merchant number of the sandbox: the service provider in partner mode, the merchant itself in direct mode.
const MCHID: &str = "1900000100";
const FILE: &str = "sandbox-keys.json";

#[derive(Debug, thiserror::Error)]
pub enum KeysFault {
    #[error("the sandbox's keys in {path} cannot be read or written: {cause}")]
    File { path: PathBuf, cause: std::io::Error },
    #[error("the sandbox's keys in {path} are damaged; remove the file to make new ones: {why}")]
    Damaged { path: PathBuf, why: String },
    #[error("the RSA library made no key: {0}")]
    NotMade(String),
}

/// What the platform is configured with. The private key here belongs to the merchant, not to the channel.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub mchid: String,
    pub merchant_private_key_pem: String,
    pub merchant_serial: String,
    pub apiv3_key: String,
    pub public_key_id: String,
    pub public_key_pem: String,
    pub certificate_pem: String,
    pub certificate_serial: String,
}

/// As kept in the file.
#[derive(Serialize, Deserialize)]
struct Stored {
    merchant_serial: String,
    apiv3_key: String,
    public_key_id: String,
    merchant_key_pem: String,
    public_mode_key_pem: String,
    certificate_key_pem: String,
    certificate_pem: String,
}

pub struct Keys {
    stored: Stored,
    public_key_pem: String,
    pub(crate) certificate: PlatformCertificate,
    pub(crate) merchant: ParsedPublicKey,
    pub(crate) apiv3: ApiV3Key,
    public_mode: RsaKeyPair,
    certificate_mode: RsaKeyPair,
}

impl Keys {
    /// New keys; the certificate is valid for five years from the day of `now` (microseconds UTC).
    pub fn generate(now: i64) -> Result<Self, KeysFault> {
        let made = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(|e| KeysFault::NotMade(e.to_string()));
        let certificate_key = made()?;
        let digits: String = random_bytes::<16>().iter().map(|byte| char::from(b'0' + byte % 10)).collect();
        let stored = Stored {
            merchant_serial: hex(&random_bytes::<20>()),
            apiv3_key: random_text(32),
            public_key_id: format!("PUB_KEY_ID_01{MCHID}{digits}"),
            merchant_key_pem: made()?.serialize_pem(),
            public_mode_key_pem: made()?.serialize_pem(),
            certificate_pem: self_signed(&certificate_key, now)?,
            certificate_key_pem: certificate_key.serialize_pem(),
        };
        Self::from_stored(stored).map_err(KeysFault::NotMade)
    }

    pub(crate) fn load_or_generate(dir: &Path, now: i64) -> Result<Self, KeysFault> {
        let path = dir.join(FILE);
        let file_fault = |cause| KeysFault::File { path: path.clone(), cause };
        match fs::read(&path) {
            Ok(bytes) => {
                let damaged = |why| KeysFault::Damaged { path: path.clone(), why };
                let stored = serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
                Self::from_stored(stored).map_err(damaged)
            }
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
                let keys = Self::generate(now)?;
                fs::create_dir_all(dir).map_err(file_fault)?;
                // Written beside and renamed, so that a stop in the middle leaves no half file.
                let beside = path.with_extension("new");
                let bytes = serde_json::to_vec_pretty(&keys.stored).expect("texts always serialise");
                private_file(&beside).and_then(|mut file| file.write_all(&bytes)).map_err(file_fault)?;
                fs::rename(&beside, &path).map_err(file_fault)?;
                Ok(keys)
            }
            Err(cause) => Err(file_fault(cause)),
        }
    }

    fn from_stored(stored: Stored) -> Result<Self, String> {
        let pair = |pem: &str| KeyPair::from_pkcs8_pem_and_sign_algo(pem, &PKCS_RSA_SHA256).map_err(|e| e.to_string());
        let signing = |pair: &KeyPair| RsaKeyPair::from_pkcs8(pair.serialized_der()).map_err(|e| e.to_string());
        let merchant = pair(&stored.merchant_key_pem)?;
        let public_mode = pair(&stored.public_mode_key_pem)?;
        Ok(Self {
            certificate: PlatformCertificate::from_pem(stored.certificate_pem.as_bytes()).map_err(|e| e.to_string())?,
            merchant: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, merchant.public_key_raw()).map_err(|e| e.to_string())?,
            apiv3: ApiV3Key::new(stored.apiv3_key.as_bytes()).map_err(|e| e.to_string())?,
            public_key_pem: public_mode.public_key_pem(),
            public_mode: signing(&public_mode)?,
            certificate_mode: signing(&pair(&stored.certificate_key_pem)?)?,
            stored,
        })
    }

    pub(crate) fn mchid(&self) -> &'static str {
        MCHID
    }

    pub(crate) fn merchant_serial(&self) -> &str {
        &self.stored.merchant_serial
    }

    pub(crate) fn certificate_pem(&self) -> &str {
        &self.stored.certificate_pem
    }

    /// The name and the signature under which the channel speaks, in either mode.
    pub(crate) fn sign(&self, by_certificate: bool, message: &[u8]) -> (&str, String) {
        let (serial, key) = self.channel_key(by_certificate);
        (serial, rsa_sha256(key, message))
    }

    pub(crate) fn serial(&self, by_certificate: bool) -> &str {
        self.channel_key(by_certificate).0
    }

    fn channel_key(&self, by_certificate: bool) -> (&str, &RsaKeyPair) {
        if by_certificate { (&self.certificate.serial_no, &self.certificate_mode) } else { (&self.stored.public_key_id, &self.public_mode) }
    }

    pub fn credentials(&self) -> Credentials {
        Credentials {
            mchid: MCHID.to_owned(),
            merchant_private_key_pem: self.stored.merchant_key_pem.clone(),
            merchant_serial: self.stored.merchant_serial.clone(),
            apiv3_key: self.stored.apiv3_key.clone(),
            public_key_id: self.stored.public_key_id.clone(),
            public_key_pem: self.public_key_pem.clone(),
            certificate_pem: self.stored.certificate_pem.clone(),
            certificate_serial: self.certificate.serial_no.clone(),
        }
    }
}

/// Signed by a key nobody was told about.
pub(crate) fn forged_signature(message: &[u8]) -> String {
    static FORGER: std::sync::OnceLock<RsaKeyPair> = std::sync::OnceLock::new();
    let key = FORGER.get_or_init(|| RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("the RSA library makes keys"));
    rsa_sha256(key, message)
}

fn rsa_sha256(key: &RsaKeyPair, message: &[u8]) -> String {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("a whole RSA key signs any message");
    STANDARD.encode(signature)
}

fn self_signed(key: &KeyPair, now: i64) -> Result<String, KeysFault> {
    let day = Timestamp::from_microsecond(now).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).date();
    let (year, month) = (i32::from(day.year()), u8::try_from(day.month()).unwrap_or(1));
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Huihai sandbox platform certificate");
    // Days beyond the 28th do not exist in every month five years on.
    let day = u8::try_from(day.day()).unwrap_or(1).min(28);
    params.not_before = date_time_ymd(year, month, day);
    params.not_after = date_time_ymd(year + 5, month, day);
    params.serial_number = Some(SerialNumber::from_slice(&random_bytes::<20>().map(|byte| byte & 0x7f | 1)));
    params.self_signed(key).map(|certificate| certificate.pem()).map_err(|e| KeysFault::NotMade(e.to_string()))
}

pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has random numbers");
    bytes
}

/// Letters and digits. Slightly uneven, which is no matter for nonces of a sandbox.
pub(crate) fn random_text(len: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut bytes = vec![0; len];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has random numbers");
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    fs::File::create(path)
}
