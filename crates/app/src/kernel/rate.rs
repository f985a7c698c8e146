//! How often something may be tried: counted in the database, so that it holds across processes.

use db::{Fault, Tx, params, sql};

use super::Micros;

/// Counts one more use of `name` in its current window and says whether it is still within `limit`.
/// The caller's transaction must commit for the use to count, so callers do this in a transaction of its own.
pub fn allow(tx: &mut Tx, name: &str, window: Micros, limit: i64, now: Micros) -> Result<bool, Fault> {
    let start = now - now.rem_euclid(window);
    let row = tx.query_one(
        sql("INSERT INTO rate_window (name, window_start, used) VALUES (?1, ?2, 1) \
             ON CONFLICT (name, window_start) DO UPDATE SET used = rate_window.used + 1 RETURNING used"),
        params![name, start],
    )?;
    Ok(row.int("used")? <= limit)
}

/// Forgets windows that began before `before`.
pub fn forget(tx: &mut Tx, before: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM rate_window WHERE window_start < ?1"), params![before])
}
