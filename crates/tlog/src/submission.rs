//! What a log and a witness say to each other: the request `add-checkpoint` and its answers, both ways. c2sp.org/tlog-witness.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::{
    checkpoint::{BadCheckpoint, Checkpoint},
    hash::Hash,
    key::Vkey,
    lines,
    merkle::MAX_PROOF_HASHES,
    note::{BadNote, MAX_NOTE_BYTES, MAX_SIGNATURES, Note, SignatureLine},
};

/// A longer request is not read, in bytes: the note, and before it one line for the old size, the proof and an empty line.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + 32 + 45 * MAX_PROOF_HASHES;
/// The type of an answer that says how far the witness is.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// A log asks a witness to cosign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

/// Why bytes are not such a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    #[error("the request is longer than {MAX_REQUEST_BYTES} bytes")]
    TooLong,
    #[error("the request is not UTF-8")]
    NotUtf8,
    #[error("line 1 is not \"old\" and a size")]
    Old,
    #[error("line {line} is neither a hash in base64 nor the empty line after the proof")]
    Hash { line: usize },
    #[error("the proof has more than {MAX_PROOF_HASHES} hashes")]
    TooManyHashes,
    #[error("the note after line {after}: {cause}")]
    Note { after: usize, cause: BadNote },
    #[error("{0}")]
    Checkpoint(#[from] BadCheckpoint),
    #[error("the old size is larger than the checkpoint's")]
    OldIsLarger,
}

impl AddCheckpoint {
    /// A request to cosign this note, from a size the witness is known to have cosigned (0 if none), with the proof from there.
    ///
    /// # Errors
    /// When it would not be one.
    pub fn new(old_size: u64, proof: Vec<Hash>, note: Note) -> Result<Self, BadRequest> {
        let checkpoint = Checkpoint::parse(note.text())?;
        if proof.len() > MAX_PROOF_HASHES {
            return Err(BadRequest::TooManyHashes);
        }
        if old_size > checkpoint.size() {
            return Err(BadRequest::OldIsLarger);
        }
        Ok(Self { old_size, proof, note, checkpoint })
    }

    /// Reads a request's body.
    ///
    /// # Errors
    /// See [`BadRequest`]. A witness answers 400.
    pub fn parse(body: &[u8]) -> Result<Self, BadRequest> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(BadRequest::TooLong);
        }
        let body = std::str::from_utf8(body).map_err(|_| BadRequest::NotUtf8)?;
        let (first, mut rest) = body.split_once('\n').ok_or(BadRequest::Old)?;
        let old_size = first.strip_prefix("old ").and_then(lines::decimal).ok_or(BadRequest::Old)?;
        let mut proof = Vec::new();
        loop {
            let line = proof.len() + 2;
            let (text, after) = rest.split_once('\n').ok_or(BadRequest::Hash { line })?;
            rest = after;
            if text.is_empty() {
                break;
            }
            if proof.len() == MAX_PROOF_HASHES {
                return Err(BadRequest::TooManyHashes);
            }
            proof.push(Hash::from_base64(text).ok_or(BadRequest::Hash { line })?);
        }
        let after = proof.len() + 2;
        let note = Note::parse(rest.as_bytes()).map_err(|cause| BadRequest::Note { after, cause })?;
        Self::new(old_size, proof, note)
    }

    /// From which size the proof leads to the checkpoint.
    #[must_use]
    pub const fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The proof of consistency.
    #[must_use]
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint as it was signed.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// What the note says. Nobody has checked who signed it.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}

/// What a log takes from a witness's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WitnessAnswer {
    /// Lines of configured keys that verify on the very checkpoint that was sent.
    Cosigned(Vec<SignatureLine>),
    /// The witness has cosigned another size last: build the proof from there and ask again.
    Conflict { size: u64 },
    /// The witness has cosigned a larger tree than the one that was sent. A log whose last size this exceeds has lost its past, and must stop.
    Ahead { size: u64 },
    /// It refuses: 403, 404, 422 and whatever else it may say.
    Refused { status: u16 },
    /// It says yes without a valid cosignature of a configured key, or a conflict without a size.
    Nonsense { status: u16 },
}

/// Reads a witness's answer to a request with this checkpoint. Only lines of `cosigners`, the keys configured for this witness, are taken.
#[must_use]
pub fn read_answer<'k>(status: u16, body: &[u8], sent: &AddCheckpoint, cosigners: impl IntoIterator<Item = &'k Vkey>) -> WitnessAnswer {
    match status {
        200 => cosigned(body, sent, cosigners).map_or(WitnessAnswer::Nonsense { status }, WitnessAnswer::Cosigned),
        409 => match conflict_size(body) {
            Some(size) if size > sent.checkpoint.size() => WitnessAnswer::Ahead { size },
            // It asks for what it was given.
            Some(size) if size == sent.old_size => WitnessAnswer::Nonsense { status },
            Some(size) => WitnessAnswer::Conflict { size },
            None => WitnessAnswer::Nonsense { status },
        },
        _ => WitnessAnswer::Refused { status },
    }
}

fn conflict_size(body: &[u8]) -> Option<u64> {
    lines::decimal(std::str::from_utf8(body).ok()?.strip_suffix('\n')?)
}

/// Each configured key's line once. A configured key with a wrong line spoils the whole answer, as it would spoil the note.
fn cosigned<'k>(body: &[u8], sent: &AddCheckpoint, cosigners: impl IntoIterator<Item = &'k Vkey>) -> Option<Vec<SignatureLine>> {
    let body = std::str::from_utf8(body).ok().filter(|body| body.len() <= MAX_NOTE_BYTES)?;
    let answered = SignatureLine::parse_all(body, 0).ok().filter(|lines| lines.len() <= MAX_SIGNATURES)?;
    let mut taken = Vec::new();
    for key in cosigners {
        let mut own = answered.iter().filter(|line| key.is_named_by(line));
        let Some(line) = own.next() else { continue };
        let valid = |line: &SignatureLine| key.verify(sent.note.text(), line).is_some_and(|signed| signed.signed_at_s.is_some());
        if !valid(line) || !own.all(valid) {
            return None;
        }
        taken.push(line.clone());
    }
    (!taken.is_empty()).then_some(taken)
}

/// Where below its monitoring prefix a witness shows the latest checkpoint of a log that it cosigned.
#[must_use]
pub fn monitoring_path(origin: &str) -> String {
    format!("{}/checkpoint", Hash(Sha256::digest(origin).into()).hex())
}
