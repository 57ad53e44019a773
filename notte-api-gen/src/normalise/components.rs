//! References to parameters, headers, request bodies and responses are replaced by what they refer to, so that later
//! stages meet only references to schemas.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::names::{at, steps};
use super::walk::{self, Node};
use super::{Note, note};

/// More than anybody chains references, less than a cycle.
const HOPS: usize = 32;

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    let targets = targets(document);
    if let Some(Value::Object(components)) = document.get_mut("components") {
        for key in ["parameters", "headers", "requestBodies", "responses"] {
            components.remove(key);
        }
    }
    walk::enter(document, &mut |node, value, place| {
        if let Some(reference) = reference(node, value)
            && let Some(target) = targets.get(reference)
        {
            let mut resolved = target.clone();
            if let Some(description) = value.get("description") {
                resolved.insert("description".to_owned(), description.clone());
            }
            *value = Value::Object(resolved);
        }
        // Headers of parts could refer to each other without end, and no client sends them.
        if node == Node::Encoding
            && let Some(encoding) = value.as_object_mut()
            && encoding.remove("headers").is_some()
        {
            let message = "headers of a part are not sent: ignored";
            note(notes, &place.key("headers"), message);
        }
    });
}

fn reference(node: Node, value: &Value) -> Option<&str> {
    match node {
        Node::Parameter | Node::Header | Node::RequestBody | Node::Response => value.get("$ref")?.as_str(),
        _ => None,
    }
}

/// What each reference leads to in the end.
fn targets(document: &mut Value) -> HashMap<String, Map<String, Value>> {
    let mut references = HashSet::new();
    walk::enter(document, &mut |node, value, _| {
        if let Some(reference) = reference(node, value)
            && !references.contains(reference)
        {
            references.insert(reference.to_owned());
        }
    });
    references
        .into_iter()
        .filter_map(|reference| Some((resolve(document, &reference)?, reference)))
        .map(|(target, reference)| (reference, target))
        .collect()
}

/// Follows a reference to its end. The outermost description counts.
fn resolve(document: &Value, reference: &str) -> Option<Map<String, Value>> {
    let mut description = None;
    let mut value = at(document, &steps(reference)?)?.as_object()?;
    for _ in 0..HOPS {
        let Some(reference) = value.get("$ref") else {
            let mut resolved = value.clone();
            if let Some(description) = description {
                resolved.insert("description".to_owned(), Value::clone(description));
            }
            return Some(resolved);
        };
        description = description.or_else(|| value.get("description"));
        value = at(document, &steps(reference.as_str()?)?)?.as_object()?;
    }
    None
}
