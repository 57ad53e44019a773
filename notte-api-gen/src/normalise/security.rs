//! Client certificates (`mutualTLS`) are no matter of requests: the scheme and the requirements of it go.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::names::{at, steps};
use super::walk::{self, Node, Place};
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    resolve(document);
    let Some(Value::Object(schemes)) = document.pointer_mut("/components/securitySchemes") else {
        return;
    };
    let mutual: BTreeSet<String> = schemes
        .iter()
        .filter(|(_, scheme)| scheme.get("type") == Some(&json!("mutualTLS")))
        .map(|(name, _)| name.clone())
        .collect();
    if mutual.is_empty() {
        return;
    }
    schemes.retain(|name, _| !mutual.contains(name));
    let place = Place::ROOT.key("components");
    for name in &mutual {
        let message = "client certificates belong to the connection: ignored";
        note(notes, &place.key("securitySchemes").key(name), message);
    }
    walk::enter(document, &mut |node, value, _| {
        if matches!(node, Node::Document | Node::Operation)
            && let Some(Value::Array(requirements)) = value.get_mut("security")
        {
            requirements.retain_mut(|requirement| {
                let Value::Object(requirement) = requirement else {
                    return true;
                };
                let before = requirement.len();
                requirement.retain(|name, _| !mutual.contains(name));
                // One that asked for nothing from the start means "none".
                !requirement.is_empty() || before == 0
            });
        }
    });
}

fn resolve(document: &mut Value) {
    let source = match document.pointer("/components/securitySchemes") {
        Some(schemes) if schemes.is_object() => schemes.clone(),
        _ => return,
    };
    let Some(Value::Object(schemes)) = document.pointer_mut("/components/securitySchemes") else {
        return;
    };
    for scheme in schemes.values_mut() {
        for _ in 0..8 {
            let target = scheme
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(steps)
                .filter(|steps| steps.len() == 3)
                .and_then(|steps| at(&source, &steps[2..]));
            match target {
                Some(target) => *scheme = target.clone(),
                None => break,
            }
        }
    }
}
