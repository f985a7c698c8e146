//! COSE keys (RFC 9052, RFC 9053) of the three kinds that are asked for, and their signatures.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};

use crate::cbor::{self, Value};

pub enum Key {
    /// ES256 (-7): a point of P-256, uncompressed.
    P256(Vec<u8>),
    /// EdDSA (-8) with Ed25519.
    Ed25519(Vec<u8>),
    /// RS256 (-257): modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
}

/// `None` when it is of another kind, or its parts do not fit each other.
pub fn read(cose: &[u8]) -> Option<Key> {
    let map = cbor::read(cose)?;
    let int = |key: i64| match map.at(key) {
        Some(Value::Int(value)) => Some(*value),
        _ => None,
    };
    let bytes = |key: i64| match map.at(key) {
        Some(Value::Bytes(value)) => Some(value.clone()),
        _ => None,
    };
    match (int(1)?, int(3)?) {
        (2, -7) if int(-1)? == 1 => {
            let (x, y) = (bytes(-2)?, bytes(-3)?);
            (x.len() == 32 && y.len() == 32).then(|| Key::P256([&[4][..], &x, &y].concat()))
        }
        (1, -8) if int(-1)? == 6 => bytes(-2).filter(|x| x.len() == 32).map(Key::Ed25519),
        (3, -257) => {
            let (n, e) = (bytes(-1)?, bytes(-2)?);
            (256..=1024).contains(&n.len()).then_some(Key::Rsa(n, e))
        }
        _ => None,
    }
}

impl Key {
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Key::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature),
            Key::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            Key::Rsa(n, e) => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verified.is_ok()
    }
}
