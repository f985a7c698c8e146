//! Work after the commit: jobs enqueued in the transaction of the fact they follow, and chores that recur.
//!
//! A job may run twice and must not mind. One that fails is tried again later, each time after a longer wait; after
//! ten attempts it rests in `failed_job` with its reason, and the others go on. Each slice registers its own in `lib.rs`.

mod standing;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use db::{Fault, Tx, params, sql};

use crate::App;
use crate::kernel::{Id, MINUTE_US, Micros, SECOND_US, Trouble};

pub use standing::{ChoreBeat, Decision, Failed, Kind, beats, count_failed, decide_failed, failed, kinds};

/// A kind of job: its name in the table and the function that does it.
pub struct JobKind {
    pub kind: &'static str,
    pub run: fn(&App, payload: &str) -> Result<(), Trouble>,
}

/// Something done again and again, by every process; safe when two processes do it at once.
pub struct Chore {
    pub name: &'static str,
    pub every: Micros,
    pub run: fn(&App) -> Result<(), Trouble>,
}

const ATTEMPTS: i64 = 10;
/// How long a claimed job is left alone before another process may take it up.
const CLAIM: Micros = 5 * MINUTE_US;

/// Enqueues a job in the caller's transaction.
pub fn enqueue(tx: &mut Tx, id: Id, kind: &'static str, payload: &str, run_at: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO job (id, kind, payload, run_at, attempts, claimed_until) VALUES (?1, ?2, ?3, ?4, 0, 0)"),
        params![id, kind, payload, run_at],
    )
}

struct Claimed {
    id: Id,
    kind: String,
    payload: String,
    attempts: i64,
}

/// Runs every job that is due, one after the other, and says how many there were.
pub fn run_due(app: &App) -> Result<usize, Fault> {
    let mut done = 0;
    while let Some(job) = claim(app)? {
        let outcome = match app.jobs().iter().find(|k| k.kind == job.kind) {
            Some(kind) => std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (kind.run)(app, &job.payload)))
                .unwrap_or_else(|_| Err(crate::kernel::Refusal::new(500, "refusal-our-fault").into())),
            None => Err(crate::kernel::Refusal::new(500, "refusal-our-fault").into()),
        };
        finish(app, &job, outcome)?;
        done += 1;
    }
    Ok(done)
}

fn claim(app: &App) -> Result<Option<Claimed>, Fault> {
    let now = app.clock.now();
    app.db.write(|tx| {
        let Some(row) = tx.query_opt(
            sql("SELECT id, kind, payload, attempts FROM job WHERE run_at <= ?1 AND claimed_until <= ?1 ORDER BY run_at, id LIMIT 1"),
            params![now],
        )?
        else {
            return Ok(None);
        };
        let job = Claimed {
            id: row.int("id")?,
            kind: row.text("kind")?.to_owned(),
            payload: row.text("payload")?.to_owned(),
            attempts: row.int("attempts")? + 1,
        };
        let taken = tx.execute(
            sql("UPDATE job SET claimed_until = ?2, attempts = ?3 WHERE id = ?1 AND claimed_until <= ?4"),
            params![job.id, now + CLAIM, job.attempts, now],
        )?;
        Ok((taken == 1).then_some(job))
    })
}

fn finish(app: &App, job: &Claimed, outcome: Result<(), Trouble>) -> Result<(), Fault> {
    let now = app.clock.now();
    let Err(trouble) = outcome else {
        return app.db.write(|tx| tx.execute(sql("DELETE FROM job WHERE id = ?1"), params![job.id]).map(|_| ()));
    };
    let reason = match trouble {
        Trouble::Refused(refusal) => refusal.key.to_owned(),
        Trouble::Fault(fault) => fault.to_string(),
    };
    tracing::warn!(kind = job.kind, attempts = job.attempts, reason, "a job did not succeed");
    if job.attempts < ATTEMPTS {
        let wait = (SECOND_US << (2 * job.attempts).min(12)).min(60 * MINUTE_US);
        return app.db.write(|tx| {
            tx.execute(
                sql("UPDATE job SET run_at = ?2, claimed_until = 0, last_error = ?3 WHERE id = ?1"),
                params![job.id, now + wait, reason.as_str()],
            )
            .map(|_| ())
        });
    }
    app.db.write(|tx| {
        tx.execute(
            sql("INSERT INTO failed_job (id, kind, payload, attempts, error, failed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING"),
            params![job.id, job.kind.as_str(), job.payload.as_str(), job.attempts, reason.as_str(), now],
        )?;
        tx.execute(sql("DELETE FROM job WHERE id = ?1"), params![job.id]).map(|_| ())
    })
}

/// Does every chore once, whatever the time. Tests use it to let the world catch up.
pub fn run_chores(app: &App) {
    for chore in app.chores() {
        do_chore(app, chore);
    }
}

fn do_chore(app: &App, chore: &Chore) {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (chore.run)(app)));
    let failure = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(Trouble::Fault(fault))) => Some(fault.to_string()),
        Ok(Err(Trouble::Refused(refusal))) => Some(refusal.key.to_owned()),
        Err(_) => Some("it panicked".to_owned()),
    };
    if let Some(reason) = &failure {
        tracing::error!(chore = chore.name, reason, "a chore failed");
    }
    standing::tell(app, chore.name, failure.as_deref());
}

/// Runs jobs and chores in threads of their own until `stop` is set: one thread for jobs, one a chore, so that a slow
/// outside service never holds up the books.
pub fn start(app: &Arc<App>, stop: &Arc<AtomicBool>) -> Vec<std::thread::JoinHandle<()>> {
    let mut threads = Vec::new();
    let (jobs_app, jobs_stop) = (app.clone(), stop.clone());
    threads.push(std::thread::spawn(move || {
        while !jobs_stop.load(Ordering::Relaxed) {
            if let Err(fault) = run_due(&jobs_app) {
                tracing::error!(error = %fault, "jobs could not be read");
            }
            nap(&jobs_stop, 200 * SECOND_US / 1000);
        }
    }));
    for index in 0..app.chores().len() {
        let (app, stop) = (app.clone(), stop.clone());
        threads.push(std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let chore = &app.chores()[index];
                do_chore(&app, chore);
                nap(&stop, chore.every);
            }
        }));
    }
    threads
}

/// Sleeps in short pieces, so that stopping the program never waits for a long chore's pause.
fn nap(stop: &AtomicBool, length: Micros) {
    let mut left = u64::try_from(length).unwrap_or(0);
    while left > 0 && !stop.load(Ordering::Relaxed) {
        let piece = left.min(200_000);
        std::thread::sleep(Duration::from_micros(piece));
        left -= piece;
    }
}
