//! An entry of the public log: one public fact, as the bytes that are hashed into the tree.
//!
//! ```text
//! {"at":"2026-09-09T01:02Z","body":{…},"kind":"payout_paid","v":1}
//! ```
//!
//! Canonical JSON. `at` is the minute in UTC at which the fact was written: no finer, because a friend may know when somebody
//! gave. The order of facts is their index in the log, never this time.

use serde_json::{Map, Value};

use crate::canonical::{self, Malformed};
use crate::time;

/// Larger than any fact of ours, smaller than the 65,535 of the tile format. Papers stand in an entry by their hash.
pub const MAX_BYTES: usize = 4096;

const VERSION: i64 = 1;

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Minutes since 1970-01-01T00:00Z.
    pub minute: i64,
    /// What kind of fact: lower-case words joined by `_`, e.g. `gift_batch`.
    pub kind: String,
    pub body: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    #[error("the entry cannot be read: {0}")]
    Malformed(#[from] Malformed),
    #[error("the entry has {0} bytes, and {MAX_BYTES} are allowed")]
    TooLong(usize),
    #[error("the entry has other fields than at, body, kind and v")]
    Fields,
    #[error("the entry is of version {0}, and this reader knows version {VERSION}")]
    Version(i64),
    #[error("\"{0}\" is no minute such as 2026-09-09T01:02Z")]
    Minute(String),
    #[error("\"{0}\" is no kind of fact")]
    Kind(String),
}

impl Entry {
    pub fn to_bytes(&self) -> Result<Vec<u8>, BadEntry> {
        spell(self.minute, &self.kind, &canonical::write(&Value::Object(self.body.clone()))?)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Entry, BadEntry> {
        if bytes.len() > MAX_BYTES {
            return Err(BadEntry::TooLong(bytes.len()));
        }
        let mut fields = canonical::read_object(bytes)?;
        let (Some(Value::String(at)), Some(Value::Object(body)), Some(Value::String(kind)), Some(version), true) =
            (fields.remove("at"), fields.remove("body"), fields.remove("kind"), fields.remove("v"), fields.is_empty())
        else {
            return Err(BadEntry::Fields);
        };
        match version.as_i64() {
            Some(VERSION) => {}
            other => return Err(BadEntry::Version(other.unwrap_or(-1))),
        }
        if !is_kind(&kind) {
            return Err(BadEntry::Kind(kind));
        }
        let minute = time::minute_of(&at).ok_or(BadEntry::Minute(at))?;
        Ok(Entry { minute, kind, body })
    }

    /// A text of the body.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Value::as_str)
    }

    /// A whole number of the body.
    #[must_use]
    pub fn int(&self, field: &str) -> Option<i64> {
        self.body.get(field).and_then(Value::as_i64)
    }
}

/// The bytes of an entry whose body is in its one spelling already, as a sequencer keeps it: nothing is read again.
pub fn spell(minute: i64, kind: &str, canonical_body: &str) -> Result<Vec<u8>, BadEntry> {
    if !is_kind(kind) {
        return Err(BadEntry::Kind(kind.to_owned()));
    }
    let at = time::minute_text(minute).ok_or_else(|| BadEntry::Minute(minute.to_string()))?;
    let bytes = format!(r#"{{"at":"{at}","body":{canonical_body},"kind":"{kind}","v":{VERSION}}}"#).into_bytes();
    if bytes.len() > MAX_BYTES { Err(BadEntry::TooLong(bytes.len())) } else { Ok(bytes) }
}

fn is_kind(kind: &str) -> bool {
    (1..=40).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}
