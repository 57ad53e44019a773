//! Lists of types: `null` becomes `nullable`, and of several others each becomes a member of `anyOf`.

use serde_json::{Map, Value, json};

use super::constants::type_of;
use super::walk;
use super::{Note, note};

const STRING: &[&str] = &["minLength", "maxLength", "pattern"];
const NUMBER: &[&str] = &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const ARRAY: &[&str] = &["items", "minItems", "maxItems", "uniqueItems"];
const OBJECT: &[&str] = &["properties", "required", "additionalProperties", "minProperties", "maxProperties"];

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, place| {
        let Some(mut types) = types(schema) else {
            return;
        };
        let before = types.len();
        types.retain(|name| name != "null");
        let nullable = types.len() < before;
        schema.remove("type");
        match types.as_slice() {
            [] if nullable => {
                schema.insert("type".to_owned(), json!("null"));
                return;
            }
            [] => {}
            [one] => {
                schema.insert("type".to_owned(), json!(one));
            }
            _ if schema.contains_key("anyOf") || schema.contains_key("oneOf") => {
                note(notes, &place.key("type"), "several types beside a union: the union decides");
            }
            _ => several(schema, &types),
        }
        if nullable {
            schema.insert("nullable".to_owned(), json!(true));
        }
    });
}

/// The names under `type`, each once, when they are a list.
fn types(schema: &Map<String, Value>) -> Option<Vec<String>> {
    let mut types: Vec<String> = Vec::new();
    for name in schema.get("type")?.as_array()? {
        let name = name.as_str()?;
        if !types.iter().any(|known| known == name) {
            types.push(name.to_owned());
        }
    }
    // Every integer is a number.
    if types.iter().any(|name| name == "number") {
        types.retain(|name| name != "integer");
    }
    Some(types)
}

/// Makes each type a member of `anyOf`, with the keywords that are about it.
fn several(schema: &mut Map<String, Value>, types: &[String]) {
    let values = match schema.remove("enum") {
        Some(Value::Array(values)) => Some(values),
        _ => None,
    };
    let format = schema.remove("format");
    let members: Vec<Value> = types
        .iter()
        .filter_map(|name| {
            let mut member = Map::new();
            if let Some(values) = &values {
                let own: Vec<&Value> = values.iter().filter(|value| is_a(value, name)).collect();
                if own.is_empty() {
                    return None;
                }
                member.insert("enum".to_owned(), json!(own));
            }
            if let Some(format) = format.as_ref().filter(|format| applies(format, name)) {
                member.insert("format".to_owned(), format.clone());
            }
            for key in keywords(name) {
                if let Some(value) = schema.get(*key) {
                    member.insert((*key).to_owned(), value.clone());
                }
            }
            member.insert("type".to_owned(), json!(name));
            Some(Value::Object(member))
        })
        .collect();
    for key in [STRING, NUMBER, ARRAY, OBJECT].into_iter().flatten() {
        schema.remove(*key);
    }
    if members.is_empty() {
        schema.extend(values.map(|values| ("enum".to_owned(), Value::Array(values))));
    } else {
        schema.insert("anyOf".to_owned(), Value::Array(members));
    }
}

fn keywords(name: &str) -> &'static [&'static str] {
    match name {
        "string" => STRING,
        "integer" | "number" => NUMBER,
        "array" => ARRAY,
        "object" => OBJECT,
        _ => &[],
    }
}

fn is_a(value: &Value, name: &str) -> bool {
    type_of(value).is_some_and(|own| own == name || (own == "integer" && name == "number"))
}

fn applies(format: &Value, name: &str) -> bool {
    match format.as_str() {
        Some("int32" | "int64" | "float" | "double") => matches!(name, "integer" | "number"),
        _ => name == "string",
    }
}
