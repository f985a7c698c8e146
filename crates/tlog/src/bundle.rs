//! Entries as they lie in bundles: two bytes of length, big-endian, then the entry. c2sp.org/tlog-tiles, "Log entries".

use crate::tile::TILE_WIDTH;

/// The longest entry the format can hold, in bytes.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// The entry is longer than a bundle can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry has {bytes} bytes; a bundle holds at most {MAX_ENTRY_BYTES}")]
pub struct EntryTooLong {
    pub bytes: usize,
}

/// Bytes that are not a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadBundle {
    #[error("entry {at} of the bundle ends before its length says")]
    Cut { at: usize },
    #[error("the bundle holds more than 256 entries")]
    TooMany,
    #[error("the bundle holds {found} entries, not {expected}")]
    Count { found: usize, expected: u16 },
}

/// Puts an entry at the end of a bundle.
///
/// # Errors
/// When it is too long; the bundle is then as it was.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), EntryTooLong> {
    let length = u16::try_from(entry.len()).map_err(|_| EntryTooLong { bytes: entry.len() })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle, in order. At most 256 of them.
///
/// # Errors
/// See [`BadBundle`].
pub fn entries(bundle: &[u8]) -> Result<Vec<&[u8]>, BadBundle> {
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let at = entries.len();
        if at == usize::from(TILE_WIDTH) {
            return Err(BadBundle::TooMany);
        }
        let (length, after) = rest.split_first_chunk().ok_or(BadBundle::Cut { at })?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(BadBundle::Cut { at })?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

/// The entries of a bundle that must hold `width` of them.
///
/// # Errors
/// See [`BadBundle`].
pub fn entries_of_width(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BadBundle> {
    let found = entries(bundle)?;
    if found.len() == usize::from(width) { Ok(found) } else { Err(BadBundle::Count { found: found.len(), expected: width }) }
}
