//! AES-256-GCM with the merchant's APIv3 key: how WeChat seals notifications and platform certificates.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The 32-byte APIv3 key, with its schedule computed once. Never printed.
pub struct ApiV3Key(LessSafeKey);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("an APIv3 key has exactly 32 bytes, this one has {0}")]
pub struct KeyLength(pub usize);

/// Why a sealed resource stayed closed. A wrong key, nonce, associated data or a changed byte cannot be told apart, by design of the cipher.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotOpened {
    #[error("the resource is sealed with \"{0}\"; only AEAD_AES_256_GCM is known")]
    Algorithm(String),
    #[error("the nonce has {0} bytes instead of 12")]
    NonceLength(usize),
    #[error("the ciphertext is not base64")]
    NotBase64,
    #[error("the ciphertext does not open with this APIv3 key: wrong key, or changed on the way")]
    Rejected,
}

impl std::fmt::Debug for ApiV3Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiV3Key(secret)")
    }
}

impl ApiV3Key {
    pub fn new(key: &[u8]) -> Result<Self, KeyLength> {
        let unbound = UnboundKey::new(&AES_256_GCM, key).map_err(|_| KeyLength(key.len()))?;
        Ok(Self(LessSafeKey::new(unbound)))
    }

    /// Opens base64 text whose last 16 bytes are the tag. `associated_data` may be empty.
    pub fn open(&self, algorithm: &str, nonce: &[u8], associated_data: &[u8], ciphertext: &str) -> Result<Vec<u8>, NotOpened> {
        if algorithm != "AEAD_AES_256_GCM" {
            return Err(NotOpened::Algorithm(algorithm.to_owned()));
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOpened::NonceLength(nonce.len()))?;
        let mut bytes = STANDARD.decode(ciphertext).map_err(|_| NotOpened::NotBase64)?;
        let plain_len = self.0.open_in_place(nonce, Aad::from(associated_data), &mut bytes).map_err(|_| NotOpened::Rejected)?.len();
        bytes.truncate(plain_len);
        Ok(bytes)
    }

    /// Seals as the channel does; used by the sandbox gateway. The caller never repeats a nonce under one key.
    pub fn seal(&self, nonce: &[u8; 12], associated_data: &[u8], plain: &[u8]) -> String {
        let mut bytes = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(*nonce), Aad::from(associated_data), &mut bytes)
            .expect("AES-GCM seals anything shorter than 64 GB");
        STANDARD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_32_bytes_make_a_key() {
        for len in 0..64 {
            assert_eq!(ApiV3Key::new(&vec![b'k'; len]).is_ok(), len == 32, "{len} bytes");
        }
        assert_eq!(ApiV3Key::new(b"short").unwrap_err(), KeyLength(5));
    }

    #[test]
    fn what_is_sealed_opens_and_nothing_else_does() {
        let key = ApiV3Key::new(&[7; 32]).unwrap();
        let sealed = key.seal(b"123456789012", b"", b"plain");
        let open = |algorithm, nonce: &[u8], aad: &[u8], text: &str| key.open(algorithm, nonce, aad, text);
        assert_eq!(open("AEAD_AES_256_GCM", b"123456789012", b"", &sealed).unwrap(), b"plain");
        assert_eq!(open("AEAD_AES_128_GCM", b"123456789012", b"", &sealed), Err(NotOpened::Algorithm("AEAD_AES_128_GCM".into())));
        assert_eq!(open("AEAD_AES_256_GCM", b"1234567890123", b"", &sealed), Err(NotOpened::NonceLength(13)));
        assert_eq!(open("AEAD_AES_256_GCM", b"123456789013", b"", &sealed), Err(NotOpened::Rejected));
        assert_eq!(open("AEAD_AES_256_GCM", b"123456789012", b"x", &sealed), Err(NotOpened::Rejected));
        assert_eq!(open("AEAD_AES_256_GCM", b"123456789012", b"", "?"), Err(NotOpened::NotBase64));
        assert_eq!(open("AEAD_AES_256_GCM", b"123456789012", b"", ""), Err(NotOpened::Rejected), "shorter than a tag");
    }
}
