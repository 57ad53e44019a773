//! Everything a caller can send is described: operations, parameters, and every field of every request.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(include_str!("../../../openapi/effective.json")).expect("effective.json is JSON")
}

fn described(value: &Value) -> bool {
    value.get("description").and_then(Value::as_str).is_some_and(|text| text.trim().len() > 3)
}

/// Collects the fields without a description below a schema, each component once.
fn undescribed(document: &Value, schema: &Value, at: &str, seen: &mut BTreeSet<String>, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next()) {
                if seen.insert(name.to_owned()) {
                    undescribed(document, &document["components"]["schemas"][name], name, seen, found);
                }
                return;
            }
            for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let place = format!("{at}.{name}");
                if !described(property) && property.get("$ref").is_none() {
                    found.push(place.clone());
                }
                undescribed(document, property, &place, seen, found);
            }
            for (_, member) in members.iter().filter(|(key, _)| *key != "properties") {
                undescribed(document, member, at, seen, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| undescribed(document, item, at, seen, found)),
        _ => {}
    }
}

#[test]
fn everything_a_caller_sends_is_described() {
    let document = document();
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("a path item") {
            let id = operation["operationId"].as_str().unwrap_or(method);
            if !described(operation) {
                found.push(format!("{id} ({path})"));
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if !described(parameter) {
                    found.push(format!("{id}: parameter {}", parameter["name"]));
                }
            }
            for body in ["requestBody", "x-notte-multipart"] {
                undescribed(&document, &operation[body], id, &mut seen, &mut found);
            }
        }
    }
    assert!(seen.len() > 40, "only {} request components were walked", seen.len());
    assert!(found.is_empty(), "without a description: {found:#?}");
}
