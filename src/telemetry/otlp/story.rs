//! One update, one trace: from its receipt to the settlement of its cost, also across a crash and several processes.
//!
//! A trace's id is made of the bot and the update's id, so that whoever works on the update later joins the same trace
//! without anything having to be stored. Its root is the span of the receipt, whose id is made in the same way.

use std::cell::Cell;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use sha2::{Digest, Sha256};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

thread_local! {
    /// The root that this thread is about to start.
    static ROOT: Cell<Option<(TraceId, SpanId)>> = const { Cell::new(None) };
}

/// The span, as the root of this update's story.
#[must_use]
pub fn story_begins(span: Span, bot: i64, update_id: i64) -> Span {
    ROOT.set(Some(ids(bot, update_id)));
    // Asking for the context starts the span, which asks for its ids.
    let _ = span.context();
    ROOT.set(None);
    span
}

/// The span, as a part of this update's story. It must not have been entered yet.
#[must_use]
pub fn story_goes_on(span: Span, bot: i64, update_id: i64) -> Span {
    let (trace, root) = ids(bot, update_id);
    let root = SpanContext::new(trace, root, TraceFlags::SAMPLED, true, TraceState::default());
    // It fails where nothing is exported, and there nothing is lost.
    let _ = span.set_parent(Context::new().with_remote_span_context(root));
    span
}

fn ids(bot: i64, update_id: i64) -> (TraceId, SpanId) {
    let digest = Sha256::digest(format!("{bot} {update_id}"));
    let (mut trace, mut root) = ([0; 16], [0; 8]);
    trace.copy_from_slice(&digest[..16]);
    root.copy_from_slice(&digest[16..24]);
    (TraceId::from_bytes(trace), SpanId::from_bytes(root))
}

/// Random ids, but for roots.
#[derive(Debug, Default)]
pub(super) struct Ids(RandomIdGenerator);

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        ROOT.get().map_or_else(|| self.0.new_trace_id(), |(trace, _)| trace)
    }

    fn new_span_id(&self) -> SpanId {
        ROOT.get().map_or_else(|| self.0.new_span_id(), |(_, root)| root)
    }
}
