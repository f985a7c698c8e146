//! Proofs made from tiles: roots, paths and consistency of a tree that lies in files. RFC 6962 §2.1.1 and §2.1.2, c2sp.org/tlog-tiles.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::{
    hash::{EMPTY_ROOT, HASH_BYTES, Hash, fold_perfect},
    tile::{Address, Kind, TILE_BYTES, TILE_WIDTH},
};

/// A tree of a given size, seen through its tiles. Each tile is read once; the value is meant for one proof or a handful.
pub struct TiledTree<R, B> {
    size: u64,
    read: R,
    tiles: BTreeMap<(u8, u64), B>,
}

/// Why a proof could not be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CannotProve<E> {
    #[error("{address} could not be read")]
    Read { address: Address, cause: E },
    #[error("{address} has {bytes} bytes, which is not what its path says")]
    TileLength { address: Address, bytes: usize },
    #[error("the tree has {size} entries, so {asked} lies outside")]
    Outside { asked: u64, size: u64 },
}

impl<R, B, E> TiledTree<R, B>
where
    R: FnMut(Address) -> Result<B, E>,
    B: AsRef<[u8]>,
{
    /// The tree of `size` entries. `read` is asked for tiles as they are at that size; where a partial tile is gone, it may give a wider
    /// one or the full one, of which only the beginning is used.
    pub fn new(size: u64, read: R) -> Self {
        Self { size, read, tiles: BTreeMap::new() }
    }

    /// The root at this size.
    ///
    /// # Errors
    /// See [`CannotProve`], here and below.
    pub fn root(&mut self) -> Result<Hash, CannotProve<E>> {
        if self.size == 0 { Ok(EMPTY_ROOT) } else { self.range(0, self.size) }
    }

    /// The hash of one entry, as its tile has it.
    ///
    /// # Errors
    /// When it lies outside, or its tile cannot be read.
    pub fn leaf(&mut self, index: u64) -> Result<Hash, CannotProve<E>> {
        self.within(index, self.size.checked_sub(1))?;
        self.node(0, index)
    }

    /// The path from the entry at `index` to the root, the entry's sibling first.
    ///
    /// # Errors
    /// When it lies outside, or a tile cannot be read.
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Hash>, CannotProve<E>> {
        self.within(index, self.size.checked_sub(1))?;
        let (mut low, mut high) = (0, self.size);
        let mut path = Vec::new();
        while high - low > 1 {
            let middle = low + half(high - low);
            if index < middle {
                path.push(self.range(middle, high)?);
                high = middle;
            } else {
                path.push(self.range(low, middle)?);
                low = middle;
            }
        }
        path.reverse();
        Ok(path)
    }

    /// That the first `old_size` entries are the tree of that size: nothing for 0 and for the present size.
    ///
    /// # Errors
    /// When the old size is larger, or a tile cannot be read.
    pub fn consistency(&mut self, old_size: u64) -> Result<Vec<Hash>, CannotProve<E>> {
        self.within(old_size, Some(self.size))?;
        let mut proof = Vec::new();
        if old_size == 0 || old_size == self.size {
            return Ok(proof);
        }
        let (mut low, mut high) = (0, self.size);
        // Down the old tree's right edge, to the subtree that ends where the old tree ended.
        while high != old_size {
            let middle = low + half(high - low);
            if old_size <= middle {
                proof.push(self.range(middle, high)?);
                high = middle;
            } else {
                proof.push(self.range(low, middle)?);
                low = middle;
            }
        }
        // If that is the whole old tree, who verifies has its root already.
        if low != 0 {
            proof.push(self.range(low, high)?);
        }
        proof.reverse();
        Ok(proof)
    }

    fn within(&self, asked: u64, most: Option<u64>) -> Result<(), CannotProve<E>> {
        if most.is_some_and(|most| asked <= most) { Ok(()) } else { Err(CannotProve::Outside { asked, size: self.size }) }
    }

    /// The root over the entries from `low` to before `high`, where `low` is a multiple of the largest power of two below the length.
    fn range(&mut self, low: u64, high: u64) -> Result<Hash, CannotProve<E>> {
        let length = high - low;
        if length.is_power_of_two() {
            return self.node(length.ilog2(), low >> length.ilog2());
        }
        let middle = low + half(length);
        let (left, right) = (self.range(low, middle)?, self.range(middle, high)?);
        Ok(Hash::of_node(&left, &right))
    }

    /// The root of the full subtree of `2^height` entries with this number. It lies in the tile below which it is made: `height % 8` levels of nodes are not stored.
    fn node(&mut self, height: u32, index: u64) -> Result<Hash, CannotProve<E>> {
        // A height is below 64, so the level is below 8.
        let level = (height / 8) as u8;
        let inside = height % 8;
        let first = index << inside;
        let tile_index = first / u64::from(TILE_WIDTH);
        let start = (first % u64::from(TILE_WIDTH)) as usize * HASH_BYTES;
        let tile = self.tile(level, tile_index)?;
        Ok(fold_perfect(&tile[start..start + (HASH_BYTES << inside)]))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[u8], CannotProve<E>> {
        let kind = Kind::Hashes(level);
        let address = Address::in_tree(kind, index, self.size).ok_or(CannotProve::Outside { asked: index, size: self.size })?;
        let tile = match self.tiles.entry((level, index)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let tile = (self.read)(address).map_err(|cause| CannotProve::Read { address, cause })?;
                let bytes = tile.as_ref().len();
                let wanted = usize::from(address.width()) * HASH_BYTES;
                if !(wanted..=TILE_BYTES).contains(&bytes) || !bytes.is_multiple_of(HASH_BYTES) {
                    return Err(CannotProve::TileLength { address, bytes });
                }
                unknown.insert(tile)
            }
        };
        Ok((*tile).as_ref())
    }
}

/// The largest power of two below a length of at least 2: how many entries lie on the left.
const fn half(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}
