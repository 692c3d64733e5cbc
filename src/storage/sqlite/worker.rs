//! A thread that ends when its channel is closed, and is waited for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

use super::Alarm;

/// SQLite and our jobs need a fraction of it, and only what is touched takes memory.
const STACK_BYTES: usize = 1 << 20;

/// Dropping it waits for the thread: drop the sending side of its channel first, or it waits for ever.
pub(super) struct Worker {
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts it. A panic in `body` raises the alarm: a store with a thread missing must not look alive.
    pub(super) fn start(
        name: &'static str,
        alarm: Alarm,
        body: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let guarded = move || {
            if catch_unwind(AssertUnwindSafe(body)).is_err() {
                alarm.raise(&format!("its thread {name} panicked"));
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(guarded)?;
        Ok(Self { thread: Some(thread) })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic was caught inside and raised the alarm there.
            let _ = thread.join();
        }
    }
}
