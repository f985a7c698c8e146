//! The right edge of the tree, which grows: entries in, files out. What the sequencer holds in memory.
//!
//! Pure: a caller writes the files, and only when they are durable signs the new size. If writing fails, it throws this value away and reads the edge
//! of the last signed size again, so that the same entries give the same bytes.

use crate::{
    bundle::{BadBundle, EntryTooLong, entries_of_width, push_entry},
    hash::{HASH_BYTES, Hash, fold_perfect},
    merkle::Frontier,
    tile::{Address, Kind, TILE_BYTES, TILE_WIDTH},
};

/// The open tile of every level and the open bundle, with the files that have become full and nobody has taken yet.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    size: u64,
    /// Hashes one behind the other, for each level fewer than 256.
    open_tiles: Vec<Vec<u8>>,
    open_bundle: Vec<u8>,
    full: Vec<(Address, Vec<u8>)>,
    /// The size whose partial files were taken last.
    taken_at: u64,
}

/// Why the edge of a tree could not be taken up.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadEdge<E> {
    #[error("{address} could not be read")]
    Read { address: Address, cause: E },
    #[error("{address} has {bytes} bytes, which is not what its path says")]
    TileLength { address: Address, bytes: usize },
    #[error("{address}: {cause}")]
    Bundle { address: Address, cause: BadBundle },
    #[error("entry {index} in the bundle is not the one whose hash is in the tile")]
    EntryHash { index: u64 },
    #[error("the tiles lead to another root than the one that was signed")]
    Root,
}

impl Growth {
    /// A log without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up a log of `size` entries whose signed root is `root`, reading the partial files of that size: at most one a level and one bundle.
    ///
    /// # Errors
    /// When a file cannot be read, or when they are not those of the signed root. Then nothing may be appended: the store is damaged.
    pub fn load<E, B: AsRef<[u8]>>(size: u64, root: &Hash, mut read: impl FnMut(Address) -> Result<B, E>) -> Result<Self, BadEdge<E>> {
        let mut growth = Self { size, taken_at: size, ..Self::default() };
        for level in 0..8_u8 {
            let count = size >> (8 * u32::from(level));
            if count == 0 {
                break;
            }
            let mut open = Vec::with_capacity(TILE_BYTES);
            if let Some(address) = Address::in_tree(Kind::Hashes(level), count / u64::from(TILE_WIDTH), size) {
                let tile = read(address).map_err(|cause| BadEdge::Read { address, cause })?;
                let tile = tile.as_ref();
                if tile.len() != usize::from(address.width()) * HASH_BYTES {
                    return Err(BadEdge::TileLength { address, bytes: tile.len() });
                }
                open.extend_from_slice(tile);
            }
            growth.open_tiles.push(open);
        }
        if let Some(address) = Address::in_tree(Kind::Entries, size / u64::from(TILE_WIDTH), size) {
            let bundle = read(address).map_err(|cause| BadEdge::Read { address, cause })?;
            let bundle = bundle.as_ref();
            let entries = entries_of_width(bundle, address.width()).map_err(|cause| BadEdge::Bundle { address, cause })?;
            let hashes = growth.open_tiles[0].chunks_exact(HASH_BYTES);
            if let Some(at) = entries.iter().zip(hashes).position(|(entry, hash)| Hash::of_leaf(entry).0 != *hash) {
                return Err(BadEdge::EntryHash { index: size - u64::from(address.width()) + at as u64 });
            }
            growth.open_bundle.extend_from_slice(bundle);
        }
        if growth.root() == *root { Ok(growth) } else { Err(BadEdge::Root) }
    }

    /// How many entries there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends an entry and says at which index it stands from now on.
    ///
    /// # Errors
    /// When the entry is too long; nothing has then changed.
    pub fn append(&mut self, entry: &[u8]) -> Result<u64, EntryTooLong> {
        push_entry(&mut self.open_bundle, entry)?;
        let index = self.size;
        self.size += 1;
        if self.size.is_multiple_of(TILE_WIDTH.into()) {
            // The next bundle will be about as long.
            let next = Vec::with_capacity(self.open_bundle.len());
            let bundle = std::mem::replace(&mut self.open_bundle, next);
            self.full.push((Address::full(Kind::Entries, index / u64::from(TILE_WIDTH)), bundle));
        }
        self.push_hash(Hash::of_leaf(entry));
        Ok(index)
    }

    fn push_hash(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0..8_u8 {
            let at = usize::from(level);
            if self.open_tiles.len() == at {
                self.open_tiles.push(Vec::with_capacity(TILE_BYTES));
            }
            self.open_tiles[at].extend_from_slice(&hash.0);
            if self.open_tiles[at].len() < TILE_BYTES {
                return;
            }
            // Only a full tile has a hash one level up.
            let tile = std::mem::replace(&mut self.open_tiles[at], Vec::with_capacity(TILE_BYTES));
            hash = fold_perfect(&tile);
            let index = (self.size >> (8 * (u32::from(level) + 1))) - 1;
            self.full.push((Address::full(Kind::Hashes(level), index), tile));
        }
    }

    /// The compact range of the same tree.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        let mut peaks = Vec::new();
        // The highest level holds the largest subtrees; in a tile they stand by the binary digits of its width.
        for open in self.open_tiles.iter().rev() {
            let mut rest = &open[..];
            while !rest.is_empty() {
                let width = 1_usize << (rest.len() / HASH_BYTES).ilog2();
                let (subtree, after) = rest.split_at(width * HASH_BYTES);
                peaks.push(fold_perfect(subtree));
                rest = after;
            }
        }
        Frontier::from_peaks(self.size, peaks)
    }

    /// The root at the present size.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier().root()
    }

    /// The files that have become full and have not been taken yet, and no partial ones. For a caller that appends much before it signs: what is full
    /// never changes.
    #[must_use]
    pub fn take_full_files(&mut self) -> Vec<(Address, Vec<u8>)> {
        std::mem::take(&mut self.full)
    }

    /// Everything that must be durable before the present size may be signed and has not been taken yet: full files as they became full, then the
    /// partial ones of this size. Nothing when nothing was appended.
    #[must_use]
    pub fn take_files(&mut self) -> Vec<(Address, Vec<u8>)> {
        let mut files = std::mem::take(&mut self.full);
        if self.taken_at == self.size {
            return files;
        }
        let before = std::mem::replace(&mut self.taken_at, self.size);
        let width = u64::from(TILE_WIDTH);
        if let Some(address) = Address::in_tree(Kind::Entries, self.size / width, self.size) {
            files.push((address, self.open_bundle.clone()));
        }
        for (level, open) in (0..8_u8).zip(&self.open_tiles) {
            let shift = 8 * u32::from(level);
            // A level that has not moved has its partial tile on disk already.
            if before >> shift == self.size >> shift {
                break;
            }
            if let Some(address) = Address::in_tree(Kind::Hashes(level), (self.size >> shift) / width, self.size) {
                files.push((address, open.clone()));
            }
        }
        files
    }
}
