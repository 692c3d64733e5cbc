//! Panics that are expected: code of others that panics on somebody's input instead of refusing it.
//!
//! `error!` means that somebody must act, and nobody can about an update that a library cannot read. Such code is run
//! through [`caught`], which says so to the panic hook; every other panic is logged as the bug it is.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// Is this thread inside [`caught`]? It does not wait there, so no other task can be meant.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, which must leave nothing half done behind; `None` when it panicked.
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    EXPECTED.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    EXPECTED.set(false);
    done.ok()
}

/// Is a panic of this thread no news?
pub(super) fn is_expected() -> bool {
    EXPECTED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_expected_inside_and_nowhere_else() {
        assert_eq!(caught(is_expected), Some(true));
        assert!(caught(|| panic!("as expected")).is_none());
        assert!(!is_expected());
    }
}
