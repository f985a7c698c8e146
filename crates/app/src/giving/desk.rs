//! What one process remembers for giving: calmers shown a moment ago, and how many orders are on their way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::kernel::{Id, MINUTE_US, Micros};

use super::actions::Snapshot;
use super::rules;

/// For so long the same snapshot is shown again although the sum raised has moved on; its page says as of when it stands.
/// Without this, every gift to a project would make a new snapshot for the next donor.
const KEPT: Micros = MINUTE_US;
/// Remembered snapshots; a few megabytes at most.
const MOST: usize = 4_096;
/// Orders that this process has on their way to the channel. Its answers take some fifty to a hundred milliseconds, so four
/// hundred orders a second need some thirty at once.
pub const ON_THEIR_WAY: usize = 32;

#[derive(Default)]
pub struct Desk {
    calmers: Mutex<HashMap<Id, Snapshot>>,
    at_once: Arc<AtomicUsize>,
}

impl Desk {
    /// The snapshot shown a moment ago, when it still tells the same as `body`.
    pub(super) fn shown(&self, project_id: Id, body: &str, now: Micros) -> Option<Snapshot> {
        let snapshot = self.lock().get(&project_id)?.clone();
        let fresh = (0..KEPT).contains(&(now - snapshot.as_of));
        (fresh && rules::tell_the_same(&snapshot.body, body)).then_some(snapshot)
    }

    pub(super) fn remember(&self, project_id: Id, snapshot: &Snapshot) {
        let mut calmers = self.lock();
        if calmers.len() >= MOST {
            calmers.clear();
        }
        calmers.insert(project_id, snapshot.clone());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Snapshot>> {
        self.calmers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leave to place an order outside the waiting room, given back when dropped.
    pub(super) fn leave(&self) -> Option<Leave> {
        let before = self.at_once.fetch_add(1, Ordering::Relaxed);
        let leave = Leave(self.at_once.clone());
        (before < ON_THEIR_WAY).then_some(leave)
    }
}

/// One of the `ON_THEIR_WAY` places.
pub struct Leave(Arc<AtomicUsize>);

impl Drop for Leave {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
