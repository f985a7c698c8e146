//! The promise of the log to take a fact: signed when the fact is acknowledged, so that a fact that never appears is a proof
//! against the operator, which anybody can check.
//!
//! A signed note by the log's own key, whose first line can never be a checkpoint's (an origin):
//!
//! ```text
//! huihai promise v1
//! <origin>
//! <leaf hash of the entry, base64>
//! by <seconds since 1970>
//! ```

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

const FIRST: &str = "huihai promise v1";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    pub origin: String,
    /// RFC 6962: SHA-256 of 0x00 and the entry's bytes.
    pub leaf_hash: [u8; 32],
    /// At the latest by then the entry is in a checkpoint that anybody can fetch.
    pub by: i64,
}

impl Promise {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{FIRST}\n{}\n{}\nby {}\n", self.origin, BASE64_STANDARD.encode(self.leaf_hash), self.by)
    }

    #[must_use]
    pub fn read(text: &str) -> Option<Promise> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (first, origin, hash, by) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
        let promise = Promise {
            origin: origin.to_owned(),
            leaf_hash: BASE64_STANDARD.decode(hash).ok()?.try_into().ok()?,
            by: by.strip_prefix("by ")?.parse().ok()?,
        };
        (first == FIRST && lines.next().is_none() && promise.text() == text).then_some(promise)
    }
}
