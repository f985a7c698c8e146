//! Keys: the line that makes one known to others, the file that keeps the private one, signing and verifying. c2sp.org/signed-note "Verification
//! keys", c2sp.org/tlog-cosignature.
//!
//! One key has one role, and the role is in its type: a log's key cannot cosign and a cosigner's cannot sign a checkpoint.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::{
    checkpoint::Checkpoint,
    cosignature::ed25519_message,
    lines,
    note::{Note, SignatureLine, Signed},
};

const TYPE_LOG: u8 = 0x01;
const TYPE_COSIGNER: u8 = 0x04;
#[cfg(feature = "ml-dsa")]
const TYPE_COSIGNER_ML_DSA: u8 = 0x06;
/// The longest line is that of an ML-DSA key with a long name, in bytes.
const MAX_LINE_BYTES: usize = 4096;
const PRIVATE: &str = "PRIVATE+KEY+";
/// The largest time the format can hold: a positive 64-bit number with a sign.
const LAST_SECOND: u64 = i64::MAX as u64;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A log's checkpoints and promises: type 0x01.
    Log,
    /// Another's checkpoints, with the time: types 0x04 and 0x06.
    Cosigner,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Public {
    Log(VerifyingKey),
    Cosigner(VerifyingKey),
    #[cfg(feature = "ml-dsa")]
    MlDsa(Box<crate::ml_dsa44::Public>),
}

/// A public key with its name: `name+id+key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vkey {
    name: String,
    id: u32,
    public: Public,
}

/// Why a line is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("a key is written as its name, eight hexadecimal digits and base64, with + between them")]
    Form,
    #[error("the name of the key is empty, too long, or has a space in it")]
    Name,
    #[error("keys of type {0:#04x} are not understood")]
    Type(u8),
    #[error("the key's bytes are not a key of its type")]
    Bytes,
    #[error("the eight digits do not belong to this name and key")]
    Id,
    #[error("the key is a log's, and a cosigner's is needed")]
    NotACosigner,
    #[error("the key is a cosigner's, and a log's is needed")]
    NotALog,
}

/// The first four bytes of SHA-256 over name, line break, type and key.
fn key_id(name: &str, kind: u8, public: &[u8]) -> u32 {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', kind]).chain_update(public).finalize();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// `name+id+base64` taken apart, the key's type before its bytes.
fn parts(text: &str) -> Result<(&str, u32, u8, Vec<u8>), BadKey> {
    if text.len() > MAX_LINE_BYTES {
        return Err(BadKey::Form);
    }
    // Base64 may have a + of its own, so the name is what stands before the first.
    let (name, rest) = text.split_once('+').ok_or(BadKey::Form)?;
    let (id, key) = rest.split_once('+').ok_or(BadKey::Form)?;
    if !lines::is_key_name(name) {
        return Err(BadKey::Name);
    }
    let id = lines::key_id(id).ok_or(BadKey::Form)?;
    let key = lines::base64(key).ok_or(BadKey::Form)?;
    let (kind, key) = key.split_first().ok_or(BadKey::Form)?;
    Ok((name, id, *kind, key.to_vec()))
}

impl Vkey {
    fn new(name: &str, public: Public) -> Self {
        let mut key = Self { name: name.to_owned(), id: 0, public };
        key.id = key_id(name, key.kind(), &key.public_bytes());
        key
    }

    /// Reads a key's line, without line break.
    ///
    /// # Errors
    /// See [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let (name, id, kind, bytes) = parts(text)?;
        let ed25519 = || {
            let bytes = bytes.as_slice().try_into().map_err(|_| BadKey::Bytes)?;
            // A weak key verifies what nobody signed.
            VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak()).ok_or(BadKey::Bytes)
        };
        let public = match kind {
            TYPE_LOG => Public::Log(ed25519()?),
            TYPE_COSIGNER => Public::Cosigner(ed25519()?),
            #[cfg(feature = "ml-dsa")]
            TYPE_COSIGNER_ML_DSA => Public::MlDsa(Box::new(crate::ml_dsa44::Public::from_bytes(&bytes).ok_or(BadKey::Bytes)?)),
            other => return Err(BadKey::Type(other)),
        };
        let key = Self::new(name, public);
        if key.id == id { Ok(key) } else { Err(BadKey::Id) }
    }

    /// The name, for a log its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of the key's hash.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// What the key signs.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self.public {
            Public::Log(_) => Role::Log,
            _ => Role::Cosigner,
        }
    }

    const fn kind(&self) -> u8 {
        match self.public {
            Public::Log(_) => TYPE_LOG,
            Public::Cosigner(_) => TYPE_COSIGNER,
            #[cfg(feature = "ml-dsa")]
            Public::MlDsa(_) => TYPE_COSIGNER_ML_DSA,
        }
    }

    /// The key alone, without name and type: two keys with the same bytes are one signer.
    pub(crate) fn public_bytes(&self) -> Vec<u8> {
        match &self.public {
            Public::Log(key) | Public::Cosigner(key) => key.as_bytes().to_vec(),
            #[cfg(feature = "ml-dsa")]
            Public::MlDsa(key) => key.to_bytes(),
        }
    }

    /// The line names this key, rightly or not.
    pub(crate) fn is_named_by(&self, line: &SignatureLine) -> bool {
        line.key_id == self.id && line.name == self.name
    }

    /// Whether the line is this key's signature of the text.
    pub(crate) fn verify(&self, text: &str, line: &SignatureLine) -> Option<Signed<'_>> {
        let signed_at_s = match &self.public {
            Public::Log(key) => {
                verify_ed25519(key, text.as_bytes(), &line.signature)?;
                None
            }
            Public::Cosigner(key) => {
                let (time, signature) = timestamp(&line.signature)?;
                verify_ed25519(key, ed25519_message(time, text).as_bytes(), signature)?;
                Some(time)
            }
            #[cfg(feature = "ml-dsa")]
            Public::MlDsa(key) => {
                let (time, signature) = timestamp(&line.signature)?;
                let checkpoint = Checkpoint::parse(text).ok()?;
                let message = crate::cosignature::ml_dsa_message(&self.name, time, &checkpoint)?;
                (time != 0 && key.verifies(&message, signature)).then_some(())?;
                Some(time)
            }
        };
        Some(Signed { key: self, signed_at_s })
    }
}

