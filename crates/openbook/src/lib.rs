//! What the public log says, and the rules that it keeps: for whoever writes it, whoever witnesses it, and whoever checks a
//! gift's proof at home. Pure: no I/O, no clock, no randomness.
//!
//! | question | file |
//! |---|---|
//! | which bytes are hashed into the tree for a fact? | [`entry`], spelled by [`canonical`] |
//! | what does the log publish of each gift of a batch? | [`batch`] |
//! | what does it hold of a gift instead of the donor? | [`commitment`] |
//! | how is one gift's key destroyed and all others kept? | [`keys`] |
//! | what does a gift's proof carry, and is it true? | [`proof`] |
//! | what can a donor hold against a log that leaves a fact out? | [`promise`] |
//! | do the books hold, as the entries alone tell them? | [`books`] |
//!
//! Units: amounts in fen, ids as decimal text (they are larger than a browser's whole numbers), hashes in lower-case hexadecimal
//! where they stand in JSON.

#![forbid(unsafe_code)]

pub mod batch;
pub mod books;
pub mod canonical;
pub mod commitment;
pub mod entry;
pub mod keys;
pub mod promise;
pub mod proof;
pub mod spans;
pub mod time;

pub use books::{Books, Broken, Violation};
pub use commitment::{Opening, hex, unhex};
pub use entry::{BadEntry, Entry};
pub use keys::{Key, Keys};
pub use proof::{Shown, ShownGift};
