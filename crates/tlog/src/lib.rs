//! The public log as bytes in, bytes out: a Merkle tree in tiles, checkpoints that are signed and cosigned, proofs that a stranger verifies offline.
//! It speaks the formats of C2SP, so that tools nobody here wrote can read what we publish.
//!
//! Pure: nothing here opens a file or connection, reads a clock or draws lots. The caller reads tiles, gives the time, makes the seeds of keys.
//!
//! | asked | file | specification |
//! |---|---|---|
//! | how is an entry hashed, and two subtrees? | `hash.rs` | RFC 6962 §2.1 |
//! | does a path or a proof of consistency hold? what is kept to append? | `merkle.rs` | RFC 9162 §2.1.3, §2.1.4 |
//! | entries in, which files out? what is read again after a crash? | `growth.rs` | c2sp.org/tlog-tiles |
//! | which file holds what, and which are new at a size? | `tile.rs` | c2sp.org/tlog-tiles |
//! | how do entries lie in a bundle? | `bundle.rs` | c2sp.org/tlog-tiles |
//! | how is a proof made from tiles? | `prove.rs` | RFC 6962 §2.1.1, §2.1.2 |
//! | one root for the side data of a batch, one path a gift? | `batch.rs` | RFC 6962 §2.1 |
//! | who signed a text? | `note.rs`, `key.rs` | c2sp.org/signed-note |
//! | what does a log commit to? | `checkpoint.rs` | c2sp.org/tlog-checkpoint |
//! | what exactly does a cosigner sign? | `cosignature.rs` | c2sp.org/tlog-cosignature |
//! | what do log and witness say to each other? | `submission.rs` | c2sp.org/tlog-witness |
//! | may a witness cosign this? | `witness.rs` | c2sp.org/tlog-witness |
//! | what does a donor hold in hand, and why is it not believed? | `proof_file.rs` | c2sp.org/tlog-proof |
//! | whom do we believe, and how many? | `policy.rs` | c2sp.org/tlog-policy |
//!
//! Units: sizes and indices count entries; times are seconds since 1970 (`…_s`), as the formats have them; lengths are bytes (`…_BYTES`).
//!
//! Why our own: the libraries that do parts of this are wrong on the wire or bring hundreds of packages; three of them are the oracles of our tests.
//! Deliberately absent: extension lines of our own, ECDSA, pruning, mirrors' push protocol, `sign-subtree`.
//!
//! A log of three entries, one witness, and a proof that holds without either of them:
//!
//! ```
//! use tlog::{AddCheckpoint, Checkpoint, CosignerKey, Decision, Growth, Hash, LogKey, Policy, ProofFile, TiledTree, decide};
//! use std::collections::HashMap;
//!
//! let log = LogKey::from_seed("log.example.org/gifts", &[1; 32])?;
//! let witness = CosignerKey::from_seed("witness.example.edu", &[2; 32])?;
//!
//! // Entries in, files out: these must be durable before the size is signed.
//! let mut growth = Growth::new();
//! for entry in ["one gift", "another gift", "a payout"] {
//!     growth.append(entry.as_bytes())?;
//! }
//! let files: HashMap<_, _> = growth.take_files().into_iter().collect();
//! let checkpoint = Checkpoint::new(log.vkey().name(), growth.size(), growth.root()).expect("an origin");
//! let note = log.sign_checkpoint(&checkpoint).expect("its own");
//!
//! // The witness has seen nothing of this log yet.
//! let request = AddCheckpoint::new(0, Vec::new(), note)?;
//! let Decision::Cosign { note: cosigned, .. } = decide(&request, &[log.vkey().clone()], None, &[&witness], 1_790_000_000) else {
//!     panic!("a first checkpoint is cosigned");
//! };
//!
//! let path = TiledTree::new(growth.size(), |tile| files.get(&tile).ok_or("no such file")).inclusion(1)?;
//! let file = ProofFile { extra: None, index: 1, path, checkpoint: cosigned }.to_string();
//!
//! // Elsewhere, with nothing but the file, the entry and a policy.
//! let policy = format!("log {}\nwitness w {}\nquorum w\n", log.vkey(), witness.vkey());
//! let policy = Policy::parse(policy.as_bytes())?;
//! let believed = ProofFile::parse(file.as_bytes())?.verify(&Hash::of_leaf(b"another gift"), &policy, None)?;
//! assert_eq!(believed.checkpoint.size(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod batch;
mod bundle;
mod checkpoint;
mod cosignature;
mod growth;
mod hash;
mod key;
mod lines;
mod merkle;
#[cfg(feature = "ml-dsa")]
mod ml_dsa44;
mod note;
mod policy;
mod proof_file;
mod prove;
mod submission;
mod tile;
mod witness;

pub use batch::Batch;
pub use bundle::{BadBundle, EntryTooLong, MAX_ENTRY_BYTES, entries, entries_of_width, push_entry};
pub use checkpoint::{BadCheckpoint, Checkpoint};
pub use growth::{BadEdge, Growth};
pub use hash::{EMPTY_ROOT, HASH_BYTES, Hash};
pub use key::{BadKey, CosignerKey, LogKey, Role, Vkey};
pub use merkle::{BadFrontier, Frontier, MAX_PROOF_HASHES, NotProved, verify_consistency, verify_inclusion};
pub use note::{BadNote, MAX_NOTE_BYTES, MAX_SIGNATURES, NotSigned, Note, SignatureLine, Signed};
pub use policy::{
    BadLine, BadPolicy, Believed, Fresh, Log, MAX_MEMBERS, MAX_POLICY_BYTES, MAX_SKEW_S, NotBelieved, Policy, Threshold, Witness,
};
pub use proof_file::{BadProofFile, MAX_EXTRA_BYTES, MAX_PROOF_FILE_BYTES, ProofFailure, ProofFile, Step};
pub use prove::{CannotProve, TiledTree};
pub use submission::{AddCheckpoint, BadRequest, MAX_REQUEST_BYTES, SIZE_CONTENT_TYPE, WitnessAnswer, monitoring_path, read_answer};
pub use tile::{Address, BadAddress, Kind, TILE_BYTES, TILE_WIDTH, written_between};
pub use witness::{Answer, Decision, Refused, Seen, decide};
