//! Names that come from outside and become labels: of models, and of kinds of updates.
//!
//! A name with odd characters, or one too many, is "other", so that neither a provider nor a person can fill the memory
//! or write lines of their own into the page.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The label of whatever is not told apart.
pub(super) const OTHER: &str = "other";
/// Longer than the names of all models that OpenRouter lists.
const BYTES: usize = 80;

/// The first so many names, and [`OTHER`].
pub(super) struct Names {
    most: usize,
    known: Mutex<BTreeSet<Arc<str>>>,
}

impl Names {
    pub(super) const fn at_most(most: usize) -> Self {
        Self { most, known: Mutex::new(BTreeSet::new()) }
    }

    /// What to count this name under.
    pub(super) fn label(&self, name: &str) -> Arc<str> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(name) {
            return Arc::clone(known);
        }
        if !is_plain(name) || known.len() >= self.most {
            return Arc::from(OTHER);
        }
        let label: Arc<str> = Arc::from(name);
        known.insert(Arc::clone(&label));
        label
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.:@+~".contains(&byte);
    !name.is_empty() && name.len() <= BYTES && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_names_are_fifty_and_the_rest() {
        let names = Names::at_most(50);
        let labels: BTreeSet<Arc<str>> = (0..1000).map(|n| names.label(&format!("lab/model-{n}"))).collect();
        assert_eq!(labels.len(), 51);
        assert_eq!(&*names.label("lab/model-0"), "lab/model-0");
        assert_eq!(&*names.label("lab/model-999"), OTHER);
    }

    #[test]
    fn a_name_cannot_write_lines_of_its_own() {
        for odd in ["", "a\"} 1\nb", "модель", &"x".repeat(81)] {
            assert_eq!(&*Names::at_most(50).label(odd), OTHER, "{odd:?}");
        }
    }
}
