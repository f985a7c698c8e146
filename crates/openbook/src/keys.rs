//! The keys of a batch's commitments: each gift has one of its own, all grow from one seed, and each can be destroyed alone.
//!
//! The seed is the root of a binary tree (Goldreich, Goldwasser and Micali, 1986): the children of a node with key `k` have the
//! keys `SHA-256(0x00 ‖ k)` and `SHA-256(0x01 ‖ k)`, and gift `i` has the key of leaf `i`. Whoever holds a node can make every key
//! below it and none elsewhere. To destroy the key of one gift, the node above it is replaced by the siblings along the way down:
//! every other key can still be made, that one cannot, by anybody.
//!
//! So a batch of 5,000 gifts stores 32 bytes, not 160,000; and what an erasure adds is 32 bytes a level.

use sha2::{Digest, Sha256};

/// A batch holds at most 2^20 gifts.
pub const MAX_DEPTH: u8 = 20;

pub type Key = [u8; 32];

/// A subtree of which all keys can be made: the node `index` of level `level`, counted from the root.
#[derive(Clone, PartialEq, Eq)]
struct Node {
    level: u8,
    index: u32,
    key: Key,
}

/// What is left of the keys of one batch. Debug shows no key.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    depth: u8,
    /// In the order of the leaves below them.
    nodes: Vec<Node>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys {{ depth: {}, nodes: {} }}", self.depth, self.nodes.len())
    }
}

impl Keys {
    /// The keys of a batch of `gifts` gifts, from 32 random bytes.
    #[must_use]
    pub fn new(seed: Key, gifts: usize) -> Keys {
        let depth = usize::BITS - gifts.saturating_sub(1).leading_zeros();
        Keys { depth: u8::try_from(depth).unwrap_or(u8::MAX).min(MAX_DEPTH), nodes: vec![Node { level: 0, index: 0, key: seed }] }
    }

    /// The key of one gift, unless it was destroyed.
    #[must_use]
    pub fn of(&self, gift: u32) -> Option<Key> {
        if u64::from(gift) >> self.depth != 0 {
            return None;
        }
        let node = self.nodes.iter().find(|node| node.holds(gift, self.depth))?;
        let mut key = node.key;
        for level in node.level..self.depth {
            key = child(&key, gift >> (self.depth - level - 1) & 1);
        }
        Some(key)
    }

    /// Calls `each` with the keys of the first `gifts` gifts in order, of those that are left. Two hashes a key, however many.
    pub fn each(&self, gifts: u32, mut each: impl FnMut(u32, Key)) {
        for node in &self.nodes {
            walk(node.key, node.index, node.level, self.depth, gifts, &mut each);
        }
    }

    /// Destroys the key of one gift. Doing so again changes nothing.
    pub fn destroy(&mut self, gift: u32) {
        if u64::from(gift) >> self.depth != 0 {
            return;
        }
        let Some(at) = self.nodes.iter().position(|node| node.holds(gift, self.depth)) else { return };
        let mut way = self.nodes.remove(at);
        let mut kept = Vec::with_capacity(usize::from(self.depth - way.level));
        while way.level < self.depth {
            let bit = gift >> (self.depth - way.level - 1) & 1;
            let (level, below) = (way.level + 1, way.index * 2);
            kept.push(Node { level, index: below + (1 - bit), key: child(&way.key, 1 - bit) });
            way = Node { level, index: below + bit, key: child(&way.key, bit) };
        }
        self.nodes.extend(kept);
        let depth = self.depth;
        self.nodes.sort_by_key(|node| u64::from(node.index) << (depth - node.level));
    }

    /// One byte for the depth, then each node: level, index (4 bytes, big-endian), key.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.depth];
        for node in &self.nodes {
            bytes.push(node.level);
            bytes.extend(node.index.to_be_bytes());
            bytes.extend(node.key);
        }
        bytes
    }

    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Keys> {
        let (&depth, rest) = bytes.split_first()?;
        if depth > MAX_DEPTH {
            return None;
        }
        let (nodes, left) = rest.as_chunks::<37>();
        let nodes = nodes.iter().map(|bytes| {
            let (level, index) = (bytes[0], u32::from_be_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]));
            let mut key = [0; 32];
            key.copy_from_slice(&bytes[5..]);
            (level <= depth && u64::from(index) >> level == 0).then_some(Node { level, index, key })
        });
        let nodes = nodes.collect::<Option<Vec<Node>>>()?;
        let from = |node: &Node| u64::from(node.index) << (depth - node.level);
        let apart = nodes.windows(2).all(|pair| from(&pair[0]) + (1 << (depth - pair[0].level)) <= from(&pair[1]));
        (left.is_empty() && apart).then_some(Keys { depth, nodes })
    }
}

impl Node {
    fn holds(&self, gift: u32, depth: u8) -> bool {
        gift >> (depth - self.level) == self.index
    }
}

fn child(key: &Key, bit: u32) -> Key {
    let mut hash = Sha256::new();
    hash.update([u8::from(bit == 1)]);
    hash.update(key);
    hash.finalize().into()
}

fn walk(key: Key, index: u32, level: u8, depth: u8, gifts: u32, each: &mut impl FnMut(u32, Key)) {
    if u64::from(index) << (depth - level) >= u64::from(gifts) {
        return;
    }
    if level == depth {
        each(index, key);
        return;
    }
    for bit in 0..2 {
        walk(child(&key, bit), index * 2 + bit, level + 1, depth, gifts, each);
    }
}
