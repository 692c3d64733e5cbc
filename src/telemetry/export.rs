//! Where spans and log lines are exported to; [`otlp`](super::otlp) does it, in builds that can.

use secrecy::SecretString;
use url::Url;

/// An OpenTelemetry collector, and who tells it.
#[derive(Debug, Clone)]
pub struct ExportConfig {
    /// Its address, up to and without `/v1/traces`.
    pub endpoint: Url,
    /// Headers of every request: names, and values that may be keys.
    pub headers: Vec<(String, SecretString)>,
    /// `service.name` of everything that is exported.
    pub service: String,
    /// Further attributes of everything that is exported.
    pub resource: Vec<(String, String)>,
}
