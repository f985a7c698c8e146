//! Passkeys: what an authenticator says, believed or not. W3C Web Authentication Level 3, §7.1 and §7.2, as far as a site needs them that asks
//! for no attestation and always wants the person verified.
//!
//! Pure: nothing here opens a connection, reads a clock or draws a challenge. The caller makes challenges, lets each be answered once, and
//! stores what [`read_registration`] returns.
//!
//! | asked | file |
//! |---|---|
//! | why was an answer refused? | `lib.rs` |
//! | which keys and signatures are understood? | `key.rs`: ES256, EdDSA, RS256 |
//! | how are the bytes taken apart? | `cbor.rs`, `authenticator.rs` |
//!
//! Why our own: the libraries that do this bring OpenSSL or a second set of curves beside aws-lc, for formats of attestation that we do not ask for.

#![forbid(unsafe_code)]

mod authenticator;
mod cbor;
mod key;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use authenticator::AuthenticatorData;
use cbor::Value;

/// What the answer must be about: ours, now, for this browser.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The challenge's bytes as they were handed out.
    pub challenge: &'a [u8],
    /// Scheme, host and port, e.g. `https://give.example.org`.
    pub origin: &'a str,
    /// The host alone: keys belong to it for good.
    pub rp_id: &'a str,
}

/// A new key, to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    pub credential_id: Vec<u8>,
    /// COSE_Key (RFC 9052), one of the three kinds that are understood.
    pub public_key: Vec<u8>,
    pub sign_count: u32,
}

/// Why an answer is not believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum Refused {
    #[error("the client data is not what a browser sends")]
    ClientData,
    #[error("it answers another kind of question")]
    Type,
    #[error("it answers another challenge")]
    Challenge,
    #[error("it was given to another site")]
    Origin,
    #[error("the authenticator's data cannot be read")]
    Unreadable,
    #[error("the key belongs to another site")]
    RpId,
    #[error("nobody was there")]
    NotPresent,
    #[error("the person was not verified")]
    NotVerified,
    #[error("it comes with an attestation, which was not asked for")]
    Attestation,
    #[error("the key is of a kind that is not understood")]
    Key,
    #[error("the signature does not fit")]
    Signature,
    #[error("the authenticator's counter went back: the key may have been copied")]
    Counter,
}

/// Reads the answer to `navigator.credentials.create()`.
pub fn read_registration(expected: &Expected<'_>, client_data: &[u8], attestation_object: &[u8]) -> Result<Registered, Refused> {
    check_client_data(expected, "webauthn.create", client_data)?;
    let object = cbor::read(attestation_object).ok_or(Refused::Unreadable)?;
    match (object.get("fmt"), object.get("attStmt")) {
        (Some(Value::Text(format)), Some(Value::Map(statement))) if format == "none" && statement.is_empty() => {}
        _ => return Err(Refused::Attestation),
    }
    let Some(Value::Bytes(data)) = object.get("authData") else { return Err(Refused::Unreadable) };
    let data = AuthenticatorData::read(data).ok_or(Refused::Unreadable)?;
    check_authenticator(expected, &data)?;
    let (credential_id, public_key) = data.credential.ok_or(Refused::Unreadable)?;
    // §7.1 step 25: no more than 1023 bytes.
    if credential_id.is_empty() || credential_id.len() > 1023 {
        return Err(Refused::Unreadable);
    }
    key::read(&public_key).ok_or(Refused::Key)?;
    Ok(Registered { credential_id, public_key, sign_count: data.sign_count })
}

/// Reads the answer to `navigator.credentials.get()` and returns the authenticator's new counter. `public_key` and `sign_count` are as stored.
pub fn verify_assertion(
    expected: &Expected<'_>,
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
    public_key: &[u8],
    sign_count: u32,
) -> Result<u32, Refused> {
    check_client_data(expected, "webauthn.get", client_data)?;
    let data = AuthenticatorData::read(authenticator_data).ok_or(Refused::Unreadable)?;
    check_authenticator(expected, &data)?;
    let signed = [authenticator_data, digest(&SHA256, client_data).as_ref()].concat();
    let key = key::read(public_key).ok_or(Refused::Key)?;
    if !key.verifies(&signed, signature) {
        return Err(Refused::Signature);
    }
    // Authenticators that do not count say 0 for ever.
    if (data.sign_count != 0 || sign_count != 0) && data.sign_count <= sign_count {
        return Err(Refused::Counter);
    }
    Ok(data.sign_count)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
}

fn check_client_data(expected: &Expected<'_>, kind: &str, client_data: &[u8]) -> Result<(), Refused> {
    let read: ClientData = serde_json::from_slice(client_data).map_err(|_| Refused::ClientData)?;
    if read.r#type != kind {
        return Err(Refused::Type);
    }
    if URL_SAFE_NO_PAD.decode(&read.challenge).ok().as_deref() != Some(expected.challenge) {
        return Err(Refused::Challenge);
    }
    if read.origin != expected.origin || read.cross_origin || read.top_origin.is_some() {
        return Err(Refused::Origin);
    }
    Ok(())
}

fn check_authenticator(expected: &Expected<'_>, data: &AuthenticatorData) -> Result<(), Refused> {
    if data.rp_id_hash != *digest(&SHA256, expected.rp_id.as_bytes()).as_ref() {
        return Err(Refused::RpId);
    }
    if !data.user_present {
        return Err(Refused::NotPresent);
    }
    if !data.user_verified {
        return Err(Refused::NotVerified);
    }
    Ok(())
}
