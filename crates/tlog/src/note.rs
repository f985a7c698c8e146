//! Signed notes: a text and lines under it that say who signed. c2sp.org/signed-note.
//!
//! What is parsed is written again byte for byte: every part has one spelling only.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{key::Vkey, lines};

/// A note with more lines under it is not read. The specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 128;
/// A longer note is not read, in bytes: so many lines of the longest kind of signature and room for the text.
pub const MAX_NOTE_BYTES: usize = 512 * 1024;

const DASH: &str = "— ";

/// A text and who signed it, or says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    pub signatures: Vec<SignatureLine>,
}

/// One line under a note. Nobody has checked it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    pub(crate) name: String,
    pub(crate) key_id: u32,
    pub(crate) signature: Vec<u8>,
}

/// Why bytes are not a signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    #[error("the note is longer than {MAX_NOTE_BYTES} bytes")]
    TooLong,
    #[error("the note is not UTF-8")]
    NotUtf8,
    #[error("line {line} has a control character")]
    Control { line: usize },
    #[error("no empty line stands between the text and the signatures")]
    NoSeparator,
    #[error("the note does not end with a line break")]
    NoEnd,
    #[error("line {line} is not a signature: a dash, a name, and the key id and signature in base64")]
    Signature { line: usize },
    #[error("more than {MAX_SIGNATURES} signatures stand under the note")]
    TooManySignatures,
}

/// Why a note is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    #[error("the line of the known key {name} does not verify")]
    Wrong { name: String },
    #[error("no known key has signed")]
    Nobody,
}

/// A line that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<'k> {
    pub key: &'k Vkey,
    /// When a cosigner says it signed, in seconds since 1970; `None` for a log's key.
    pub signed_at_s: Option<u64>,
}

impl Note {
    /// A note that nobody has signed yet. `None` when the text could not stand in one: it ends with a line break and has no other control character.
    #[must_use]
    pub fn unsigned(text: String) -> Option<Self> {
        let fits = text.ends_with('\n') && text.len() <= MAX_NOTE_BYTES && control_line(&text).is_none();
        fits.then_some(Self { text, signatures: Vec::new() })
    }

    /// Reads a note with at least one signature.
    ///
    /// # Errors
    /// See [`BadNote`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BadNote> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(BadNote::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| BadNote::NotUtf8)?;
        if let Some(line) = control_line(whole) {
            return Err(BadNote::Control { line });
        }
        // The last empty line counts: the text may have its own.
        let split = whole.rfind("\n\n").ok_or(BadNote::NoSeparator)? + 1;
        let (text, signatures) = (&whole[..split], &whole[split + 1..]);
        let before = text.lines().count() + 1;
        if signatures.is_empty() {
            return Err(BadNote::Signature { line: before + 1 });
        }
        let signatures = SignatureLine::parse_all(signatures, before)?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// What is signed, with its last line break.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks every line of these keys: lines of others are passed over, a known key's line must verify. Each key that signed is there once, with its latest time.
    ///
    /// # Errors
    /// When a known key's line is wrong, or when there is none.
    pub fn verify<'k>(&self, keys: impl IntoIterator<Item = &'k Vkey>) -> Result<Vec<Signed<'k>>, NotSigned> {
        let mut found = Vec::new();
        for key in keys {
            found.extend(self.verify_key(key)?);
        }
        if found.is_empty() { Err(NotSigned::Nobody) } else { Ok(found) }
    }

    /// Checks the lines of one key: `None` when it has none.
    ///
    /// # Errors
    /// When one of its lines is wrong.
    pub fn verify_key<'k>(&self, key: &'k Vkey) -> Result<Option<Signed<'k>>, NotSigned> {
        let mut latest: Option<Signed<'k>> = None;
        for line in self.signatures.iter().filter(|line| key.is_named_by(line)) {
            let signed = key.verify(&self.text, line).ok_or_else(|| NotSigned::Wrong { name: key.name().to_owned() })?;
            latest = latest.filter(|before| before.signed_at_s >= signed.signed_at_s).or(Some(signed));
        }
        Ok(latest)
    }
}

/// Counted from 1.
fn control_line(text: &str) -> Option<usize> {
    let at = text.bytes().position(|byte| byte < b' ' && byte != b'\n')?;
    Some(text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1)
}

impl SignatureLine {
    /// Reads one line without its line break.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (name, rest) = line.strip_prefix(DASH)?.split_once(' ')?;
        let payload = lines::base64(rest)?;
        let (key_id, signature) = payload.split_first_chunk()?;
        let valid = lines::is_key_name(name) && !signature.is_empty();
        valid.then(|| Self { name: name.to_owned(), key_id: u32::from_be_bytes(*key_id), signature: signature.to_vec() })
    }

    /// Lines one under the other, each with its line break, none to many. `before` lines stood above them.
    pub(crate) fn parse_all(text: &str, before: usize) -> Result<Vec<Self>, BadNote> {
        let mut found = Vec::new();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            if at == MAX_SIGNATURES {
                return Err(BadNote::TooManySignatures);
            }
            let line = line.strip_suffix('\n').ok_or(BadNote::NoEnd)?;
            found.push(Self::parse(line).ok_or(BadNote::Signature { line: before + at + 1 })?);
        }
        Ok(found)
    }

    /// Who says so.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of the key's hash.
    #[must_use]
    pub const fn key_id(&self) -> u32 {
        self.key_id
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = [&self.key_id.to_be_bytes()[..], &self.signature].concat();
        writeln!(f, "{DASH}{} {}", self.name, STANDARD.encode(payload))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| line.fmt(f))
    }
}
