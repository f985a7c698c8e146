//! A decision as whoever it concerns reads it: what was decided about, by whom, when and why. Slices tell theirs; appeals
//! against them are taken by operations.

use super::{Id, Micros};

#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The kind of thing and its id, as `claims` knows them.
    pub thing: &'static str,
    pub thing_id: Id,
    /// What it is called.
    pub title: String,
    /// The reason as it was given.
    pub reason: String,
    pub decided_by: Id,
    pub decided_at: Micros,
    /// Whom it concerns.
    pub organisation_id: Id,
}
