//! The `x-rust-type` extension: how a schema points at a hand-written type of `notte_api::wire`.

use serde_json::{Value, json};

pub(super) const KEY: &str = "x-rust-type";

/// The extension's value for `notte_api::wire::{name}<parameters…>`.
pub(super) fn value(name: &str, parameters: &[Value]) -> Value {
    json!({
        "crate": "notte-api",
        "version": "*",
        "path": format!("notte_api::wire::{name}"),
        "parameters": parameters,
    })
}

/// Marks a schema as a wire type, keeping what stands beside it for readers.
pub(super) fn mark(schema: &mut Value, name: &str, parameters: &[Value]) {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(KEY.to_owned(), value(name, parameters));
    }
}

/// The name of the wire type a schema is marked as.
pub(super) fn name(schema: &Value) -> Option<&str> {
    schema.get(KEY)?.get("path")?.as_str()?.strip_prefix("notte_api::wire::")
}
