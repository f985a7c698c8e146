//! The program as people start it: its commands, and what is left in the books when it is killed.

mod backup;
mod bench;
mod crash;
mod demo;
mod program;
mod report;
