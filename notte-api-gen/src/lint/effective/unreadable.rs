//! What the generator's own model of OpenAPI 3.0 refuses to read, found piece by piece so that the place is known.

use openapiv3::{ReferenceOr, Schema};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Pointer;
use crate::lint::Report;
use crate::lint::document::Document;
use crate::lint::schemas::COMPOSED;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        read::<ReferenceOr<Schema>>(shallow(schema.value), &schema.pointer, report);
    }
}

fn read<T: DeserializeOwned>(value: Value, at: &Pointer, report: &mut Report) {
    if let Err(error) = serde_json::from_value::<T>(value)
        && !report.has_error_within(at)
    {
        let message = error.to_string().replace('\n', " ");
        report.error(at, format!("cannot be read: {message}"), "correct it in an overlay");
    }
}

/// A schema with its inner schemas emptied. They are read on their own: a failure deep inside would be tried again at
/// every level above it, which takes twice the time for each.
fn shallow(schema: &Value) -> Value {
    let Value::Object(map) = schema else {
        return schema.clone();
    };
    let empty = |value: &Value| {
        if value.is_object() || value.is_boolean() { json!({}) } else { value.clone() }
    };
    let inner = |(key, value): (&String, &Value)| {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(map)) => map.iter().map(|(key, value)| (key.clone(), empty(value))).collect(),
            ("items" | "not", value) => empty(value),
            ("additionalProperties", value) if value.is_object() => json!({}),
            (key, Value::Array(list)) if COMPOSED.contains(&key) => list.iter().map(empty).collect(),
            // Free-form, and read as it is.
            (key, _) if key.starts_with("x-") => Value::Null,
            _ => value.clone(),
        };
        (key.clone(), value)
    };
    map.iter().map(inner).collect()
}
