//! What a proof carries beside the path into the log: the fact itself and, for a gift, the way from the gift into its batch and
//! what opens its commitment. It stands in the `extra` line of a `.tlog-proof` (C2SP tlog-proof), which nothing authenticates: so
//! every part of it is computed again, up to the leaf that the checkpoint's signers have signed.
//!
//! Canonical JSON:
//!
//! ```text
//! {"entry":"<the entry's bytes>","gift":{"at":3,"key":"<hex>","opening":"<canonical JSON>","path":["<hex>",…]},"v":1}
//! ```
//!
//! Without `gift` it proves that the fact is in the log. Whoever holds the file with the key can show the gift; the key is the
//! donor's, and the file is not published.

use serde_json::{Value, json};

use crate::batch;
use crate::canonical::{self, Malformed};
use crate::commitment::{Opening, hex, unhex};
use crate::entry::{BadEntry, Entry};
use crate::keys::Key;

const VERSION: i64 = 1;
/// Of a batch of 2^20 gifts.
const MAX_PATH: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The bytes of the entry: the leaf of the log.
    pub entry: Vec<u8>,
    pub gift: Option<ShownGift>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownGift {
    /// Its place in the batch, counted from 0.
    pub at: u64,
    /// From the gift's leaf to the root of the batch.
    pub path: Vec<[u8; 32]>,
    pub opening: Opening,
    pub key: Key,
}

/// Which step failed, in the order in which they are taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    #[error("what the proof shows cannot be read: {0}")]
    Unreadable(#[from] Malformed),
    #[error("what the proof shows has other fields than it should")]
    Fields,
    #[error("the fact cannot be read: {0}")]
    Entry(#[from] BadEntry),
    #[error("the fact is no batch of gifts")]
    NoBatch,
    #[error("the gift's place is beyond its batch")]
    Place,
    #[error("the gift does not belong to the batch: the amount, the project, the time, the number or the key is not what was recorded")]
    NotInBatch,
}

impl Shown {
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut value = json!({ "entry": String::from_utf8_lossy(&self.entry), "v": VERSION });
        if let Some(gift) = &self.gift {
            value["gift"] = json!({
                "at": gift.at, "key": hex(&gift.key), "opening": gift.opening.text(),
                "path": gift.path.iter().map(|hash| hex(hash)).collect::<Vec<_>>(),
            });
        }
        canonical::write(&value).unwrap_or_default().into_bytes()
    }

    pub fn read(bytes: &[u8]) -> Result<Shown, Failed> {
        let mut fields = canonical::read_object(bytes)?;
        let (Some(Value::String(entry)), Some(version), gift) = (fields.remove("entry"), fields.remove("v"), fields.remove("gift")) else {
            return Err(Failed::Fields);
        };
        if version.as_i64() != Some(VERSION) || !fields.is_empty() {
            return Err(Failed::Fields);
        }
        let gift = gift.map(|gift| shown_gift(&gift)).transpose()?;
        Ok(Shown { entry: entry.into_bytes(), gift })
    }

    /// Checks everything below the log's leaf: that the fact is one, and that the gift is in it. The fact, if all of it holds.
    pub fn verify(&self) -> Result<Entry, Failed> {
        let entry = Entry::from_bytes(&self.entry)?;
        let Some(gift) = &self.gift else { return Ok(entry) };
        if entry.kind != "gift_batch" {
            return Err(Failed::NoBatch);
        }
        let (gifts, root) = (entry.int("gifts").and_then(|n| u64::try_from(n).ok()), entry.text("root").and_then(unhex));
        let (Some(gifts), Some(root)) = (gifts, root) else { return Err(Failed::NoBatch) };
        if gift.at >= gifts {
            return Err(Failed::Place);
        }
        let opening = &gift.opening;
        let leaf = batch::Gift { project: opening.project, amount_fen: opening.amount_fen, commitment: opening.commitment(&gift.key) };
        let path: Vec<tlog::Hash> = gift.path.iter().map(|hash| tlog::Hash(*hash)).collect();
        tlog::verify_inclusion(gift.at, gifts, &tlog::Hash::of_leaf(&leaf.leaf()), &path, &tlog::Hash(root))
            .map_err(|_| Failed::NotInBatch)?;
        Ok(entry)
    }
}

fn shown_gift(value: &Value) -> Result<ShownGift, Failed> {
    let fields = value.as_object().filter(|fields| fields.len() == 4).ok_or(Failed::Fields)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).ok_or(Failed::Fields);
    let path = fields.get("path").and_then(Value::as_array).filter(|path| path.len() <= MAX_PATH).ok_or(Failed::Fields)?;
    Ok(ShownGift {
        at: fields.get("at").and_then(Value::as_u64).ok_or(Failed::Fields)?,
        path: path.iter().map(|hash| hash.as_str().and_then(unhex)).collect::<Option<Vec<_>>>().ok_or(Failed::Fields)?,
        opening: Opening::read(text("opening")?)?,
        key: unhex(text("key")?).ok_or(Failed::Fields)?,
    })
}
