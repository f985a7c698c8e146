//! The one place that reads the wall clock. Tests and the demo's past use a clock that stands where it is put.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// An instant: microseconds since 1970-01-01 UTC.
pub type Micros = i64;

pub const SECOND_US: Micros = 1_000_000;
pub const MINUTE_US: Micros = 60 * SECOND_US;
pub const HOUR_US: Micros = 60 * MINUTE_US;
pub const DAY_US: Micros = 24 * HOUR_US;

/// Where the time comes from. `Standing` moves only when told to; once released it follows the system again.
#[derive(Clone)]
pub enum Clock {
    System,
    Standing(Arc<AtomicI64>),
}

/// The value of a standing clock that has been released to follow the system.
const RELEASED: Micros = i64::MIN;

impl Clock {
    pub fn standing_at(now: Micros) -> Clock {
        Clock::Standing(Arc::new(AtomicI64::new(now)))
    }

    pub fn now(&self) -> Micros {
        match self {
            Clock::System => system_now(),
            Clock::Standing(at) => match at.load(Ordering::SeqCst) {
                RELEASED => system_now(),
                at => at,
            },
        }
    }

    /// Puts a standing clock to `at`. A system clock cannot be moved.
    pub fn set(&self, at: Micros) {
        match self {
            Clock::System => panic!("the system clock cannot be set"),
            Clock::Standing(now) => now.store(at, Ordering::SeqCst),
        }
    }

    pub fn advance(&self, by: Micros) {
        self.set(self.now() + by);
    }

    /// From here on a standing clock follows the system: the demo has caught up with the present.
    pub fn release(&self) {
        self.set(RELEASED);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
fn system_now() -> Micros {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
}
