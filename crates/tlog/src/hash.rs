//! The three hashes of the tree: of an entry, of two subtrees, of nothing. RFC 6962 §2.1 with SHA-256.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// How many bytes a hash has.
pub const HASH_BYTES: usize = 32;

/// SHA-256, shown in base64 as every file of the log shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; HASH_BYTES]);

/// The root of a tree without entries: SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
    0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

impl Hash {
    /// The hash of an entry, which is its own bytes alone without the length that a bundle puts before them.
    #[must_use]
    pub fn of_leaf(entry: &[u8]) -> Self {
        let mut sha = Sha256::new();
        sha.update([0]);
        sha.update(entry);
        Self(sha.finalize().into())
    }

    /// The hash over two subtrees. The byte before them keeps an entry from passing for a node.
    #[must_use]
    pub fn of_node(left: &Self, right: &Self) -> Self {
        let mut joined = [1; 1 + 2 * HASH_BYTES];
        joined[1..=HASH_BYTES].copy_from_slice(&left.0);
        joined[HASH_BYTES + 1..].copy_from_slice(&right.0);
        Self(Sha256::digest(joined).into())
    }

    /// Reads base64: the standard alphabet, padded, without any second spelling of the same bytes.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        // A longer text is never decoded: its length is already wrong.
        if text.len() != 44 {
            return None;
        }
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Lower-case hexadecimal, as file names have it.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hashes that stand one behind the other, as in a tile, folded as a full binary tree: their number must be a power of two.
pub(crate) fn fold_perfect(hashes: &[u8]) -> Hash {
    debug_assert!((hashes.len() / HASH_BYTES).is_power_of_two());
    // A tile has 256 hashes, so that half of it fits.
    let mut row = [Hash([0; HASH_BYTES]); 128];
    let mut width = hashes.len() / HASH_BYTES;
    if width == 1 {
        return Hash::from_slice(hashes).unwrap_or(EMPTY_ROOT);
    }
    width /= 2;
    for (into, pair) in row.iter_mut().zip(hashes.chunks_exact(2 * HASH_BYTES)) {
        let mut joined = [1; 1 + 2 * HASH_BYTES];
        joined[1..].copy_from_slice(pair);
        *into = Hash(Sha256::digest(joined).into());
    }
    while width > 1 {
        width /= 2;
        for at in 0..width {
            row[at] = Hash::of_node(&row[2 * at], &row[2 * at + 1]);
        }
    }
    row[0]
}
