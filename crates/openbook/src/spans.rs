//! Sets of fen of one project: spans `(from, until]` that do not touch, in order.

use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans(BTreeMap<i64, i64>);

impl Spans {
    /// Adds a span, unless a part of it is there already or it is empty.
    pub fn add(&mut self, from: i64, until: i64) -> bool {
        if from >= until || self.overlaps(from, until) {
            return false;
        }
        let (mut from, mut until) = (from, until);
        if let Some(after) = self.0.remove(&until) {
            until = after;
        }
        if let Some((&before, &end)) = self.0.range(..from).next_back()
            && end == from
        {
            self.0.remove(&before);
            from = before;
        }
        self.0.insert(from, until);
        true
    }

    /// Takes a span out, if all of it is there.
    pub fn remove(&mut self, from: i64, until: i64) -> bool {
        if !self.contains(from, until) {
            return false;
        }
        let Some((&start, &end)) = self.0.range(..=from).next_back() else { return false };
        self.0.remove(&start);
        if start < from {
            self.0.insert(start, from);
        }
        if until < end {
            self.0.insert(until, end);
        }
        true
    }

    #[must_use]
    pub fn contains(&self, from: i64, until: i64) -> bool {
        from < until && self.0.range(..=from).next_back().is_some_and(|(_, &end)| until <= end)
    }

    #[must_use]
    pub fn overlaps(&self, from: i64, until: i64) -> bool {
        self.0.range(..until).next_back().is_some_and(|(_, &end)| end > from)
    }

    #[must_use]
    pub fn total(&self) -> i64 {
        self.0.iter().map(|(from, until)| until - from).sum()
    }
}
