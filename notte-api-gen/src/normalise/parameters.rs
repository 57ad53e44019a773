//! Parameters of a path move into its operations, and every variable of the path gets one.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::walk::METHODS;
use super::walk::Place;
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    let place = Place::ROOT.key("paths");
    for (path, item) in paths.iter_mut() {
        if let Value::Object(item) = item
            && !path.starts_with("x-")
        {
            path_item(path, item, &place.key(path), notes);
        }
    }
}

fn path_item(path: &str, item: &mut Map<String, Value>, place: &Place<'_>, notes: &mut Vec<Note>) {
    let shared = match item.get("parameters") {
        None => Vec::new(),
        Some(Value::Array(_)) => match item.remove("parameters") {
            Some(Value::Array(shared)) => shared,
            _ => Vec::new(),
        },
        Some(_) => return,
    };
    let variables = variables(path);
    for method in METHODS {
        let Some(Value::Object(operation)) = item.get_mut(method) else {
            continue;
        };
        let own = match operation.remove("parameters") {
            None => Vec::new(),
            Some(Value::Array(own)) => own,
            Some(other) => {
                operation.insert("parameters".to_owned(), other);
                continue;
            }
        };
        let mut parameters = merged(&shared, own);
        for parameter in &mut parameters {
            if let Value::Object(parameter) = parameter
                && parameter.get("in") == Some(&json!("path"))
            {
                parameter.insert("required".to_owned(), json!(true));
            }
        }
        let declared: HashSet<String> = parameters
            .iter()
            .filter_map(key)
            .filter(|(place, _)| *place == "path")
            .map(|(_, name)| name.to_owned())
            .collect();
        for &name in variables.iter().filter(|name| !declared.contains(**name)) {
            note(notes, &place.key(method), format!("the path variable {name:?} has no parameter: added as a string"));
            parameters.push(json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": {"type": "string"},
            }));
        }
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
    }
}

/// The path's parameters and then the operation's; of two with the same name and place the operation's.
fn merged(shared: &[Value], own: Vec<Value>) -> Vec<Value> {
    let overridden: HashSet<_> = own.iter().filter_map(key).collect();
    let mut parameters: Vec<Value> = shared
        .iter()
        .filter(|parameter| key(parameter).is_none_or(|key| !overridden.contains(&key)))
        .cloned()
        .collect();
    parameters.extend(own);
    parameters
}

fn key(parameter: &Value) -> Option<(&str, &str)> {
    Some((parameter.get("in")?.as_str()?, parameter.get("name")?.as_str()?))
}

/// The names in braces, each once, in their order.
fn variables(path: &str) -> Vec<&str> {
    let mut seen = HashSet::new();
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .filter(|name| !name.is_empty() && seen.insert(*name))
        .collect()
}
