//! `.tlog-proof`: everything that shows, offline, that an entry stands in a log that witnesses watch. c2sp.org/tlog-proof.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    hash::Hash,
    lines,
    merkle::{MAX_PROOF_HASHES, NotProved, verify_inclusion},
    note::{BadNote, MAX_NOTE_BYTES, Note},
    policy::{Believed, Fresh, NotBelieved, Policy},
};

const MAGIC: &str = "c2sp.org/tlog-proof@v1";
/// The longest opaque line, in bytes before base64.
pub const MAX_EXTRA_BYTES: usize = 48 * 1024;
/// A longer file is not read, in bytes.
pub const MAX_PROOF_FILE_BYTES: usize = MAX_NOTE_BYTES + MAX_EXTRA_BYTES / 3 * 4 + 128 + 45 * MAX_PROOF_HASHES;

/// A proof as it is handed to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// Opaque, and proved by nothing: whoever reads it must check it against the entry.
    pub extra: Option<Vec<u8>>,
    /// Where the entry stands.
    pub index: u64,
    /// From the entry's sibling up.
    pub path: Vec<Hash>,
    /// The checkpoint as log and witnesses signed it.
    pub checkpoint: Note,
}

/// Why bytes are not a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProofFile {
    #[error("the file is longer than {MAX_PROOF_FILE_BYTES} bytes")]
    TooLong,
    #[error("the file is not UTF-8")]
    NotUtf8,
    #[error("line 1 is not {MAGIC}")]
    Magic,
    #[error("line 2 is not \"extra\" and at most {MAX_EXTRA_BYTES} bytes in base64")]
    Extra,
    #[error("line {line} is not \"index\" and a number")]
    Index { line: usize },
    #[error("line {line} is neither a hash in base64 nor the empty line after the path")]
    Hash { line: usize },
    #[error("the path has more than {MAX_PROOF_HASHES} hashes")]
    TooManyHashes,
    #[error("the checkpoint after line {after}: {cause}")]
    Checkpoint { after: usize, cause: BadNote },
}

/// At which step a proof failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFailure {
    #[error("{0}")]
    Checkpoint(#[from] NotBelieved),
    #[error("the entry does not stand at this place of the log: {0}")]
    Inclusion(#[from] NotProved),
}

/// The steps of verifying, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The signed text is a checkpoint.
    Checkpoint,
    /// Its origin is a log of the policy.
    Origin,
    /// The log has signed it.
    LogSignature,
    /// No witness's line is wrong.
    WitnessSignatures,
    /// Enough witnesses have signed it.
    Quorum,
    /// They have done so lately.
    Freshness,
    /// The entry stands in the tree.
    Inclusion,
}

impl ProofFailure {
    /// At which step.
    #[must_use]
    pub const fn step(&self) -> Step {
        match self {
            Self::Checkpoint(cause) => cause.step(),
            Self::Inclusion(_) => Step::Inclusion,
        }
    }
}

impl ProofFile {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`BadProofFile`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BadProofFile> {
        if bytes.len() > MAX_PROOF_FILE_BYTES {
            return Err(BadProofFile::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadProofFile::NotUtf8)?;
        let rest = text.strip_prefix(MAGIC).and_then(|rest| rest.strip_prefix('\n')).ok_or(BadProofFile::Magic)?;
        let (mut line, mut rest) = (2, rest);
        let mut next = || {
            let (text, after) = rest.split_once('\n')?;
            rest = after;
            Some(text)
        };
        let mut text = next().ok_or(BadProofFile::Index { line })?;
        let mut extra = None;
        if let Some(opaque) = text.strip_prefix("extra ") {
            let opaque = lines::base64(opaque).filter(|opaque| opaque.len() <= MAX_EXTRA_BYTES);
            extra = Some(opaque.ok_or(BadProofFile::Extra)?);
            line = 3;
            text = next().ok_or(BadProofFile::Index { line })?;
        }
        let index = text.strip_prefix("index ").and_then(lines::decimal).ok_or(BadProofFile::Index { line })?;
        let mut path = Vec::new();
        loop {
            line += 1;
            let text = next().ok_or(BadProofFile::Hash { line })?;
            if text.is_empty() {
                break;
            }
            if path.len() == MAX_PROOF_HASHES {
                return Err(BadProofFile::TooManyHashes);
            }
            path.push(Hash::from_base64(text).ok_or(BadProofFile::Hash { line })?);
        }
        let checkpoint = Note::parse(rest.as_bytes()).map_err(|cause| BadProofFile::Checkpoint { after: line, cause })?;
        Ok(Self { extra, index, path, checkpoint })
    }

    /// Whether the entry with the hash `leaf`, which the caller computes from what it has in hand, stands in a log as the policy asks. A proof is
    /// good for ever; `fresh` is for who wants to know that the log was watched lately.
    ///
    /// # Errors
    /// Says which step failed first.
    pub fn verify<'p>(&self, leaf: &Hash, policy: &'p Policy, fresh: Option<Fresh>) -> Result<Believed<'p>, ProofFailure> {
        let believed = policy.believe(&self.checkpoint, fresh)?;
        verify_inclusion(self.index, believed.checkpoint.size(), leaf, &self.path, &believed.checkpoint.root())?;
        Ok(believed)
    }
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{MAGIC}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
