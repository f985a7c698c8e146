//! The batch writer: a bounded queue in front of group commits.
//!
//! Confirmations wait here for at most one commit. The queue is bounded: when it is full the channel is told to come
//! back (5xx) and does. Nothing is acknowledged before its commit.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use tokio::sync::oneshot;

use crate::App;
use crate::kernel::random_bytes;

use super::batch::{self, Stamp};
use super::model::{Confirmation, Verdict};

/// How much the writer takes on. `writers` above one pays on PostgreSQL only: SQLite has one writer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub queue: usize,
    pub batch: usize,
    pub writers: usize,
    /// Whether the public log is told of gifts. Always, except to measure what telling it costs.
    pub log: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { queue: 50_000, batch: 5_000, writers: 1, log: true }
    }
}

/// The answer to one submitted confirmation; an error means it is not in the books and the channel must repeat it.
pub type Reply = Result<Verdict, NotSettled>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotSettled;

struct Waiting {
    confirmation: Confirmation,
    reply: oneshot::Sender<Reply>,
}

/// Where confirmations are handed in.
pub struct Desk {
    pub limits: Limits,
    queue: Mutex<VecDeque<Waiting>>,
    filled: Condvar,
    pub(super) refused: super::refused::Tally,
    /// The books do not agree: no new intents until they do.
    alarm: AtomicBool,
}

impl Desk {
    pub fn new(limits: Limits) -> Desk {
        Desk {
            limits,
            queue: Mutex::new(VecDeque::new()),
            filled: Condvar::new(),
            refused: super::refused::Tally::default(),
            alarm: AtomicBool::new(false),
        }
    }

    /// Queues a confirmation, or gives it back at once when the queue is full.
    pub fn submit(&self, confirmation: Confirmation) -> Result<oneshot::Receiver<Reply>, NotSettled> {
        let (reply, receiver) = oneshot::channel();
        let mut queue = self.lock();
        if queue.len() >= self.limits.queue {
            return Err(NotSettled);
        }
        queue.push_back(Waiting { confirmation, reply });
        drop(queue);
        self.filled.notify_one();
        Ok(receiver)
    }

    /// Whether new gifts are stopped because the books do not agree. What is paid is recorded all the same.
    pub fn alarm(&self) -> bool {
        self.alarm.load(Ordering::Relaxed)
    }

    pub(super) fn set_alarm(&self, on: bool) {
        self.alarm.store(on, Ordering::Relaxed);
    }

    pub fn queued(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Waiting>> {
        self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes what is waiting, up to one batch; waits for the first.
    fn take(&self, stop: &AtomicBool) -> Vec<Waiting> {
        let mut queue = self.lock();
        while queue.is_empty() && !stop.load(Ordering::Relaxed) {
            let pause = std::time::Duration::from_millis(100);
            queue = self.filled.wait_timeout(queue, pause).unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
        let count = queue.len().min(self.limits.batch);
        queue.drain(..count).collect()
    }
}

/// Starts the writer threads. They stop after `stop` is set and the queue is empty.
pub fn start(app: &Arc<App>, stop: &Arc<AtomicBool>) -> Vec<std::thread::JoinHandle<()>> {
    (0..app.settlement.limits.writers.max(1))
        .map(|_| {
            let (app, stop) = (app.clone(), stop.clone());
            std::thread::spawn(move || {
                loop {
                    let waiting = app.settlement.take(&stop);
                    if waiting.is_empty() {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        continue;
                    }
                    commit(&app, waiting);
                }
            })
        })
        .collect()
}

fn commit(app: &App, waiting: Vec<Waiting>) {
    let (confirmations, replies): (Vec<_>, Vec<_>) = waiting.into_iter().map(|w| (w.confirmation, w.reply)).unzip();
    let verdicts = settle_all(app, &confirmations);
    for (reply, verdict) in replies.into_iter().zip(verdicts) {
        // The one who asked may have gone away; what is in the books stays there.
        let _ = reply.send(verdict);
    }
}

/// Settles confirmations in one group commit; when the whole cannot be committed, each is tried alone, so that one bad
/// row never keeps the others out. Also used where there is no queue: queries, tests, benchmarks.
pub fn settle_all(app: &App, confirmations: &[Confirmation]) -> Vec<Reply> {
    match batch::settle(&app.db, confirmations, &stamp(app, confirmations.len())) {
        Ok(verdicts) => {
            app.meters.batch(verdicts.len(), verdicts.iter().filter(|v| **v == Verdict::Recorded).count());
            verdicts.into_iter().map(Ok).collect()
        }
        Err(fault) if confirmations.len() > 1 && !fault.is_unavailable() => {
            tracing::error!(error = %fault, "a batch could not be committed; trying its confirmations one by one");
            confirmations.iter().map(|one| settle_one(app, one)).collect()
        }
        Err(fault) => {
            tracing::error!(error = %fault, "a batch could not be committed; the channel will repeat it");
            vec![Err(NotSettled); confirmations.len()]
        }
    }
}

fn settle_one(app: &App, confirmation: &Confirmation) -> Reply {
    let one = std::slice::from_ref(confirmation);
    match batch::settle(&app.db, one, &stamp(app, 1)) {
        Ok(verdicts) => {
            app.meters.batch(1, usize::from(verdicts[0] == Verdict::Recorded));
            Ok(verdicts[0])
        }
        Err(fault) => {
            tracing::error!(error = %fault, out_trade_no = confirmation.out_trade_no, "a confirmation could not be committed");
            Err(NotSettled)
        }
    }
}

fn stamp(app: &App, count: usize) -> Stamp {
    let now = app.clock.now();
    Stamp {
        batch_id: app.ids.next(now),
        entry_id: app.ids.next(now),
        log_seed: app.settlement.limits.log.then(random_bytes),
        hold_ids: (0..count).map(|_| app.ids.next(now)).collect(),
        now,
    }
}
