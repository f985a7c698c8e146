//! A decision as whoever it concerns reads it: what was decided about, by whom, when and why. Slices tell theirs, and say how
//! each kind is taken back; appeals against them are taken and judged by operations.

use std::collections::BTreeSet;

use db::{Fault, Row, Tx};

use super::{Id, Micros, Trouble};

/// Whom a decision concerns: an organisation appeals at its desk, a person on their own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concerned {
    Organisation(Id),
    Person(Id),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The kind of decision, as `Appealable` names it, and the id of what was decided about.
    pub thing: &'static str,
    pub thing_id: Id,
    /// What it is called.
    pub title: String,
    /// The reason as it was given.
    pub reason: String,
    pub decided_by: Id,
    pub decided_at: Micros,
    pub concerned: Concerned,
}

impl Decision {
    /// Reads rows with `thing_id`, `title`, `reason`, `decided_by` and `decided_at`, the newest first: of each thing the newest.
    pub fn newest(thing: &'static str, concerned: Concerned, rows: &[Row]) -> Result<Vec<Decision>, Fault> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        for row in rows {
            let thing_id = row.int("thing_id")?;
            if seen.insert(thing_id) {
                found.push(Decision {
                    thing,
                    thing_id,
                    title: row.text("title")?,
                    reason: row.text("reason")?,
                    decided_by: row.int("decided_by")?,
                    decided_at: row.int("decided_at")?,
                    concerned,
                });
            }
        }
        Ok(found)
    }
}

/// A kind of decisions that can be appealed.
pub struct Appealable {
    pub thing: &'static str,
    /// The newest decision about each thing of whom it concerns, with its reason; at most two hundred.
    pub about: fn(&mut Tx, Concerned) -> Result<Vec<Decision>, Fault>,
    /// Takes the decision back, because another reviewer found the appeal right. False: things have moved on, and there is
    /// nothing left that could be taken back.
    pub take_back: fn(&mut Tx, &TakingBack) -> Result<bool, Trouble>,
}

/// A decision that is being taken back.
pub struct TakingBack<'a> {
    pub thing_id: Id,
    pub decided_at: Micros,
    pub appellant: Id,
    pub reviewer: Id,
    /// Why, as the reviewer wrote it.
    pub reason: &'a str,
    /// For whatever has to be written down; made before the transaction.
    pub ids: [Id; 4],
    pub now: Micros,
}

/// How many decisions of a kind are looked at, the newest first.
pub const DECISIONS_SHOWN: i64 = 200;
