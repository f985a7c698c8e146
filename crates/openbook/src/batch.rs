//! The side data of a batch of gifts: what the log says of each gift, published beside the batch's entry under its hash.
//!
//! ```text
//! 0x01                               version
//! varint n, then n × 8 bytes         the projects of the batch, big-endian, growing
//! varint m, then m times:            the gifts, in the order of the batch
//!   varint                           which of the projects, counted from 0
//!   varint                           amount in fen, above 0
//!   32 bytes                         the gift's commitment
//! ```
//!
//! Varints are unsigned LEB128 in their shortest form. The batch's entry holds the number of gifts, their sum, the SHA-256 of these
//! bytes, and the root of a Merkle tree (RFC 6962) over the gifts, so that a gift is proved with a path of a few hashes and not with
//! the whole batch. The leaf of a gift is its project (8 bytes), its amount (8 bytes) and its commitment (32 bytes).

use sha2::{Digest, Sha256};

/// A project's gifts of the whole day fit into one batch; this bounds what a reader takes.
pub const MAX_GIFTS: usize = 1 << 20;

const VERSION: u8 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gift {
    pub project: i64,
    pub amount_fen: i64,
    pub commitment: [u8; 32],
}

impl Gift {
    /// What is hashed into the tree of the batch.
    #[must_use]
    pub fn leaf(&self) -> [u8; 48] {
        let mut leaf = [0; 48];
        leaf[..8].copy_from_slice(&self.project.to_be_bytes());
        leaf[8..16].copy_from_slice(&self.amount_fen.to_be_bytes());
        leaf[16..].copy_from_slice(&self.commitment);
        leaf
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadBatch {
    #[error("the side data ends too early, or something follows it")]
    Length,
    #[error("the side data is of another version than {VERSION}")]
    Version,
    #[error("a number in the side data is too large, or not in its shortest form")]
    Number,
    #[error("the projects of the side data do not grow, or one has no gift")]
    Projects,
    #[error("the side data has more than {MAX_GIFTS} gifts, or none")]
    Gifts,
}

/// What a batch's entry says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    pub gifts: i64,
    pub amount_fen: i64,
    /// Of the side data.
    pub sha256: [u8; 32],
    /// Of the tree over the gifts.
    pub root: [u8; 32],
}

/// Writes the side data of gifts.
pub fn encode(gifts: &[Gift]) -> Result<Vec<u8>, BadBatch> {
    if gifts.is_empty() || gifts.len() > MAX_GIFTS {
        return Err(BadBatch::Gifts);
    }
    let mut projects: Vec<i64> = gifts.iter().map(|gift| gift.project).collect();
    projects.sort_unstable();
    projects.dedup();
    let mut bytes = Vec::with_capacity(16 + projects.len() * 8 + gifts.len() * 38);
    bytes.push(VERSION);
    put_varint(projects.len() as u64, &mut bytes);
    for project in &projects {
        bytes.extend(project.to_be_bytes());
    }
    put_varint(gifts.len() as u64, &mut bytes);
    for gift in gifts {
        let at = projects.binary_search(&gift.project).map_err(|_| BadBatch::Projects)?;
        put_varint(at as u64, &mut bytes);
        put_varint(u64::try_from(gift.amount_fen).ok().filter(|fen| *fen > 0).ok_or(BadBatch::Number)?, &mut bytes);
        bytes.extend(gift.commitment);
    }
    Ok(bytes)
}

/// Reads side data, in its one form only.
pub fn decode(bytes: &[u8]) -> Result<Vec<Gift>, BadBatch> {
    let mut rest = bytes;
    if take(&mut rest, 1)? != [VERSION] {
        return Err(BadBatch::Version);
    }
    let count = counted(&mut rest, 8)?;
    let mut projects = Vec::with_capacity(count);
    for _ in 0..count {
        let mut eight = [0; 8];
        eight.copy_from_slice(take(&mut rest, 8)?);
        projects.push(i64::from_be_bytes(eight));
    }
    if !projects.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err(BadBatch::Projects);
    }
    let count = counted(&mut rest, 34)?;
    let mut gifts = Vec::with_capacity(count);
    let mut seen = vec![false; projects.len()];
    for _ in 0..count {
        let at = usize::try_from(varint(&mut rest)?).unwrap_or(usize::MAX);
        let project = *projects.get(at).ok_or(BadBatch::Projects)?;
        seen[at] = true;
        let amount_fen = i64::try_from(varint(&mut rest)?).ok().filter(|fen| *fen > 0).ok_or(BadBatch::Number)?;
        let mut commitment = [0; 32];
        commitment.copy_from_slice(take(&mut rest, 32)?);
        gifts.push(Gift { project, amount_fen, commitment });
    }
    if !rest.is_empty() {
        return Err(BadBatch::Length);
    }
    if seen.contains(&false) {
        return Err(BadBatch::Projects);
    }
    Ok(gifts)
}

/// What the entry of a batch must say of these gifts and their side data.
#[must_use]
pub fn summary(gifts: &[Gift], side: &[u8]) -> Summary {
    Summary {
        gifts: i64::try_from(gifts.len()).unwrap_or(i64::MAX),
        amount_fen: gifts.iter().map(|gift| gift.amount_fen).fold(0, i64::saturating_add),
        sha256: Sha256::digest(side).into(),
        root: root(gifts),
    }
}

/// The root of the tree over the gifts.
#[must_use]
pub fn root(gifts: &[Gift]) -> [u8; 32] {
    tree(gifts).root().0
}

/// The tree over the gifts, for the path of one of them.
#[must_use]
pub fn tree(gifts: &[Gift]) -> tlog::Batch {
    tlog::Batch::of_leaves(gifts.iter().map(|gift| tlog::Hash::of_leaf(&gift.leaf())).collect())
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], BadBatch> {
    let (taken, left) = rest.split_at_checked(count).ok_or(BadBatch::Length)?;
    *rest = left;
    Ok(taken)
}

/// A count of things of at least `least` bytes each: more than the bytes that are left hold is refused before memory is asked for.
fn counted(rest: &mut &[u8], least: usize) -> Result<usize, BadBatch> {
    let count = usize::try_from(varint(rest)?).unwrap_or(usize::MAX);
    if count == 0 || count > MAX_GIFTS {
        return Err(BadBatch::Gifts);
    }
    if count > rest.len() / least { Err(BadBatch::Length) } else { Ok(count) }
}

pub(crate) fn put_varint(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn varint(rest: &mut &[u8]) -> Result<u64, BadBatch> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let byte = take(rest, 1)?[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return if byte == 0 && shift > 0 { Err(BadBatch::Number) } else { Ok(number) };
        }
    }
    Err(BadBatch::Number)
}
