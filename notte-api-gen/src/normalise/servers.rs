//! Variables in server addresses take their defaults.

use serde_json::{Map, Value};

use super::walk::{self, Node, Place};
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::enter(document, &mut |node, value, place| {
        if !matches!(node, Node::Document | Node::PathItem | Node::Operation) {
            return;
        }
        let Some(Value::Array(servers)) = value.get_mut("servers") else {
            return;
        };
        for (index, server) in servers.iter_mut().enumerate() {
            if let Value::Object(server) = server {
                resolve(server, &place.key("servers").index(index), notes);
            }
        }
    });
}

fn resolve(server: &mut Map<String, Value>, place: &Place<'_>, notes: &mut Vec<Note>) {
    let Some(variables) = server.remove("variables") else {
        return;
    };
    let Some(Value::String(url)) = server.get_mut("url") else {
        return;
    };
    let mut resolved = String::with_capacity(url.len());
    let mut rest = url.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        resolved.push_str(before);
        rest = after;
        let value = after.split_once('}').and_then(|(name, after)| Some((default(variables.get(name)?)?, after)));
        match value {
            Some((value, after)) => {
                resolved.push_str(&value);
                rest = after;
            }
            None => resolved.push('{'),
        }
    }
    resolved.push_str(rest);
    if *url != resolved {
        note(notes, place, format!("the variables of {url} take their defaults: {resolved}"));
        *url = resolved;
    }
}

/// A variable's default, or the first of its values.
fn default(variable: &Value) -> Option<String> {
    let value = variable.get("default").or_else(|| variable.get("enum")?.get(0))?;
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
