//! A schema that is referred to by its place in the document (`#/paths/…/schema`) becomes a component, so that every
//! reference to a schema names one.

use std::collections::{HashMap, HashSet};

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::Note;
use super::names::{Names, add_components, at, component_ref, each_reference, steps};
use super::walk::{self, Node};

/// Steps that say nothing about a schema.
const PLAIN: [&str; 12] = [
    "components",
    "schemas",
    "paths",
    "properties",
    "parameters",
    "content",
    "application/json",
    "schema",
    "responses",
    "allOf",
    "anyOf",
    "oneOf",
];

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    let mut seen = HashSet::new();
    let mut queue = Vec::new();
    walk::schemas(document, &mut |schema, place| {
        by_place(schema, &mut |steps| {
            if seen.insert(steps.clone()) {
                queue.push((steps, place.pointer()));
            }
        });
    });
    let mut names = Names::new(document);
    let mut targets = HashMap::new();
    let mut hoisted = Map::new();
    while let Some((steps, pointer)) = queue.pop() {
        // What leads to no schema stays as it is, for lint to report.
        let Some(Node::Schema | Node::OpenSchema) = walk::node_at(&steps) else {
            continue;
        };
        let Some(mut schema) = at(document, &steps).cloned() else {
            continue;
        };
        if let Some(name) = alias(&schema) {
            targets.insert(steps, name);
            continue;
        }
        walk::leave(Node::Schema, &mut schema, &mut |_, value, _| {
            let Value::Object(schema) = value else { return };
            by_place(schema, &mut |steps| {
                if seen.insert(steps.clone()) {
                    queue.push((steps, pointer.clone()));
                }
            });
        });
        let name = names.take(&name_of(&steps));
        let message = format!("the schema at /{} is made a component", steps.join("/"));
        notes.push(Note { pointer, message });
        hoisted.insert(name.clone(), schema);
        targets.insert(steps, name);
    }
    add_components(document, hoisted);
    walk::schemas(document, &mut |schema, _| {
        each_reference(schema, &mut |reference| {
            let Some(steps) = steps(reference) else {
                return;
            };
            match steps.as_slice() {
                // Without percent-encoding from here on.
                [first, second, name] if first == "components" && second == "schemas" => {
                    *reference = component_ref(name);
                }
                _ => {
                    if let Some(name) = targets.get(&steps) {
                        *reference = component_ref(name);
                    }
                }
            }
        });
    });
}

/// Calls `visit` with the steps of every local reference that is not to a component schema.
fn by_place(schema: &mut Map<String, Value>, visit: &mut dyn FnMut(Vec<String>)) {
    each_reference(schema, &mut |reference| match steps(reference) {
        Some(steps) if !(steps.len() == 3 && steps[0] == "components" && steps[1] == "schemas") => {
            visit(steps);
        }
        _ => {}
    });
}

/// The component that a schema is when it is only a reference to one.
fn alias(schema: &Value) -> Option<String> {
    let schema = schema.as_object().filter(|schema| schema.len() == 1)?;
    match steps(schema.get("$ref")?.as_str()?)?.as_mut_slice() {
        [first, second, name] if first == "components" && second == "schemas" => Some(std::mem::take(name)),
        _ => None,
    }
}

fn name_of(steps: &[String]) -> String {
    let name: String =
        steps.iter().filter(|step| !PLAIN.contains(&step.as_str())).map(|step| step.to_upper_camel_case()).collect();
    if name.is_empty() { "Schema".to_owned() } else { name }
}
