//! What the generator's own model of OpenAPI 3.0 refuses to read, found piece by piece so that the place is known.

use openapiv3::{
    Components, ExternalDocumentation, Info, Operation, PathItem, ReferenceOr, Schema, SecurityRequirement, Server, Tag,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::Pointer;
use crate::lint::Report;
use crate::lint::document::{Document, METHODS};
use crate::lint::schemas::COMPOSED;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    let Some(root) = document.root.as_object() else {
        return;
    };
    for schema in &document.schemas {
        read::<ReferenceOr<Schema>>(shallow(schema.value), &schema.pointer, report);
    }
    for operation in &document.operations {
        read::<Operation>(without_schemas(operation.value), &operation.pointer, report);
    }
    for (_, item) in document.paths() {
        if let Value::Object(map) = item.value {
            let rest = map.iter().filter(|(key, _)| !METHODS.contains(&key.as_str()));
            read::<PathItem>(without_schemas(rest), &item.pointer, report);
        }
    }
    frame(root, report);
}

/// The document's own keys.
fn frame(root: &Map<String, Value>, report: &mut Report) {
    let at = |key: &str| Pointer::root().child(key);
    let get = |key: &str| root.get(key).cloned();
    if let Some(info) = get("info") {
        read::<Info>(info, &at("info"), report);
    }
    if let Some(servers) = get("servers") {
        read::<Vec<Server>>(servers, &at("servers"), report);
    }
    if let Some(tags) = get("tags") {
        read::<Vec<Tag>>(tags, &at("tags"), report);
    }
    if let Some(security) = get("security") {
        read::<Vec<SecurityRequirement>>(security, &at("security"), report);
    }
    if let Some(docs) = get("externalDocs") {
        read::<ExternalDocumentation>(docs, &at("externalDocs"), report);
    }
    if let Some(Value::Object(components)) = root.get("components") {
        let rest = components.iter().filter(|(section, _)| *section != "schemas");
        read::<Components>(without_schemas(rest), &at("components"), report);
    }
    let version = root.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.0.") {
        report.error(&at("openapi"), format!("the version is {version:?}, not 3.0.x"), super::BUG);
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

/// A piece of a document with every schema in it emptied.
fn without_schemas<'a>(members: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Value {
    fn strip(value: &Value) -> Value {
        match value {
            Value::Object(map) => without_schemas(map),
            Value::Array(list) => list.iter().map(strip).collect(),
            other => other.clone(),
        }
    }
    let emptied = members.into_iter().map(|(key, value)| match (key.as_str(), value) {
        ("schema", Value::Object(_) | Value::Bool(_)) => (key.clone(), json!({})),
        (key, _) if key.starts_with("x-") => (key.to_owned(), Value::Null),
        _ => (key.clone(), strip(value)),
    });
    emptied.collect()
}
