//! Identifiers: 42 bits of milliseconds since 2020-01-01 UTC, 8 bits of process number, 13 bits of sequence.
//!
//! They are positive, grow with time, and are made without asking anyone, so that a batch sorted by id is a batch
//! sorted by time and an index grows at its end. Two processes that happen to share a number are told apart by the
//! unique key of the table they write to; nothing is lost, the second one tries again.

use std::sync::atomic::{AtomicI64, Ordering};

use db::{Fault, Tx, params, sql};

use super::{Id, Micros};

/// 2020-01-01T00:00:00Z in milliseconds.
const EPOCH_MS: i64 = 1_577_836_800_000;
const SEQUENCE_BITS: u32 = 13;
const PROCESS_BITS: u32 = 8;

/// Makes ids for one process. It never gives the same id twice, also when the clock stands still or goes back.
pub struct IdMaker {
    process: i64,
    /// The last (millisecond, sequence) given, packed without the process number.
    last: AtomicI64,
}

impl IdMaker {
    pub fn new(process: u8) -> IdMaker {
        IdMaker { process: i64::from(process), last: AtomicI64::new(0) }
    }

    pub fn next(&self, now: Micros) -> Id {
        let floor = (now / 1000 - EPOCH_MS).max(1) << SEQUENCE_BITS;
        let mut seen = self.last.load(Ordering::Relaxed);
        loop {
            let next = floor.max(seen + 1);
            match self.last.compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return self.with_process(next),
                Err(other) => seen = other,
            }
        }
    }

    fn with_process(&self, packed: i64) -> Id {
        let ms = packed >> SEQUENCE_BITS;
        let sequence = packed & ((1 << SEQUENCE_BITS) - 1);
        (ms << (SEQUENCE_BITS + PROCESS_BITS)) | (self.process << SEQUENCE_BITS) | sequence
    }
}

/// The instant, to the millisecond, at which an id was made.
pub fn made_at(id: Id) -> Micros {
    ((id >> (SEQUENCE_BITS + PROCESS_BITS)) + EPOCH_MS) * 1000
}

/// The smallest id that can be made at `at` or later: ids made earlier are below it.
pub fn first_id_at(at: Micros) -> Id {
    (at / 1000 - EPOCH_MS).max(0) << (SEQUENCE_BITS + PROCESS_BITS)
}

/// Takes the next process number for a process that is starting.
pub fn process_number(tx: &mut Tx) -> Result<u8, Fault> {
    let row = tx.query_one(
        sql("INSERT INTO counter (name, value) VALUES ('process', 0) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"),
        params![],
    )?;
    Ok(u8::try_from(row.int("value")?.rem_euclid(256)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_even_when_the_clock_goes_back() {
        let maker = IdMaker::new(7);
        let mut last = 0;
        for now in [1_800_000_000_000_000, 1_800_000_000_000_000, 1_799_999_000_000_000, 1_800_000_001_000_000] {
            for _ in 0..10_000 {
                let id = maker.next(now);
                assert!(id > last);
                last = id;
            }
        }
        assert_eq!(made_at(maker.next(1_900_000_000_000_000)), 1_900_000_000_000_000);
    }

    #[test]
    fn processes_never_meet() {
        let (a, b) = (IdMaker::new(0), IdMaker::new(255));
        let now = 1_800_000_000_000_000;
        let from_a: std::collections::HashSet<_> = (0..20_000).map(|_| a.next(now)).collect();
        assert!((0..20_000).all(|_| !from_a.contains(&b.next(now))));
    }
}
