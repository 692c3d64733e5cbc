//! Exporting: OpenTelemetry's own variables, in OpenTelemetry's own way of writing them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use super::fold::Raw;
use super::read::{Reader, items};
use super::sections::base_address;
use crate::telemetry::{CAN_EXPORT, ExportConfig};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
const RESOURCE: &str = "OTEL_RESOURCE_ATTRIBUTES";

/// Where to export to; nowhere when no collector is named, or when this build cannot.
pub(super) fn read(reader: &mut Reader<'_>, raw: &Raw) -> Option<ExportConfig> {
    let endpoint = raw.otel_exporter_otlp_endpoint.as_deref()?;
    if !CAN_EXPORT {
        reader.warnings.push(format!(
            "{ENDPOINT} is set, but this build cannot export; build one that can: cargo build --release --features otlp"
        ));
        return None;
    }
    let endpoint = base_address(reader, ENDPOINT, Some(endpoint));
    if has_credentials(&endpoint) {
        reader.refuse(ENDPOINT, "an address without a name and password", format!("put them into {HEADERS}"));
    }
    let headers = pairs(reader, HEADERS, raw.otel_exporter_otlp_headers.as_deref());
    let is_header = |(name, value): &(String, String)| {
        HeaderName::from_bytes(name.as_bytes()).is_ok() && HeaderValue::from_str(value).is_ok()
    };
    if !headers.iter().all(is_header) {
        reader.refuse(HEADERS, "headers of HTTP", format!("write it like {HEADERS}=api-key=…"));
    }
    Some(ExportConfig {
        endpoint,
        headers: headers.into_iter().map(|(name, value)| (name, value.into())).collect(),
        service: raw.otel_service_name.clone().unwrap_or_default(),
        resource: pairs(reader, RESOURCE, raw.otel_resource_attributes.as_deref()),
    })
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// `name=value,name=value`; what a value must not hold is percent-encoded.
fn pairs(reader: &mut Reader<'_>, variable: &'static str, text: Option<&str>) -> Vec<(String, String)> {
    let decoded = |value: &str| percent_decode_str(value.trim()).decode_utf8().ok().map(Cow::into_owned);
    let pair = |item: &str| {
        let (name, value) = item.split_once('=')?;
        Some((name.trim().to_owned(), decoded(value)?)).filter(|(name, _)| !name.is_empty())
    };
    let items = items(text.unwrap_or_default());
    let pairs: Vec<_> = items.iter().filter_map(|item| pair(item)).collect();
    if pairs.len() != items.len() {
        reader.refuse(
            variable,
            "name=value pairs separated by commas",
            format!("write it like {variable}=name=value, with %2C for a comma and %20 for a blank in a value"),
        );
    }
    pairs
}
