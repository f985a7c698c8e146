//! How jobs and chores stand: what is due, what gave up and what was decided about it, when each chore last succeeded.

use db::{Fault, Tx, params, sql};

use crate::App;
use crate::kernel::{DAY_US, Id, Micros};

/// How the jobs of one kind stand.
pub struct Kind {
    pub kind: String,
    pub jobs: i64,
    pub due: i64,
    pub oldest_due_at: Option<Micros>,
}

pub fn kinds(tx: &mut Tx, now: Micros) -> Result<Vec<Kind>, Fault> {
    let rows = tx.query(
        sql("SELECT kind, COUNT(*) AS jobs, COUNT(CASE WHEN run_at <= ?1 THEN 1 END) AS due, MIN(CASE WHEN run_at <= ?1 THEN run_at END) AS oldest_due_at \
             FROM job GROUP BY kind ORDER BY kind"),
        params![now],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Kind { kind: row.text("kind")?, jobs: row.int("jobs")?, due: row.int("due")?, oldest_due_at: row.opt_int("oldest_due_at")? })
        })
        .collect()
}

/// A job that gave up.
pub struct Failed {
    pub id: Id,
    pub kind: String,
    pub attempts: i64,
    pub error: String,
    pub failed_at: Micros,
}

/// The oldest jobs that gave up.
pub fn failed(tx: &mut Tx) -> Result<Vec<Failed>, Fault> {
    let rows = tx.query(sql("SELECT id, kind, attempts, error, failed_at FROM failed_job ORDER BY failed_at, id LIMIT 50"), params![])?;
    rows.iter()
        .map(|row| {
            Ok(Failed {
                id: row.int("id")?,
                kind: row.text("kind")?,
                attempts: row.int("attempts")?,
                error: row.text("error")?,
                failed_at: row.int("failed_at")?,
            })
        })
        .collect()
}

pub fn count_failed(tx: &mut Tx) -> Result<i64, Fault> {
    tx.query_one(sql("SELECT COUNT(*) AS failed FROM failed_job"), params![])?.int("failed")
}

/// What a person decides about a job that gave up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    Retried,
    Discarded,
}

/// Carries it out and keeps the reason; false when the job is not there (any more).
pub fn decide_failed(
    tx: &mut Tx,
    decision_id: Id,
    id: Id,
    decision: Decision,
    reason: &str,
    person_id: Id,
    now: Micros,
) -> Result<bool, Fault> {
    let Some(row) = tx.query_opt(sql("SELECT kind, payload, error FROM failed_job WHERE id = ?1"), params![id])? else { return Ok(false) };
    let (kind, payload, error) = (row.text("kind")?, row.text("payload")?, row.text("error")?);
    if tx.execute(sql("DELETE FROM failed_job WHERE id = ?1"), params![id])? != 1 {
        return Ok(false);
    }
    let word = match decision {
        Decision::Retried => {
            tx.execute_one(
                sql("INSERT INTO job (id, kind, payload, run_at, attempts, claimed_until) VALUES (?1, ?2, ?3, ?4, 0, 0)"),
                params![id, &kind, &payload, now],
            )?;
            "retried"
        }
        Decision::Discarded => "discarded",
    };
    tx.execute_one(
        sql("INSERT INTO job_decision (id, job_id, kind, payload, error, decision, reason, person_id, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
        params![decision_id, id, &kind, &payload, &error, word, reason, person_id, now],
    )?;
    Ok(true)
}

/// When a chore last ended, in one process.
pub struct ChoreBeat {
    pub chore: String,
    pub succeeded_at: Option<Micros>,
    pub failed_at: Option<Micros>,
    pub reason: String,
}

/// What every process said about its chores in the last day.
pub fn beats(tx: &mut Tx, now: Micros) -> Result<Vec<ChoreBeat>, Fault> {
    let rows = tx.query(
        sql("SELECT chore, succeeded_at, failed_at, reason FROM chore_beat WHERE told_at > ?1 ORDER BY chore, process"),
        params![now - DAY_US],
    )?;
    rows.iter()
        .map(|row| {
            Ok(ChoreBeat {
                chore: row.text("chore")?,
                succeeded_at: row.opt_int("succeeded_at")?,
                failed_at: row.opt_int("failed_at")?,
                reason: row.text("reason")?,
            })
        })
        .collect()
}

/// Tells the database how a chore ended; not every time, since some chores run twice a second.
pub(super) fn tell(app: &App, chore: &'static str, failure: Option<&str>) {
    let Some(beat) = app.meters.chore(chore, failure.is_none(), app.clock.now()) else { return };
    let reason: String = failure.unwrap_or("").chars().take(300).collect();
    let told = app.db.write(|tx| {
        tx.execute_one(
            sql("INSERT INTO chore_beat (process, chore, succeeded_at, failed_at, reason, told_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT (process, chore) DO UPDATE SET succeeded_at = excluded.succeeded_at, failed_at = excluded.failed_at, \
                   reason = excluded.reason, told_at = excluded.told_at"),
            params![i64::from(app.process), chore, beat.succeeded_at, beat.failed_at, &reason, beat.told_at],
        )
    });
    if let Err(fault) = told {
        tracing::warn!(chore, error = %fault, "how a chore ended could not be written down");
    }
}
