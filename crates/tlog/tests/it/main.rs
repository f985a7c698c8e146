//! The public log from outside: golden vectors of other implementations, independent oracles, tables of refusals, and bytes nobody meant.

mod garbage;
mod golden;
mod notes;
mod policies;
mod proofs;
mod sample;
mod trees;
mod witnesses;
