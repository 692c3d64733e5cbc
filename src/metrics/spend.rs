//! Dollars. The recorder's counters hold whole numbers, and an answer costs millionths of a dollar, so this one counter is
//! kept and rendered here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// Millionths of a dollar by model.
pub(super) struct Spend(Mutex<BTreeMap<Arc<str>, u64>>);

impl Spend {
    /// Nothing yet.
    pub(super) const fn nothing() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    pub(super) fn add(&self, model: Arc<str>, micro_usd: u64) {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = spent.entry(model).or_default();
        *sum = sum.saturating_add(micro_usd);
    }

    /// The lines of the counter.
    pub(super) fn render(&self, name: &str, page: &mut String) {
        for (model, micro) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "{name}{{model=\"{model}\"}} {}.{:06}", micro / 1_000_000, micro % 1_000_000);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_add_up_to_the_millionth() {
        let spend = Spend::nothing();
        for (model, micro) in [("lab/small:free", 0), ("lab/large", 1_999_999), ("lab/large", 2)] {
            spend.add(Arc::from(model), micro);
        }
        let mut page = String::new();
        spend.render("cost_usd_total", &mut page);
        let lines =
            ["cost_usd_total{model=\"lab/large\"} 2.000001", "cost_usd_total{model=\"lab/small:free\"} 0.000000"];
        assert_eq!(page.lines().collect::<Vec<_>>(), lines);
    }
}
