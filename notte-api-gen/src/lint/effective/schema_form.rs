//! Schemas that mix what belongs to different types, which the generator has no answer to but a panic.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;
use crate::lint::schemas::{COMPOSED, Schema};

/// The keywords that say what a value looks like. `type` and `nullable` go with all of them.
const KEYWORDS: &[&str] =
    &["additionalProperties", "allOf", "anyOf", "enum", "format", "items", "oneOf", "properties", "required"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        let plain = schema.value.get("$ref").is_none() && schema.value.get("x-rust-type").is_none();
        if plain {
            form(schema, report);
        }
    }
}

fn form(schema: &Schema<'_>, report: &mut Report) {
    let value = schema.value;
    let (what, allowed): (&str, &[&str]) = match value.get("type").and_then(Value::as_str) {
        Some("string") => ("a string", &["enum", "format"]),
        Some("integer") => ("an integer", &["enum", "format"]),
        Some("number") => ("a number", &["enum", "format"]),
        Some("boolean") => ("a boolean", &["enum"]),
        Some("array") => ("an array", &["items"]),
        Some("object") => ("an object", &["additionalProperties", "properties", "required"]),
        Some(_) => return,
        None => match COMPOSED.iter().find(|key| value.get(key).is_some()) {
            Some(key) => ("a composed schema", std::slice::from_ref(key)),
            None if value.get("enum").is_some() => ("an enum", &["enum"]),
            None if value.get("items").is_some() => ("an array", &["items"]),
            None => ("an object", &["additionalProperties", "properties", "required"]),
        },
    };
    for key in KEYWORDS.iter().filter(|key| value.get(key).is_some() && !allowed.contains(key)) {
        report.error(
            &schema.pointer.child(key),
            format!("`{key}` does not belong to {what}"),
            "remove it, or write the schema as one type, in an overlay",
        );
    }
}
