//! What an operator may choose without a new release: whole numbers with a default and limits. Each slice lists its own,
//! and `lib.rs` gathers them.

use db::{Fault, Tx, params, sql};

use super::{Id, Micros};

/// A choice: its name in the table, and the message `setting-<name with dashes>` that says what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: &'static str,
    pub default: i64,
    pub least: i64,
    pub most: i64,
}

impl Setting {
    /// What was chosen, or the default.
    pub fn get(&self, tx: &mut Tx) -> Result<i64, Fault> {
        let row = tx.query_opt(sql("SELECT value FROM setting WHERE name = ?1"), params![self.name])?;
        row.map_or(Ok(self.default), |row| row.int("value"))
    }

    pub fn set(&self, tx: &mut Tx, value: i64, person_id: Id, now: Micros) -> Result<(), Fault> {
        tx.execute_one(
            sql("INSERT INTO setting (name, value, set_by, set_at) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at"),
            params![self.name, value, person_id, now],
        )
    }

    pub fn allows(&self, value: i64) -> bool {
        (self.least..=self.most).contains(&value)
    }
}
