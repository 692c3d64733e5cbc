//! A collector that keeps everything it is sent, byte for byte.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use routergram::lifecycle::{StopSignals, Tasks};

use crate::world::until;

/// It listens as long as the story's runtime.
pub(super) struct Collector {
    pub(super) endpoint: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    requests: Vec<Sent>,
    /// Every request is answered with 503.
    refuses: bool,
    refused: usize,
}

/// One request.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Collector {
    pub(super) async fn listens() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let book = Arc::clone(&seen);
        let take = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let mut book = book.lock().unwrap();
            if book.refuses {
                book.refused += 1;
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            book.requests.push(Sent { path: uri.path().to_owned(), headers, body });
            StatusCode::OK
        };
        let serving = axum::serve(listener, Router::new().fallback(take));
        Tasks::new(StopSignals::default()).spawn(async { serving.await.unwrap() });
        Self { endpoint, seen }
    }

    pub(super) fn refuses(&self, refuses: bool) {
        self.seen.lock().unwrap().refuses = refuses;
    }

    /// How many requests were answered with 503.
    pub(super) fn refused(&self) -> usize {
        self.seen.lock().unwrap().refused
    }

    pub(super) fn requests(&self) -> Vec<Sent> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(super) fn spans(&self) -> Vec<Span> {
        let sent = self.requests().into_iter().filter(|sent| sent.path == "/v1/traces");
        let batches = sent.map(|sent| ExportTraceServiceRequest::decode(sent.body).unwrap());
        let resources = batches.flat_map(|batch| batch.resource_spans);
        resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
    }

    /// Each with the name of its scope, which is its target.
    pub(super) fn lines(&self) -> Vec<(String, LogRecord)> {
        let sent = self.requests().into_iter().filter(|sent| sent.path == "/v1/logs");
        let batches = sent.map(|sent| ExportLogsServiceRequest::decode(sent.body).unwrap());
        let scopes = batches.flat_map(|batch| batch.resource_logs).flat_map(|resource| resource.scope_logs);
        let named = scopes.map(|scope| (scope.scope.unwrap_or_default().name, scope.log_records));
        named.flat_map(|(name, records)| records.into_iter().map(move |record| (name.clone(), record))).collect()
    }

    /// The attributes of everything that was sent, as the collector knows its sender.
    pub(super) fn sender(&self) -> Vec<KeyValue> {
        let sent = self.requests().into_iter().find(|sent| sent.path == "/v1/traces").unwrap();
        let batch = ExportTraceServiceRequest::decode(sent.body).unwrap();
        batch.resource_spans[0].resource.clone().unwrap().attributes
    }

    /// Returns when a span of this name has arrived.
    pub(super) async fn gets(&self, name: &str) {
        until(&format!("the span {name:?} arrives"), async || self.spans().iter().any(|span| span.name == name)).await;
    }

    /// Returns when a line that says this has arrived: lines leave apart from spans, at a time of their own.
    pub(super) async fn hears(&self, said: &str) {
        until(&format!("the line {said:?} arrives"), async || {
            self.lines().iter().any(|(_, line)| message(line) == said)
        })
        .await;
    }
}

/// An attribute as text.
pub(super) fn attribute(attributes: &[KeyValue], name: &str) -> Option<String> {
    match attributes.iter().find(|attribute| attribute.key == name)?.value.clone()?.value? {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

/// What a line says.
pub(super) fn message(line: &LogRecord) -> String {
    match line.body.clone().and_then(|body| body.value) {
        Some(Value::StringValue(text)) => text,
        other => format!("{other:?}"),
    }
}
