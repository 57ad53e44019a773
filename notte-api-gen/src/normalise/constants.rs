//! `const` becomes an `enum` of one, with the type of its value.

use serde_json::{Map, Value, json};

use super::walk;
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, place| {
        let Some(value) = schema.remove("const") else {
            return;
        };
        if schema.get("default") == Some(&value) {
            schema.remove("default");
        }
        match &value {
            Value::Null => {
                schema.remove("enum");
                schema.insert("type".to_owned(), json!("null"));
            }
            Value::Array(_) | Value::Object(_) => {
                note(notes, &place.key("const"), "a constant list or object: only its type is kept");
                infer(schema, &value);
            }
            _ => {
                infer(schema, &value);
                schema.insert("enum".to_owned(), json!([value]));
            }
        }
    });
}

fn infer(schema: &mut Map<String, Value>, value: &Value) {
    if let Some(name) = type_of(value) {
        schema.entry("type").or_insert_with(|| json!(name));
    }
}

/// The JSON Schema type of a value.
pub(super) fn type_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        Value::String(_) => Some("string"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}
