//! `null` as a type, a union's member or an `enum` value becomes `nullable`.

use serde_json::{Map, Value, json};

use super::Note;
use super::walk;

pub(super) fn run(document: &mut Value, _: &mut Vec<Note>) {
    // Members first: on its own, `type: null` becomes a schema that allows anything.
    walk::schemas(document, &mut |schema, _| {
        let mut nullable = false;
        for key in ["anyOf", "oneOf"] {
            let Some(Value::Array(members)) = schema.get_mut(key) else {
                continue;
            };
            let before = members.len();
            members.retain(|member| !member.as_object().is_some_and(is_null));
            nullable |= members.len() < before;
            if members.is_empty() {
                schema.remove(key);
            }
        }
        if nullable {
            schema.insert("nullable".to_owned(), json!(true));
        }
    });
    walk::schemas(document, &mut |schema, _| {
        if is_null(schema) {
            schema.remove("type");
            schema.remove("enum");
            schema.insert("nullable".to_owned(), json!(true));
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            let before = values.len();
            values.retain(|value| !value.is_null());
            if values.len() < before {
                schema.insert("nullable".to_owned(), json!(true));
            }
        }
    });
}

fn is_null(schema: &Map<String, Value>) -> bool {
    let only_null = |values: &Value| {
        values.as_array().is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_null))
    };
    schema.get("type") == Some(&json!("null")) || schema.get("enum").is_some_and(only_null)
}
