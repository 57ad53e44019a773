//! Schemas that are not what a schema should be.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;
use crate::lint::schemas::{COMPOSED, Schema};

const TYPES: &[&str] = &["string", "integer", "number", "boolean", "array", "object"];
const HELP: &str = "correct or remove it in an overlay";

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        match schema.value {
            Value::Bool(_) => {}
            Value::Object(map) if map.contains_key("$ref") => {
                if !map["$ref"].is_string() {
                    report.error(&schema.pointer.child("$ref"), "the reference is no text", HELP);
                }
            }
            Value::Object(_) => keywords(schema, report),
            other => report.error(
                &schema.pointer,
                format!("a schema is an object, not {other}"),
                "write `{}` for anything, or correct it in an overlay",
            ),
        }
    }
}

fn keywords(schema: &Schema<'_>, report: &mut Report) {
    let mut expect = |key: &str, fits: fn(&Value) -> bool, wanted: &str| {
        if let Some(value) = schema.value.get(key).filter(|value| !fits(value)) {
            let mut found = value.to_string();
            if found.len() > 40 {
                found = "something else".to_owned();
            }
            report.error(&schema.pointer.child(key), format!("`{key}` is {wanted}, not {found}"), HELP);
        }
    };
    expect("type", is_type, "one of the six types");
    expect("properties", Value::is_object, "an object of schemas");
    expect("required", is_texts, "a list of names");
    expect("enum", Value::is_array, "a list of values");
    for key in ["nullable", "deprecated", "readOnly", "writeOnly"] {
        expect(key, Value::is_boolean, "true or false");
    }
    for key in ["format", "description", "title", "pattern"] {
        expect(key, Value::is_string, "a text");
    }
    for key in COMPOSED {
        expect(key, |value| value.as_array().is_some_and(|list| !list.is_empty()), "a list of at least one schema");
    }
}

fn is_type(value: &Value) -> bool {
    value.as_str().is_some_and(|name| TYPES.contains(&name))
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}
