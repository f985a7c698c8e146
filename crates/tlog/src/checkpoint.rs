//! Checkpoints: origin, size and root, the three lines that commit a log to everything before. c2sp.org/tlog-checkpoint.

use crate::{hash::Hash, lines, note::Note};

/// A state of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    /// Ours has none: nobody can audit them, and cosignatures of type 0x06 do not cover them.
    extensions: Vec<String>,
}

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    #[error("line 1 of the checkpoint is not an origin")]
    Origin,
    #[error("line 2 of the checkpoint is not a size")]
    Size,
    #[error("line 3 of the checkpoint is not a root of 32 bytes in base64")]
    Root,
    #[error("line {line} of the checkpoint is empty or has a control character")]
    Extension { line: usize },
    #[error("the checkpoint does not end with a line break")]
    NoEnd,
}

impl Checkpoint {
    /// A state of the log with this origin. `None` when the origin is not one line.
    #[must_use]
    pub fn new(origin: &str, size: u64, root: Hash) -> Option<Self> {
        lines::is_line(origin).then(|| Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// See [`BadCheckpoint`].
    pub fn parse(text: &str) -> Result<Self, BadCheckpoint> {
        let mut parts = text.strip_suffix('\n').ok_or(BadCheckpoint::NoEnd)?.split('\n');
        let origin = parts.next().filter(|line| lines::is_line(line)).ok_or(BadCheckpoint::Origin)?;
        let size = parts.next().and_then(lines::decimal).ok_or(BadCheckpoint::Size)?;
        let root = parts.next().and_then(Hash::from_base64).ok_or(BadCheckpoint::Root)?;
        let mut extensions = Vec::new();
        for (at, line) in parts.enumerate() {
            if !lines::is_line(line) {
                return Err(BadCheckpoint::Extension { line: at + 4 });
            }
            extensions.push(line.to_owned());
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// Which log this is: its prefix without scheme, also the name of its key.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hash over all of them.
    #[must_use]
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// The note's text, with its last line break.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// A note that nobody has signed yet.
    #[must_use]
    pub fn note(&self) -> Option<Note> {
        Note::unsigned(self.text())
    }
}
