//! The built program under load, between the sandbox's fakes: what the benchmark and the fault program have in common.
//!
//! Both compile it into themselves (`#[path]`), so there is nothing in it that only one of them uses.

pub(crate) mod faults;
pub(crate) mod people;
pub(crate) mod process;
pub(crate) mod spans;
