//! Where the tree lies in files: the address of a tile or bundle and its path, both ways, and which of them a growing log writes.
//! c2sp.org/tlog-tiles, "Merkle Tree" and "Log entries".

use std::fmt;

use crate::hash::HASH_BYTES;

/// How many hashes a full tile has, and how many entries a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// A full tile in bytes.
pub const TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;
/// The specification's last level. With sizes of 64 bits nothing lies above level 7.
const LAST_LEVEL: u8 = 63;

/// What a file of the tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Hashes of a level: 0 are the entries' own, each of level 1 stands over 256 of level 0, and so on.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// One file of the tree. Shown as its path below the log's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    kind: Kind,
    index: u64,
    width: u16,
}

/// A path that is not of a tile or bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("the path does not begin with tile/ and a level or entries")]
    Start,
    #[error("the level is not a number from 0 to 63 without leading zeros")]
    Level,
    #[error("the number is not written in groups of three digits, x before all but the last, without needless groups")]
    Index,
    #[error("the width is not a number from 1 to 255 without leading zeros")]
    Width,
}

impl Address {
    /// Where these hashes or entries lie in a tree of `size` entries: whole if they are full, otherwise as wide as they are. `None` when the tree
    /// does not have them.
    #[must_use]
    pub fn in_tree(kind: Kind, index: u64, size: u64) -> Option<Self> {
        let beyond = count_at(kind, size).checked_sub(index.checked_mul(TILE_WIDTH.into())?)?;
        let width = u16::try_from(beyond.min(TILE_WIDTH.into())).ok().filter(|width| *width > 0)?;
        Some(Self { kind, index, width })
    }

    pub(crate) const fn full(kind: Kind, index: u64) -> Self {
        Self { kind, index, width: TILE_WIDTH }
    }

    /// What the file holds.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The how-manieth file of its level, counted from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds: 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// It will not change any more.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The file that one day holds this one's content and more. A reader may take it when the partial one is gone.
    #[must_use]
    pub const fn when_full(&self) -> Self {
        Self::full(self.kind, self.index)
    }

    /// Reads a path, e.g. `tile/0/x001/x234/067.p/112`.
    ///
    /// # Errors
    /// For every path that [`Address`] would not write itself.
    pub fn parse(path: &str) -> Result<Self, BadAddress> {
        let rest = path.strip_prefix("tile/").ok_or(BadAddress::Start)?;
        let (level, rest) = rest.split_once('/').ok_or(BadAddress::Start)?;
        let kind = if level == "entries" { Kind::Entries } else { Kind::Hashes(parse_level(level)?) };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, parse_width(width)?),
            None => (rest, TILE_WIDTH),
        };
        Ok(Self { kind, index: parse_index(index)?, width })
    }
}

/// How many hashes or entries of a kind a tree has.
fn count_at(kind: Kind, size: u64) -> u64 {
    match kind {
        Kind::Entries => size,
        Kind::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
    }
}

fn digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse_level(text: &str) -> Result<u8, BadAddress> {
    let plain = digits(text, 2) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|level| plain && *level <= LAST_LEVEL).ok_or(BadAddress::Level)
}

fn parse_width(text: &str) -> Result<u16, BadAddress> {
    let plain = digits(text, 3) && !text.starts_with('0');
    text.parse().ok().filter(|width| plain && *width < TILE_WIDTH).ok_or(BadAddress::Width)
}

fn parse_index(text: &str) -> Result<u64, BadAddress> {
    let (first, last) = text.rsplit_once('/').map_or((None, text), |(first, last)| (Some(first), last));
    let mut index: u64 = 0;
    for group in first.into_iter().flat_map(|first| first.split('/')) {
        let group = group.strip_prefix('x').ok_or(BadAddress::Index)?;
        index = with_group(index, group)?;
        // A first group of zeros says nothing: the same number has a shorter path.
        if index == 0 {
            return Err(BadAddress::Index);
        }
    }
    with_group(index, last)
}

fn with_group(index: u64, group: &str) -> Result<u64, BadAddress> {
    let digits = Some(group).filter(|group| group.len() == 3 && digits(group, 3)).ok_or(BadAddress::Index)?;
    let digits: u64 = digits.parse().map_err(|_| BadAddress::Index)?;
    index.checked_mul(1000).and_then(|index| index.checked_add(digits)).ok_or(BadAddress::Index)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes(level) => write!(f, "tile/{level}/")?,
            Kind::Entries => f.write_str("tile/entries/")?,
        }
        // Seven groups hold every number of 64 bits.
        for group in (1..7).rev() {
            let above = self.index / 1000_u64.pow(group);
            if above > 0 {
                write!(f, "x{:03}/", above % 1000)?;
            }
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// The files that are new or wider in a tree of `to` entries than they were at `from`: what a log must have written before it signs the larger
/// size. Bundles come first, then tiles from the lowest level.
pub fn written_between(from: u64, to: u64) -> impl Iterator<Item = Address> {
    let kinds = std::iter::once(Kind::Entries).chain((0..8).map(Kind::Hashes));
    kinds.flat_map(move |kind| {
        let (before, after) = (count_at(kind, from), count_at(kind, to));
        let width = u64::from(TILE_WIDTH);
        let indices = if after > before { before / width..after.div_ceil(width) } else { 0..0 };
        indices.filter_map(move |index| Address::in_tree(kind, index, to))
    })
}
