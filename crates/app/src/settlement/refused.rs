//! Notifications refused at the door, counted in memory and flushed to one row a day and reason, so that a flood of
//! forgeries can neither fill the disk nor queue for the database. A crash forgets at most the last second of counts.

use std::collections::HashMap;
use std::sync::Mutex;

use db::{Db, Fault, params, sql};

use crate::kernel::Micros;
use crate::kernel::civil::day_of;

#[derive(Default)]
pub struct Tally(Mutex<HashMap<&'static str, Counted>>);

#[derive(Clone)]
struct Counted {
    times: i64,
    last_at: Micros,
    last_detail: String,
}

impl Tally {
    /// Counts one refusal. `detail` says what an operator would look for; it never holds the message's body.
    pub fn count(&self, reason: &'static str, detail: &str, now: Micros) {
        let mut tally = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let entry = tally.entry(reason).or_insert(Counted { times: 0, last_at: now, last_detail: String::new() });
        entry.times += 1;
        entry.last_at = now;
        entry.last_detail = detail.chars().filter(|c| !c.is_control()).take(200).collect();
    }

    /// Writes what was counted; when the database is away the counts stay here.
    pub fn flush(&self, db: &Db) -> Result<(), Fault> {
        let counted = std::mem::take(&mut *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        if counted.is_empty() {
            return Ok(());
        }
        let written = db.write(|tx| {
            for (reason, c) in &counted {
                tx.execute_one(
                    sql("INSERT INTO refused_notification (day, reason, times, last_at, last_detail) VALUES (?1, ?2, ?3, ?4, ?5) \
                         ON CONFLICT (day, reason) DO UPDATE SET times = refused_notification.times + excluded.times, last_at = excluded.last_at, last_detail = excluded.last_detail"),
                    params![day_of(c.last_at), *reason, c.times, c.last_at, c.last_detail.as_str()],
                )?;
            }
            Ok(())
        });
        if written.is_err() {
            let mut tally = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for (reason, c) in counted {
                tally.entry(reason).and_modify(|t| t.times += c.times).or_insert(c);
            }
        }
        written
    }
}
