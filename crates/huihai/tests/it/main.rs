//! The program as people start it: its commands, and what is left in the books when it is killed.

mod backup;
mod bench;
mod crash;
mod demo;
mod program;
mod report;
mod watched;
mod witness;
mod witness_fails;
mod witness_validates;
