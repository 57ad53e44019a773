//! The variants of untagged unions, most specific first: they are tried in this order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::{names::Names, refs, rust_type, shape};

/// Orders and names the variants of every untagged union.
pub(in super::super) fn label(document: &mut Value) {
    let Some(components) = refs::components(document) else {
        return;
    };
    let mut labelled = BTreeMap::new();
    for (name, schema) in components {
        if schema[super::KEY]["kind"] == "untagged" {
            labelled.insert(name.clone(), variants(schema, components));
        }
    }
    for (name, schema) in refs::components_mut(document).into_iter().flatten() {
        if let Some((members, variants)) = labelled.remove(name) {
            schema["oneOf"] = members.into();
            schema[super::KEY]["variants"] = variants.into();
        }
    }
}

fn variants(schema: &Value, components: &Map<String, Value>) -> (Vec<Value>, Vec<Value>) {
    let mut members = schema["oneOf"].as_array().cloned().unwrap_or_default();
    members.sort_by_key(|member| rank(member, components));
    let mut names = Names::variants();
    let variants = members.iter().map(|member| json!({ "name": names.claim(&name(member)), "schema": member }));
    let variants = variants.collect();
    (members, variants)
}

/// Structs (most required first), lists, booleans, integers, numbers, texts, other unions, maps, anything.
fn rank(member: &Value, components: &Map<String, Value>) -> (u8, Reverse<usize>) {
    let referred = refs::target(member).and_then(|name| components.get(name));
    let kind = match referred {
        Some(schema) if schema.get("oneOf").is_some() => 6,
        Some(schema) if schema["type"] == "array" => 1,
        Some(_) => 0,
        None => match member["type"].as_str() {
            Some("array") => 1,
            Some("boolean") => 2,
            Some("integer") => 3,
            Some("number") => 4,
            Some("string") => 5,
            Some("object") if shape::is_map(member) => 7,
            Some(_) => 0,
            None => 8,
        },
    };
    let required = referred.and_then(|schema| schema["required"].as_array()).map_or(0, Vec::len);
    (kind, Reverse(required))
}

fn name(member: &Value) -> String {
    if let Some(name) = refs::target(member) {
        return name.to_owned();
    }
    match (rust_type::name(member), member["type"].as_str()) {
        (Some("Timestamp"), _) => "Timestamp",
        (Some("Date"), _) => "Date",
        (Some("IsoDuration"), _) => "Duration",
        (_, Some("array")) => "Array",
        (_, Some("boolean")) => "Boolean",
        (_, Some("integer")) => "Integer",
        (_, Some("number")) => "Number",
        (_, Some("string")) => "String",
        (_, Some("object")) => "Map",
        _ => "Any",
    }
    .to_owned()
}
