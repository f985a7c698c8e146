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

/// Takes up to `wanted` uses of `name` from what its current window has left, and says how many were granted. The row
/// stays locked until the caller's transaction ends, so the limit holds exactly across processes.
pub fn take(tx: &mut Tx, name: &str, window: Micros, limit: i64, wanted: i64, now: Micros) -> Result<i64, Fault> {
    let start = now - now.rem_euclid(window);
    let row = tx.query_one(
        sql("INSERT INTO rate_window (name, window_start, used) VALUES (?1, ?2, 0) \
             ON CONFLICT (name, window_start) DO UPDATE SET used = rate_window.used RETURNING used"),
        params![name, start],
    )?;
    let granted = wanted.min(limit - row.int("used")?).max(0);
    if granted > 0 {
        tx.execute_one(
            sql("UPDATE rate_window SET used = used + ?3 WHERE name = ?1 AND window_start = ?2"),
            params![name, start, granted],
        )?;
    }
    Ok(granted)
}

/// How often `name` was used since `since`, and when the first of the windows counted began.
pub fn used_since(tx: &mut Tx, name: &str, since: Micros) -> Result<Option<(i64, Micros)>, Fault> {
    let row = tx.query_one(
        sql("SELECT CAST(SUM(used) AS BIGINT) AS used, MIN(window_start) AS first FROM rate_window WHERE name = ?1 AND window_start >= ?2"),
        params![name, since],
    )?;
    Ok(row.opt_int("used")?.zip(row.opt_int("first")?))
}

/// Forgets windows that began before `before`.
pub fn forget(tx: &mut Tx, before: Micros) -> Result<u64, Fault> {
    tx.execute(sql("DELETE FROM rate_window WHERE window_start < ?1"), params![before])
}