/// The witness's key is not ours, so signatures that other verifiers might see differently are refused.
fn verify_ed25519(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> Option<()> {
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    key.verify_strict(message, &signature).ok()
}

/// Eight bytes of time before the signature itself.
fn timestamp(payload: &[u8]) -> Option<(u64, &[u8])> {
    let (time, signature) = payload.split_first_chunk()?;
    Some((u64::from_be_bytes(*time), signature)).filter(|(time, _)| *time <= LAST_SECOND)
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.kind()];
        key.extend(self.public_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(key))
    }
}

/// A log's private key.
pub struct LogKey {
    vkey: Vkey,
    key: SigningKey,
}

enum Secret {
    Ed25519(Box<SigningKey>),
    #[cfg(feature = "ml-dsa")]
    MlDsa(Box<crate::ml_dsa44::Secret>),
}

/// A cosigner's private key. It is used for nothing else: the name is not part of what an Ed25519 cosigner signs.
pub struct CosignerKey {
    vkey: Vkey,
    secret: Secret,
}

fn private_line(vkey: &Vkey, seed: &[u8; 32]) -> String {
    let mut key = vec![vkey.kind()];
    key.extend(seed);
    format!("{PRIVATE}{}+{:08x}+{}", vkey.name, vkey.id, STANDARD.encode(key))
}

/// Reads `PRIVATE+KEY+name+id+base64`, with or without a line break at its end.
fn private_parts(text: &str) -> Result<(&str, u32, u8, [u8; 32]), BadKey> {
    let line = text.strip_suffix('\n').unwrap_or(text).strip_prefix(PRIVATE).ok_or(BadKey::Form)?;
    let (name, id, kind, seed) = parts(line)?;
    Ok((name, id, kind, seed.try_into().map_err(|_| BadKey::Bytes)?))
}

