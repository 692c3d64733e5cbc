//! Exporting to an OpenTelemetry collector: spans to `/v1/traces`, log lines to `/v1/logs`, as protobuf over HTTP.
//!
//! Only what this program says itself is exported, filtered by `RUST_LOG` like the log: the libraries below it, the
//! exporter's own HTTP among them, would export the exporting, and have not promised to keep people's texts to
//! themselves. Spans carry no events: lines are exported as lines, with the ids of the span that they belong to.
//!
//! The libraries' two threads wait for the collector, never the bot: what does not fit their queues is dropped. What
//! they send passes the [`Redactor`] in its last form ([`collector`]), so it does not matter who wrote a secret where.
//!
//! The address, the headers, and the names come from the configuration, like everything that decides where data goes.
//! The libraries read by themselves what only tunes them (`OTEL_BSP_*`, `OTEL_BLRP_*`, `OTEL_TRACES_SAMPLER`,
//! `OTEL_SPAN_*`), in OpenTelemetry's own words.

mod collector;
mod story;

use std::collections::HashMap;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_appender_tracing::layer::{OpenTelemetryTracingBridge, TracingSpanAttributes};
use opentelemetry_otlp::{ExporterBuildError, LogExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::SdkTracerProvider;
use secrecy::ExposeSecret;
use tracing::Metadata;
use tracing_subscriber::{Layer, filter};

use super::{ExportConfig, Exported, Redactor, TelemetryError, is_within};
use collector::{Collector, PATIENCE};
pub use story::{story_begins, story_goes_on};

/// Can this build export?
pub const CAN_EXPORT: bool = true;

/// The exporting of this process.
#[derive(Debug)]
#[must_use = "the last spans and lines leave when it is flushed"]
pub struct Exporting(Option<(SdkTracerProvider, SdkLoggerProvider)>);

impl Exporting {
    /// Sends what is left and ends exporting; returns after this span at the latest, whatever the collector does.
    pub fn flush(self, within: Duration) {
        let Some((spans, lines)) = self.0 else { return };
        // Half of the time each. What did not leave is lost: nobody could be told any more.
        let _ = spans.shutdown_with_timeout(within / 2);
        let _ = lines.shutdown_with_timeout(within / 2);
    }
}

/// Starts exporting, when a collector is configured.
pub(super) fn begin(
    config: Option<&ExportConfig>,
    redactor: &Redactor,
) -> Result<(Exporting, Option<Exported>), TelemetryError> {
    let Some(config) = config else { return Ok((Exporting(None), None)) };
    let failed = |error: ExporterBuildError| TelemetryError::Export(error.to_string());
    let collector = |what| Collector::new(what, redactor.clone()).map_err(TelemetryError::Export);
    let spans = SpanExporter::builder()
        .with_http()
        .with_http_client(collector("spans")?)
        .with_endpoint(format!("{}/v1/traces", base(config)))
        .with_headers(headers(config))
        .with_timeout(PATIENCE)
        .build()
        .map_err(failed)?;
    let lines = LogExporter::builder()
        .with_http()
        .with_http_client(collector("log lines")?)
        .with_endpoint(format!("{}/v1/logs", base(config)))
        .with_headers(headers(config))
        .with_timeout(PATIENCE)
        .build()
        .map_err(failed)?;
    let spans = SdkTracerProvider::builder()
        .with_resource(resource(config))
        .with_id_generator(story::Ids::default())
        .with_batch_exporter(spans)
        .build();
    let lines = SdkLoggerProvider::builder().with_resource(resource(config)).with_batch_exporter(lines).build();
    let layer = layer(&spans, &lines);
    Ok((Exporting(Some((spans, lines))), Some(layer)))
}

fn layer(spans: &SdkTracerProvider, lines: &SdkLoggerProvider) -> Exported {
    let traced = tracing_opentelemetry::layer()
        .with_tracer(spans.tracer("routergram"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter::filter_fn(|metadata| metadata.is_span() && is_ours(metadata)));
    let told = OpenTelemetryTracingBridge::builder(lines)
        // A line then has its `update.id` also where traces are not kept.
        .with_tracing_span_attributes(TracingSpanAttributes::all())
        .build()
        .with_filter(filter::filter_fn(is_ours));
    traced.and_then(told).boxed()
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    is_within(metadata.target(), "routergram")
}

fn base(config: &ExportConfig) -> &str {
    config.endpoint.as_str().trim_end_matches('/')
}

fn headers(config: &ExportConfig) -> HashMap<String, String> {
    config.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect()
}

fn resource(config: &ExportConfig) -> Resource {
    let further = config.resource.iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attributes(further)
        .with_service_name(config.service.clone())
        .build()
}
