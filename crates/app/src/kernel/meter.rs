//! What is counted while the program runs, for Prometheus and the health page: in memory, by this process, from its start.
//! Counting never waits for a lock where gifts pass.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Micros;

/// Upper bounds in microseconds, from five milliseconds to ten seconds.
pub const BOUNDS_US: [u64; 11] = [5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000];

/// How often something took how long.
#[derive(Default)]
pub struct Histogram {
    /// One more than there are bounds: the last is everything slower.
    counts: [AtomicU64; BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
}

impl Histogram {
    pub fn add(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let at = BOUNDS_US.iter().position(|bound| us <= *bound).unwrap_or(BOUNDS_US.len());
        self.counts[at].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    /// How many took no longer than each bound, then all of them.
    pub fn cumulative(&self) -> Vec<u64> {
        let mut sum = 0;
        self.counts
            .iter()
            .map(|count| {
                sum += count.load(Ordering::Relaxed);
                sum
            })
            .collect()
    }

    pub fn sum_us(&self) -> u64 {
        self.sum_us.load(Ordering::Relaxed)
    }
}

/// One route: how it answered and how long that took. Its pattern is told, never a path with an id.
pub struct RouteMeter {
    pub method: &'static str,
    pub pattern: &'static str,
    /// 1xx to 5xx.
    answers: [AtomicU64; 5],
    pub took: Histogram,
}

impl RouteMeter {
    pub fn count(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        self.answers[class].fetch_add(1, Ordering::Relaxed);
        self.took.add(took);
    }

    /// (`2xx`, how often) of every class that was answered.
    pub fn answers(&self) -> Vec<(&'static str, u64)> {
        let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
        classes.into_iter().zip(&self.answers).map(|(class, n)| (class, n.load(Ordering::Relaxed))).filter(|(_, n)| *n > 0).collect()
    }
}

#[derive(Default)]
pub struct Meters {
    routes: Mutex<Vec<Arc<RouteMeter>>>,
    pub gifts: AtomicU64,
    pub batches: AtomicU64,
    /// Confirmations in all batches.
    pub confirmations: AtomicU64,
    pub largest_batch: AtomicU64,
    chores: Mutex<BTreeMap<&'static str, Beat>>,
}

/// When a chore last ended, well or badly.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Beat {
    pub succeeded_at: Option<Micros>,
    pub failed_at: Option<Micros>,
    pub failures: u64,
    /// When this was last written to the database.
    pub told_at: Micros,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Meters {
    /// The meter of a route, which the route keeps.
    pub fn route(&self, method: &'static str, pattern: &'static str) -> Arc<RouteMeter> {
        let meter = Arc::new(RouteMeter { method, pattern, answers: Default::default(), took: Histogram::default() });
        lock(&self.routes).push(meter.clone());
        meter
    }

    pub fn routes(&self) -> Vec<Arc<RouteMeter>> {
        lock(&self.routes).clone()
    }

    pub fn batch(&self, confirmations: usize, gifts: usize) {
        let as_u64 = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.confirmations.fetch_add(as_u64(confirmations), Ordering::Relaxed);
        self.gifts.fetch_add(as_u64(gifts), Ordering::Relaxed);
        self.largest_batch.fetch_max(as_u64(confirmations), Ordering::Relaxed);
    }

    /// Notes how a chore ended, and says what the database should be told: at the first sign, when that changes, every half minute.
    pub fn chore(&self, name: &'static str, well: bool, now: Micros) -> Option<Beat> {
        const TOLD_EVERY: Micros = 30 * super::SECOND_US;
        let mut chores = lock(&self.chores);
        let beat = chores.entry(name).or_default();
        let fresh = if well { beat.succeeded_at.is_none() } else { beat.failed_at <= beat.succeeded_at };
        if well {
            beat.succeeded_at = Some(now);
        } else {
            beat.failed_at = Some(now);
            beat.failures += 1;
        }
        let tell = fresh || now - beat.told_at >= TOLD_EVERY;
        if tell {
            beat.told_at = now;
        }
        tell.then_some(*beat)
    }

    pub fn chores(&self) -> BTreeMap<&'static str, Beat> {
        lock(&self.chores).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_what_took_no_longer() {
        let histogram = Histogram::default();
        for us in [1, 5_000, 5_001, 20_000_000] {
            histogram.add(Duration::from_micros(us));
        }
        let counts = histogram.cumulative();
        assert_eq!((counts[0], counts[1], counts[10], counts[11]), (2, 3, 3, 4));
        assert_eq!(histogram.sum_us(), 20_010_002);
    }

    #[test]
    fn a_chore_is_told_at_first_when_it_changes_and_every_half_minute() {
        let meters = Meters::default();
        let s = super::super::SECOND_US;
        let told = |well, at| meters.chore("x", well, at * s).is_some();
        let all = [told(true, 1), told(true, 2), told(false, 3), told(false, 4), told(true, 20), told(true, 34)];
        assert_eq!(all, [true, false, true, false, false, true]);
        assert_eq!(meters.chores()["x"].failures, 2);
    }
}
