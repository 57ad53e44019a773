//! Keeps of a document what a client is made from, in the one shape the later rules expect.

use serde_json::{Map, Value, json};

use super::{prune, walk};

/// Root, info and component keywords only; parameters, bodies and responses in place; well-formed where it costs nothing.
pub(super) fn tidy(document: Value) -> Value {
    let Value::Object(mut document) = document else {
        return tidy(json!({}));
    };
    let components = document.remove("components").unwrap_or_default();
    let mut paths = match document.remove("paths") {
        Some(Value::Object(paths)) => paths,
        _ => Map::new(),
    };
    paths.retain(|path, item| path.starts_with('/') && item.is_object());
    for item in paths.values_mut() {
        path_item(item, &components);
    }
    let schemas = match components.get("schemas") {
        Some(Value::Object(schemas)) => schemas.clone(),
        _ => Map::new(),
    };
    let mut tidied = json!({
        "openapi": "3.0.3",
        "info": info(document.get("info")),
        "paths": paths,
        "components": { "schemas": schemas },
    });
    for key in ["servers", "tags", "security"] {
        if let Some(value) = document.remove(key).and_then(|value| list(key, value)) {
            tidied[key] = value;
        }
    }
    prune::keep_unreferenced(&mut tidied);
    tidied
}

fn info(info: Option<&Value>) -> Value {
    let text = |key: &str| info.and_then(|info| info.get(key)).and_then(Value::as_str);
    let mut kept = json!({
        "title": text("title").unwrap_or("API"),
        "version": text("version").unwrap_or("0"),
    });
    if let Some(description) = text("description") {
        kept["description"] = description.into();
    }
    let license = info.and_then(|info| info.get("license"));
    if let Some(name) = license.and_then(|license| license.get("name")?.as_str()) {
        kept["license"] = json!({ "name": name });
        if let Some(url) = license.and_then(|license| license.get("url")?.as_str()) {
            kept["license"]["url"] = url.into();
        }
    }
    kept
}

fn list(key: &str, value: Value) -> Option<Value> {
    let name = match key {
        "servers" => "url",
        "tags" => "name",
        _ => return Some(value),
    };
    let Value::Array(entries) = value else {
        return None;
    };
    let kept: Vec<Value> = entries
        .iter()
        .filter_map(|entry| {
            let mut kept = Map::new();
            kept.insert(name.to_owned(), entry.get(name)?.as_str()?.into());
            if let Some(description) = entry.get("description").and_then(Value::as_str) {
                kept.insert("description".to_owned(), description.into());
            }
            Some(Value::Object(kept))
        })
        .collect();
    (!kept.is_empty()).then(|| kept.into())
}

/// Path-level parameters go to the operations, references to components are replaced by what they refer to.
fn path_item(item: &mut Value, components: &Value) {
    let Some(item) = item.as_object_mut() else {
        return;
    };
    let shared = parameters(item.remove("parameters"), components);
    item.retain(|key, value| walk::METHODS.contains(&key.as_str()) && value.is_object());
    for operation in item.values_mut().filter_map(Value::as_object_mut) {
        let mut own = parameters(operation.remove("parameters"), components);
        for parameter in &shared {
            if !own.iter().any(|own| same_parameter(own, parameter)) {
                own.push(parameter.clone());
            }
        }
        if !own.is_empty() {
            operation.insert("parameters".to_owned(), own.into());
        }
        if let Some(body) = operation.remove("requestBody") {
            operation.insert("requestBody".to_owned(), resolve(body, "requestBodies", components));
        }
        if let Some(Value::Object(responses)) = operation.remove("responses") {
            let responses: Map<String, Value> = responses
                .into_iter()
                .map(|(status, response)| (status, resolve(response, "responses", components)))
                .collect();
            operation.insert("responses".to_owned(), responses.into());
        }
    }
}

fn parameters(parameters: Option<Value>, components: &Value) -> Vec<Value> {
    let Some(Value::Array(parameters)) = parameters else {
        return Vec::new();
    };
    let resolved = parameters.into_iter().map(|value| resolve(value, "parameters", components));
    let mut kept: Vec<Value> = Vec::new();
    for parameter in resolved.filter(|value| value["name"].is_string() && value["in"].is_string()) {
        if !kept.iter().any(|kept| same_parameter(kept, &parameter)) {
            kept.push(parameter);
        }
    }
    kept
}

fn same_parameter(a: &Value, b: &Value) -> bool {
    a["name"] == b["name"] && a["in"] == b["in"]
}

/// Follows references into `components`, a bounded number of times.
fn resolve(value: Value, section: &str, components: &Value) -> Value {
    let prefix = format!("#/components/{section}/");
    let mut value = value;
    for _ in 0..16 {
        let Some(name) = value["$ref"].as_str().and_then(|r| r.strip_prefix(&prefix)) else {
            break;
        };
        match components[section].get(super::refs::unescape(name)) {
            Some(found) => value = found.clone(),
            None => break,
        }
    }
    value
}
