//! Something to measure: how it is prepared, and what is then done again and again.

use std::fmt;
use std::hint::black_box;

/// What is measured. The same work each time, however often it was done before.
pub(crate) type Work = Box<dyn FnMut()>;

/// What `once` does, with a result that the compiler cannot tell to be of no use.
pub(crate) fn work<T>(mut once: impl FnMut() -> T + 'static) -> Work {
    Box::new(move || drop(black_box(once())))
}

/// One line of what is measured.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// How often it is done for a count, and as often again: some hundred million instructions, so that what happens now
    /// and then (a page that splits, a table that grows) is in both halves.
    pub(crate) repeats: u32,
    pub(crate) code: Code,
    /// What is not measured.
    pub(crate) prepare: fn() -> Work,
}

/// What a subject is made of, hence what its count depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Rust, and what of the C library comes with it.
    Rust,
    /// SQLite as well, which a C compiler has compiled.
    Store,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
