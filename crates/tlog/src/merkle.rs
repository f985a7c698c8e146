//! The tree without its entries: what is kept to append to it, and whether a proof about it holds. RFC 6962 §2.1, RFC 9162 §2.1.3 and §2.1.4.

use crate::hash::{EMPTY_ROOT, HASH_BYTES, Hash};

/// A path in a tree of 2⁶⁴ entries has no more hashes than this; neither has a proof of consistency.
pub const MAX_PROOF_HASHES: usize = 63;

/// The roots of the full subtrees a tree consists of, the largest first: all that must be kept to append and to know the root. There is one for
/// each binary 1 of the size.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// Bytes that are not a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a frontier is its size in eight bytes and one hash of 32 bytes for each binary 1 of it")]
pub struct BadFrontier;

impl Frontier {
    /// A tree without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    pub(crate) fn from_peaks(size: u64, peaks: Vec<Hash>) -> Self {
        debug_assert_eq!(peaks.len(), size.count_ones() as usize);
        Self { size, peaks }
    }

    /// How many entries the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// One entry more, given by its hash. On average one node is hashed.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = Hash::of_node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree as it stands.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return EMPTY_ROOT };
        peaks.fold(*last, |right, left| Hash::of_node(left, &right))
    }

    /// The size in eight bytes, big-endian, then the hashes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.peaks.iter().flat_map(|hash| hash.0));
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the number of hashes is not the one the size asks for. Whether they are the right ones, the root tells.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadFrontier> {
        let (size, hashes) = bytes.split_first_chunk().ok_or(BadFrontier)?;
        let size = u64::from_be_bytes(*size);
        if hashes.len() != size.count_ones() as usize * HASH_BYTES {
            return Err(BadFrontier);
        }
        Ok(Self { size, peaks: hashes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect() })
    }
}

/// Why hashes prove nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    #[error("the index lies outside the tree")]
    IndexOutside,
    #[error("the old tree is larger than the new one")]
    Shrunk,
    #[error("the proof has more or fewer hashes than these sizes need")]
    Length,
    #[error("the hashes do not lead to the root")]
    Root,
    #[error("the hashes do not lead to the old root, so the past was rewritten")]
    OldRoot,
}

/// Whether the entry with the hash `leaf` stands at `index` in the tree of `size` entries with `root`. RFC 9162 §2.1.3.2.
///
/// # Errors
/// See [`NotProved`].
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash) -> Result<(), NotProved> {
    if index >= size {
        return Err(NotProved::IndexOutside);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return Err(NotProved::Length);
        }
        if at & 1 == 1 || at == last {
            hash = Hash::of_node(sibling, &hash);
            skip_missing_siblings(&mut at, &mut last);
        } else {
            hash = Hash::of_node(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    match (last == 0, hash == *root) {
        (false, _) => Err(NotProved::Length),
        (true, false) => Err(NotProved::Root),
        (true, true) => Ok(()),
    }
}

/// On the right edge a node without a sibling is its own parent, so the levels up to the next sibling need no hash.
fn skip_missing_siblings(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

/// Whether the tree of `new_size` entries begins with the tree of `old_size` entries. RFC 9162 §2.1.4.2.
///
/// # Errors
/// See [`NotProved`].
pub fn verify_consistency(old_size: u64, old_root: &Hash, new_size: u64, new_root: &Hash, proof: &[Hash]) -> Result<(), NotProved> {
    if old_size > new_size {
        return Err(NotProved::Shrunk);
    }
    // Nothing is the beginning of everything, and a tree of itself: there is nothing to prove with hashes.
    if old_size == 0 || old_size == new_size {
        let same = old_size != new_size || old_root == new_root;
        let empty = old_size != 0 || *old_root == EMPTY_ROOT;
        return match (proof.is_empty(), empty, same) {
            (false, _, _) => Err(NotProved::Length),
            (true, false, _) => Err(NotProved::OldRoot),
            (true, true, false) => Err(NotProved::Root),
            (true, true, true) => Ok(()),
        };
    }
    // A full old tree is itself the first hash; the proof does not repeat it.
    let (first, rest) = if old_size.is_power_of_two() {
        if proof.is_empty() {
            return Err(NotProved::Length);
        }
        (old_root, proof)
    } else {
        proof.split_first().ok_or(NotProved::Length)?
    };
    let shift = (old_size - 1).trailing_ones();
    let (mut at, mut last) = ((old_size - 1) >> shift, (new_size - 1) >> shift);
    let (mut old, mut new) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return Err(NotProved::Length);
        }
        if at & 1 == 1 || at == last {
            old = Hash::of_node(hash, &old);
            new = Hash::of_node(hash, &new);
            skip_missing_siblings(&mut at, &mut last);
        } else {
            new = Hash::of_node(&new, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    match (last == 0, old == *old_root, new == *new_root) {
        (false, _, _) => Err(NotProved::Length),
        (true, false, _) => Err(NotProved::OldRoot),
        (true, true, false) => Err(NotProved::Root),
        (true, true, true) => Ok(()),
    }
}
