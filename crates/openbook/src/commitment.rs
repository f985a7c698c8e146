//! What the log holds of a gift instead of the donor: a commitment that only the gift's own key opens.
//!
//! `commitment = HMAC-SHA256(key of the gift, "huihai gift v1" ‖ 0x00 ‖ opening)`, where the opening is the canonical JSON below.
//! Without the key nothing about the opening can be found by trying, however few the possibilities; once the key is destroyed,
//! nobody can connect the commitment with anything any more. With the key, it cannot be opened as anything else.

use std::fmt::Write;

use hmac::{Hmac, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::canonical::{self, Malformed};
use crate::keys::Key;
use crate::time;

const GIFT: &[u8] = b"huihai gift v1\0";
const PAPER: &[u8] = b"huihai paper v1\0";

/// What a gift's donor can show: exactly this was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub gift: i64,
    pub project: i64,
    pub amount_fen: i64,
    /// When the channel says it was paid, in seconds since 1970.
    pub paid_at: i64,
    /// Of what the calmer showed before the donor confirmed.
    pub calmer_sha256: [u8; 32],
}

impl Opening {
    /// `{"amount_fen":…,"calmer_sha256":"…","gift":"…","paid_at":"…Z","project":"…"}`, written directly: this is on the way of
    /// every gift. The keys stand in canonical order.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(256);
        let _ = write!(text, r#"{{"amount_fen":{},"calmer_sha256":""#, self.amount_fen);
        push_hex(&self.calmer_sha256, &mut text);
        let paid_at = time::second_text(self.paid_at).unwrap_or_default();
        let _ = write!(text, r#"","gift":"{}","paid_at":"{paid_at}","project":"{}"}}"#, self.gift, self.project);
        text
    }

    pub fn read(text: &str) -> Result<Opening, Malformed> {
        let fields = canonical::read_object(text.as_bytes())?;
        let opening = Opening::from_fields(&fields).ok_or_else(|| Malformed::NotJson("it is no opening of a gift".to_owned()))?;
        if opening.text() == text { Ok(opening) } else { Err(Malformed::NotCanonical) }
    }

    fn from_fields(fields: &Map<String, Value>) -> Option<Opening> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        Some(Opening {
            gift: text("gift")?.parse().ok()?,
            project: text("project")?.parse().ok()?,
            amount_fen: fields.get("amount_fen")?.as_i64()?,
            paid_at: time::second_of(text("paid_at")?)?,
            calmer_sha256: unhex(text("calmer_sha256")?)?,
        })
    }

    #[must_use]
    pub fn commitment(&self, key: &Key) -> [u8; 32] {
        commit(key, GIFT, &self.text())
    }
}

/// A commitment to what a paper with a name on it says.
#[must_use]
pub fn of_paper(key: &Key, text: &str) -> [u8; 32] {
    commit(key, PAPER, text)
}

fn commit(key: &Key, domain: &[u8], text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(domain);
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(bytes, &mut text);
    text
}

fn push_hex(bytes: &[u8], text: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// 32 bytes of lower-case hexadecimal.
#[must_use]
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}
