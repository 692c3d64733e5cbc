//! Counters with labels that are counted with every answer: looked up by name once, since that makes a key and its labels anew
//! each time.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use metrics::Counter;

/// The counters of one metric, by their labels. As many as its labels have values, which are bounded.
pub(super) struct Series<L>(Mutex<BTreeMap<L, Counter>>);

impl<L: Ord> Series<L> {
    pub(super) const fn none() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Counts under these labels.
    pub(super) fn count(&self, labels: L, count: u64, look_up: impl FnOnce(&L) -> Counter) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known.get(&labels) {
            return counter.increment(count);
        }
        let counter = look_up(&labels);
        counter.increment(count);
        known.insert(labels, counter);
    }
}
