//! The parameters of one call, wherever they came from: query string, form, multipart or JSON.
//!
//! Until the table has looked at them they are as they were sent; afterwards every value has its declared JSON type,
//! so methods read them with the typed getters and need no checks of their own. An empty string and a `null` count as
//! absent, as on the real server.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

/// A file that came with a call.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    /// As the client named it.
    pub(super) file_name: String,
    /// What is in it; nothing here looks.
    pub(super) content: Bytes,
}

/// The parameters of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Params {
    /// By name.
    pub(super) fields: Map<String, Value>,
    /// By the name of their multipart part.
    pub(super) files: BTreeMap<String, Upload>,
    /// True when the values arrived as text (form, query, multipart) and their types have to be read out of it.
    pub(super) untyped: bool,
}

impl Params {
    /// A parameter that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// An integer.
    pub(super) fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::String(text) => text.parse().ok(),
            value => value.as_i64(),
        }
    }

    /// A string.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A flag; false when absent.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The file that a parameter stands for, directly or as `attach://part`.
    pub(super) fn file(&self, name: &str) -> Option<&Upload> {
        self.files
            .get(name)
            .or_else(|| self.text(name)?.strip_prefix("attach://").and_then(|part| self.files.get(part)))
    }

    /// As one JSON object, for the journal. Files are named, not shown.
    pub(super) fn journal(&self) -> Value {
        let mut fields = self.fields.clone();
        for (name, file) in &self.files {
            fields.insert(name.clone(), json!(format!("[file {}, {} bytes]", file.file_name, file.content.len())));
        }
        Value::Object(fields)
    }
}
