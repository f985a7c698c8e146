//! Platform certificates: downloading, opening and rotating them. Source: 获取平台证书列表, 平台证书更新指引.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::Deserialize;
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use crate::notification::Resource;
use crate::seal::{ApiV3Key, NotOpened};
use crate::sign::{HttpRequest, KeyRefused};
use crate::verify::{SignatureRefused, SignedHeaders, Verifiers};

/// One platform certificate, read from its PEM; times in microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformCertificate {
    /// Upper-case hexadecimal, as `Wechatpay-Serial` states it.
    pub serial_no: String,
    pub effective_at: i64,
    pub expires_at: i64,
    pub(crate) public_key_der: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificatesRefused {
    #[error("the certificate download was answered with status {0}")]
    Status(u16),
    #[error("the certificate answer is not the documented JSON: {0}")]
    NotJson(String),
    #[error("a certificate stays closed: {0}")]
    NotOpened(#[from] NotOpened),
    #[error("a certificate does not read: {0}")]
    NotCertificate(String),
    #[error("a certificate with serial {inside} was announced as {announced}")]
    OtherSerial { announced: String, inside: String },
    #[error(transparent)]
    Key(#[from] KeyRefused),
    #[error("the certificate answer itself is not believed: {0}")]
    Signature(#[from] SignatureRefused),
}

/// What a refresh changed, for the operator's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateReport {
    /// Everything in the answer: serial and expiry.
    pub announced: Vec<(String, i64)>,
    pub added: Vec<String>,
    pub dropped: Vec<String>,
}

impl PlatformCertificate {
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificatesRefused> {
        let broken = |e: &dyn std::fmt::Display| CertificatesRefused::NotCertificate(e.to_string());
        let der = CertificateDer::from_pem_slice(pem).map_err(|e| broken(&e))?;
        let certificate = Certificate::from_der(&der).map_err(|e| broken(&e))?;
        let inner = certificate.tbs_certificate;
        let micros = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_micros()).unwrap_or(i64::MAX);
        // DER puts a zero byte before a serial whose first bit is set; it is not part of the number.
        let serial = inner.serial_number.as_bytes();
        let serial = serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(serial);
        Ok(Self {
            serial_no: serial.iter().map(|byte| format!("{byte:02X}")).collect(),
            effective_at: micros(inner.validity.not_before),
            expires_at: micros(inner.validity.not_after),
            public_key_der: inner.subject_public_key_info.to_der().map_err(|e| broken(&e))?,
        })
    }
}

/// `GET /v3/certificates`; the channel's own clients refresh hourly.
pub fn certificates() -> HttpRequest {
    HttpRequest::get("/v3/certificates".to_owned())
}

impl Verifiers {
    /// Takes the answer to [`certificates`] and returns the enlarged set: old certificates stay until they expire, because what was signed before the
    /// rotation is still on its way. The answer must be signed by a key of the new set; for the very first download that can only be one of its own
    /// certificates, which is sound because they opened with the APIv3 key that only the channel and we hold.
    pub fn with_certificates(
        &self,
        headers: &SignedHeaders<'_>,
        status: u16,
        raw_body: &[u8],
        key: &ApiV3Key,
        now_s: i64,
    ) -> Result<(Verifiers, CertificateReport), CertificatesRefused> {
        if status != 200 {
            return Err(CertificatesRefused::Status(status));
        }
        let before: Vec<String> = self.held().map(|(serial, _)| serial.to_owned()).collect();
        let mut next = self.clone();
        let mut announced = Vec::new();
        for certificate in read_certificates(raw_body, key)? {
            next.add_certificate(&certificate)?;
            announced.push((certificate.serial_no, certificate.expires_at));
        }
        next.verify(headers, raw_body, now_s)?;
        let dropped = next.drop_expired(now_s);
        let added = next.held().map(|(serial, _)| serial.to_owned()).filter(|serial| !before.contains(serial)).collect();
        Ok((next, CertificateReport { announced, added, dropped }))
    }
}

fn read_certificates(raw_body: &[u8], key: &ApiV3Key) -> Result<Vec<PlatformCertificate>, CertificatesRefused> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        data: Vec<Entry<'a>>,
    }
    #[derive(Deserialize)]
    struct Entry<'a> {
        serial_no: String,
        #[serde(borrow)]
        encrypt_certificate: Resource<'a>,
    }
    let answer: Answer<'_> = serde_json::from_slice(raw_body).map_err(|e| CertificatesRefused::NotJson(e.to_string()))?;
    let mut certificates = Vec::with_capacity(answer.data.len());
    for entry in &answer.data {
        let certificate = PlatformCertificate::from_pem(&entry.encrypt_certificate.open(key)?)?;
        if !certificate.serial_no.eq_ignore_ascii_case(&entry.serial_no) {
            return Err(CertificatesRefused::OtherSerial { announced: entry.serial_no.clone(), inside: certificate.serial_no });
        }
        certificates.push(certificate);
    }
    Ok(certificates)
}
