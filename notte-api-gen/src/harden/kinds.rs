//! The kinds of value a schema can stand for by keywords of its own: object, map, list, and the scalars.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::shape::canonical;

/// What a schema says by keywords of its own. Beside other parts a bare type says nothing new.
pub(super) fn own(mut schema: Map<String, Value>, beside: bool, annotations: &mut Map<String, Value>) -> Vec<Value> {
    let types: Vec<String> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => inferred(&schema),
    };
    if types.iter().any(|kind| kind == "null") {
        annotations.insert("nullable".to_owned(), true.into());
    }
    let known: BTreeSet<&str> = KINDS.into_iter().filter(|known| types.iter().any(|kind| kind == known)).collect();
    let says = ["properties", "required", "items", "enum"];
    if beside && !says.iter().any(|keyword| schema.contains_key(*keyword)) {
        return Vec::new();
    }
    let mut parts: Vec<Value> = known.into_iter().map(|kind| of_kind(kind, &mut schema, annotations)).collect();
    if parts.len() > 1 {
        parts = vec![json!({ "oneOf": parts })];
    }
    parts
}

const KINDS: [&str; 6] = ["object", "array", "string", "integer", "number", "boolean"];

fn inferred(schema: &Map<String, Value>) -> Vec<String> {
    let has = |keyword: &str| schema.contains_key(keyword);
    let texts = schema.get("enum").and_then(Value::as_array);
    let texts = texts.is_some_and(|values| !values.is_empty() && values.iter().all(|v| v.is_string() || v.is_null()));
    let values = schema.get("additionalProperties").is_some_and(Value::is_object);
    let kind = if has("properties") || has("required") || values {
        "object"
    } else if has("items") {
        "array"
    } else if texts {
        "string"
    } else {
        return Vec::new();
    };
    vec![kind.to_owned()]
}

fn of_kind(kind: &str, schema: &mut Map<String, Value>, annotations: &mut Map<String, Value>) -> Value {
    match kind {
        "object" => object(schema),
        "array" => {
            json!({ "type": "array", "items": canonical(schema.remove("items").unwrap_or_default()) })
        }
        "string" => string(schema, annotations),
        "integer" => integer(schema),
        "number" => json!({ "type": "number", "format": "double" }),
        _ => json!({ "type": kind }),
    }
}

/// The extension that keeps the one value of an integer, by which members of a union are told apart.
pub(super) const CONSTANT: &str = "x-notte-constant";

fn integer(schema: &Map<String, Value>) -> Value {
    let largest = schema.get("maximum").and_then(Value::as_u64).is_some_and(|most| i64::try_from(most).is_err());
    let unsigned = largest || schema.get("format").is_some_and(|format| format == "uint64");
    let mut integer = json!({ "type": "integer", "format": if unsigned { "uint64" } else { "int64" } });
    if let Some([only]) = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice)
        && only.is_i64()
    {
        integer[CONSTANT] = only.clone();
    }
    integer
}

fn object(schema: &mut Map<String, Value>) -> Value {
    let properties = match schema.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    let required: BTreeSet<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let required = json!(required);
    if properties.is_empty() {
        let values = schema.remove("additionalProperties").unwrap_or_default();
        let mut map = json!({ "type": "object", "additionalProperties": canonical(values) });
        if required != json!([]) {
            map["required"] = required;
        }
        return map;
    }
    let properties: Map<String, Value> =
        properties.into_iter().map(|(name, property)| (name, canonical(property))).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": {} })
}

fn string(schema: &Map<String, Value>, annotations: &mut Map<String, Value>) -> Value {
    let mut string = json!({ "type": "string" });
    let values = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if values.iter().any(Value::is_null) {
        annotations.insert("nullable".to_owned(), true.into());
    }
    let mut texts: Vec<&Value> = Vec::new();
    for value in values.iter().filter(|value| !value.is_null()) {
        if !texts.contains(&value) {
            texts.push(value);
        }
    }
    if !texts.is_empty() && texts.iter().all(|value| value.is_string()) {
        string["enum"] = json!(texts);
    }
    if schema.get("contentMediaType").is_some_and(|media| media == "application/octet-stream") {
        string["format"] = "binary".into();
    } else if let Some(format) = schema.get("format").and_then(Value::as_str) {
        string["format"] = format.into();
    }
    string
}
