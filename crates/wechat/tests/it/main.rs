//! The protocol from outside: golden vectors of another implementation, tampering tables, and every refusal by name.

mod answers;
mod bills;
mod fixtures;
mod garbage;
mod notifications;
mod requests;
mod signatures;
