//! A schema without a type gets the one that its other keywords are about.

use serde_json::{Map, Value, json};

use super::Note;
use super::constants::type_of;
use super::walk;

pub(super) fn run(document: &mut Value, _: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, _| {
        let open = ["type", "$ref", "allOf", "anyOf", "oneOf", "not"].iter().all(|key| !schema.contains_key(*key));
        if open && let Some(name) = inferred(schema) {
            schema.insert("type".to_owned(), json!(name));
        }
    });
}

fn inferred(schema: &Map<String, Value>) -> Option<&'static str> {
    if let Some(values) = schema.get("enum") {
        return common_type(values.as_array()?);
    }
    if schema.contains_key("properties") || schema.contains_key("additionalProperties") {
        return Some("object");
    }
    schema.contains_key("items").then_some("array")
}

/// The type of all these values, if it is one.
fn common_type(values: &[Value]) -> Option<&'static str> {
    let mut types = values.iter().map(type_of);
    let mut common = types.next()??;
    for other in types {
        common = match (common, other?) {
            (one, other) if one == other => one,
            ("integer", "number") | ("number", "integer") => "number",
            _ => return None,
        };
    }
    Some(common)
}
