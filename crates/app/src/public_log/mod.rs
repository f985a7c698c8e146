//! The public log: facts of the outbox in one order that is never changed, hashed into a tree whose root is signed and witnessed.
//!
//! | question | file |
//! |---|---|
//! | what does the log hold of a gift, and what is kept for its donor? | `gifts.rs` |
//! | which fact stands where, when is a tree signed, and when published? | `sequence.rs` over `store.rs` |
//! | where are its files, and who is asked to witness? | `log.rs`, `folder.rs` |
//! | what does a donor take home? | `proof.rs` |
//! | what do strangers fetch? | `serve.rs` |
//! | what happened on a day, for spreadsheets and programs? | `data.rs` |
//! | is the log what the books say, and are its files what it says? | `check.rs` |
//!
//! What the bytes say is in the crate `openbook`, how they are hashed and signed in `tlog`.
//!
//! Invariants: a place that was given is never taken back; a tree is signed only after its files are durable and the last
//! signed tree was compared and swapped; what is published was cosigned by a quorum; a database from an older backup, or a second
//! sequencer, cannot sign another history.

mod check;
mod data;
mod folder;
pub mod gifts;
mod log;
mod pages;
mod proof;
mod sequence;
mod serve;
mod store;

use crate::jobs::Chore;
use crate::kernel::SECOND_US;

pub use check::{check, check_files};
pub use folder::Folder;
pub use log::{Log, Setup};
pub use pages::{proof_file, routes};
pub use proof::{GiftProof, of_entry, of_gift};
pub use serve::{is_file, router};
pub use store::{Heard, State, heard, state};

pub fn chores() -> Vec<Chore> {
    vec![Chore { name: "public log", every: SECOND_US, run: sequence::run }]
}
