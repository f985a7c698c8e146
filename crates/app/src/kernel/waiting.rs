//! What waits for somebody. Every slice says what waits in its things; the desks only sort and show it.

use super::{Id, Micros};

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The message that names the queue it stands in, `waiting-…`.
    pub queue: &'static str,
    /// The kind of thing and its id, as `claims` knows them.
    pub thing: &'static str,
    pub thing_id: Id,
    /// What it is called; data, in the language it was written in.
    pub title: String,
    /// Where it is decided.
    pub href: String,
    pub since: Micros,
    /// When it should be done; nothing where no clock runs.
    pub due_at: Option<Micros>,
    /// The message that says what happens if nobody acts, `unattended-…`.
    pub unattended: &'static str,
}

/// How many items of one queue a slice reports, the oldest first.
pub const WAITING_SHOWN: i64 = 200;
