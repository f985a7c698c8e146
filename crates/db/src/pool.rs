//! A small pool of connections, opened when first needed, dropped when in doubt.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::fault::{Fault, FaultKind};

/// How long a caller waits for a connection before it is told that the database is too busy.
const WAIT: Duration = Duration::from_secs(30);

pub(crate) struct Pool<C> {
    most: usize,
    state: Mutex<State<C>>,
    returned: Condvar,
}

struct State<C> {
    idle: Vec<C>,
    /// Idle and lent together.
    open: usize,
}

impl<C> Pool<C> {
    pub(crate) fn new(most: usize) -> Pool<C> {
        Pool { most: most.max(1), state: Mutex::new(State { idle: Vec::new(), open: 0 }), returned: Condvar::new() }
    }

    /// Lends an idle connection, or a new one made by `open` while there are few enough.
    pub(crate) fn take(&self, open: impl FnOnce() -> Result<C, Fault>) -> Result<Lease<'_, C>, Fault> {
        let deadline = Instant::now() + WAIT;
        let mut state = self.lock();
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok(Lease { pool: self, connection: Some(connection), reused: true });
            }
            if state.open < self.most {
                state.open += 1;
                drop(state);
                // The lease stands before the attempt, so that a failure gives the place back.
                let mut lease = Lease { pool: self, connection: None, reused: false };
                lease.connection = Some(open()?);
                return Ok(lease);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::new(
                    FaultKind::Unavailable,
                    "waiting for a database connection",
                    format!("all {} were busy for {} s", self.most, WAIT.as_secs()),
                ));
            }
            state = self.returned.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Nothing between lock and unlock can leave the state half-changed, so a panic elsewhere
    /// in the holder's thread does no harm.
    fn lock(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lent connection. Dropping it closes the connection (after a panic or a broken line nobody
/// knows its state); [`Lease::give_back`] keeps it.
pub(crate) struct Lease<'p, C> {
    pool: &'p Pool<C>,
    connection: Option<C>,
    /// It was idle before, so it may have been cut off without anyone noticing.
    pub(crate) reused: bool,
}

impl<C> Lease<'_, C> {
    pub(crate) fn give_back(mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.lock().idle.push(connection);
            self.pool.returned.notify_one();
        }
        std::mem::forget(self);
    }
}

impl<C> Drop for Lease<'_, C> {
    fn drop(&mut self) {
        self.connection = None;
        self.pool.lock().open -= 1;
        self.pool.returned.notify_one();
    }
}

impl<C> Deref for Lease<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        self.connection.as_ref().expect("a lease holds its connection")
    }
}

impl<C> DerefMut for Lease<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        self.connection.as_mut().expect("a lease holds its connection")
    }
}
