//! Spans and log lines at an OpenTelemetry collector: what arrives there, and what a collector can do to the bot.
//!
//! The program has to be built for it: `cargo nextest run --features otlp otlp::`. Without the feature, the stories say
//! that they were skipped, and one checks that such a program says so too.

#[cfg(feature = "otlp")]
mod collector;
#[cfg(feature = "otlp")]
mod stories;
#[cfg(not(feature = "otlp"))]
mod without;