impl LogKey {
    /// The key that 32 random bytes make.
    ///
    /// # Errors
    /// When the name cannot be one.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, BadKey> {
        if !lines::is_key_name(name) {
            return Err(BadKey::Name);
        }
        let key = SigningKey::from_bytes(seed);
        Ok(Self { vkey: Vkey::new(name, Public::Log(key.verifying_key())), key })
    }

    /// Reads a private key's file.
    ///
    /// # Errors
    /// Also when it is a cosigner's.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let (name, id, kind, seed) = private_parts(text)?;
        match kind {
            TYPE_LOG => {}
            TYPE_COSIGNER | 0x06 => return Err(BadKey::NotALog),
            other => return Err(BadKey::Type(other)),
        }
        let key = Self::from_seed(name, &seed)?;
        if key.vkey.id == id { Ok(key) } else { Err(BadKey::Id) }
    }

    /// What [`LogKey::parse`] reads. A secret: whoever has it can speak for the log.
    #[must_use]
    pub fn to_private_line(&self) -> String {
        private_line(&self.vkey, self.key.as_bytes())
    }

    /// The public half.
    #[must_use]
    pub const fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// A checkpoint of this log, signed. Before it is called, the files of this size are durable and the caller has made sure that nothing else was
    /// ever signed at this size. `None` when the origin is another's.
    #[must_use]
    pub fn sign_checkpoint(&self, checkpoint: &Checkpoint) -> Option<Note> {
        let own = checkpoint.origin() == self.vkey.name;
        checkpoint.note().filter(|_| own).map(|note| self.sign(note))
    }

    /// Another statement of the log, e.g. a promise. `None` when it cannot stand in a note, or when it begins with the log's origin and so could be
    /// taken for a checkpoint.
    #[must_use]
    pub fn sign_statement(&self, text: &str) -> Option<Note> {
        if text.split('\n').next() == Some(self.vkey.name()) {
            return None;
        }
        Note::unsigned(text.to_owned()).map(|note| self.sign(note))
    }

    fn sign(&self, mut note: Note) -> Note {
        let signature = self.key.sign(note.text().as_bytes()).to_vec();
        note.signatures.push(SignatureLine { name: self.vkey.name.clone(), key_id: self.vkey.id, signature });
        note
    }
}

impl CosignerKey {
    /// The Ed25519 key that 32 random bytes make.
    ///
    /// # Errors
    /// When the name cannot be one.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, BadKey> {
        if !lines::is_key_name(name) {
            return Err(BadKey::Name);
        }
        let key = SigningKey::from_bytes(seed);
        Ok(Self { vkey: Vkey::new(name, Public::Cosigner(key.verifying_key())), secret: Secret::Ed25519(Box::new(key)) })
    }

    /// The ML-DSA-44 key that 32 random bytes make.
    ///
    /// # Errors
    /// When the name cannot be one.
    #[cfg(feature = "ml-dsa")]
    pub fn ml_dsa_from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, BadKey> {
        if !lines::is_key_name(name) {
            return Err(BadKey::Name);
        }
        let key = Box::new(crate::ml_dsa44::Secret::from_seed(seed));
        Ok(Self { vkey: Vkey::new(name, Public::MlDsa(Box::new(key.public()))), secret: Secret::MlDsa(key) })
    }

    /// Reads a private key's file.
    ///
    /// # Errors
    /// Also when it is a log's.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let (name, id, kind, seed) = private_parts(text)?;
        let key = match kind {
            TYPE_COSIGNER => Self::from_seed(name, &seed)?,
            #[cfg(feature = "ml-dsa")]
            TYPE_COSIGNER_ML_DSA => Self::ml_dsa_from_seed(name, &seed)?,
            TYPE_LOG => return Err(BadKey::NotACosigner),
            other => return Err(BadKey::Type(other)),
        };
        if key.vkey.id == id { Ok(key) } else { Err(BadKey::Id) }
    }

    /// What [`CosignerKey::parse`] reads. A secret: whoever has it can speak for the witness.
    #[must_use]
    pub fn to_private_line(&self) -> String {
        match &self.secret {
            Secret::Ed25519(key) => private_line(&self.vkey, key.as_bytes()),
            #[cfg(feature = "ml-dsa")]
            Secret::MlDsa(key) => private_line(&self.vkey, key.seed()),
        }
    }

    /// The public half.
    #[must_use]
    pub const fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// States that at this time, in seconds since 1970, this was the largest consistent tree the signer had seen of this origin. Whether that is
    /// so is decided before: see [`crate::witness`]. `None` when the time or a name does not fit into the format.
    #[must_use]
    pub fn cosign(&self, checkpoint: &Checkpoint, now_s: u64) -> Option<SignatureLine> {
        if now_s == 0 || now_s > LAST_SECOND {
            return None;
        }
        let signature = match &self.secret {
            Secret::Ed25519(key) => key.sign(ed25519_message(now_s, &checkpoint.text()).as_bytes()).to_vec(),
            #[cfg(feature = "ml-dsa")]
            Secret::MlDsa(key) => key.sign(&crate::cosignature::ml_dsa_message(&self.vkey.name, now_s, checkpoint)?)?,
        };
        let payload = [&now_s.to_be_bytes()[..], &signature].concat();
        Some(SignatureLine { name: self.vkey.name.clone(), key_id: self.vkey.id, signature: payload })
    }
}
