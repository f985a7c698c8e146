//! What the log says, read and written by people who may mean harm.

mod batches;
mod books;
mod entries;
mod keys;
mod proofs;
