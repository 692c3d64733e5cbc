//! The bounds of the histograms, in seconds unless said otherwise. Each is chosen around the number that somebody would
//! want to know it is kept below; more of them would only make every scrape longer.

/// What a model takes: a first word within a second is quick, 30 s without progress are a stall, 300 s are the end.
pub(super) const MODEL: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0];
/// What Telegram takes: 50–200 ms for a call, a second for a place in a chat, 20 s until a call is given up.
pub(super) const DELIVERY: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0];
/// What a disk takes: a commit takes 1–10 ms on an SSD; from 100 ms on people begin to wait for it.
pub(super) const DISK: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Writes in a transaction, which takes 512 at most.
pub(super) const BATCH: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
