//! Media types as a client tells them apart: JSON, forms, and bytes.

use serde_json::{Value, json};

pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const MULTIPART: &str = "multipart/form-data";
pub(super) const TEXT: &str = "text/plain";
pub(super) const BYTES: &str = "application/octet-stream";

/// The media type as a header says it; nothing for a range of them, and for what no header can hold.
pub(super) fn header(name: &str) -> Option<String> {
    let name = name.trim();
    let sendable = name.chars().all(|c| c.is_ascii_graphic() || c == ' ') && name.contains('/') && !name.contains('*');
    sendable.then(|| name.to_owned())
}

/// The media type without parameters, in lower case.
pub(super) fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `application/json`, `text/json`, `application/vnd.x+json`, `application/json; charset=utf-8`; not a stream of JSON lines.
pub(super) fn is_json(name: &str) -> bool {
    let essence = essence(name);
    let lines = ["ndjson", "jsonl", "json-seq"].iter().any(|lines| essence.contains(lines));
    essence.split_once('/').is_some_and(|(_, subtype)| subtype.contains("json")) && !lines
}

/// A schema of raw bytes.
pub(super) fn is_binary(schema: &Value) -> bool {
    schema["format"] == "binary" || schema["contentMediaType"] == "application/octet-stream"
}

/// The content of a body of raw bytes.
pub(super) fn bytes() -> Value {
    json!({ BYTES: { "schema": { "type": "string", "format": "binary" } } })
}
