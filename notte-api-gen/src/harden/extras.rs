//! What a type does not declare is kept in `extra`; so is a property whose Rust name would be taken.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::{Value, json};

use super::{limits, refs, shape};

const TAKEN: [&str; 1] = ["extra"];

/// Leaves every object open, and gives up properties that cannot be fields.
pub(super) fn keep(document: &mut Value) {
    for (_, schema) in refs::components_mut(document).into_iter().flatten() {
        if shape::has_properties(schema) {
            schema["additionalProperties"] = json!({});
            yield_names(schema);
        }
    }
}

fn yield_names(schema: &mut Value) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let mut taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let (plain, cased): (Vec<&String>, Vec<&String>) = properties.keys().partition(|name| field(name) == **name);
    let clashing = plain.into_iter().chain(cased).filter(|name| !taken.insert(field(name)));
    let clashing: Vec<String> = clashing.cloned().collect();
    for name in clashing {
        if let Some(properties) = schema["properties"].as_object_mut() {
            properties.remove(&name);
        }
        if let Some(required) = schema["required"].as_array_mut() {
            required.retain(|required| *required != name);
        }
        if let Some(schema) = schema.as_object_mut() {
            limits::add(schema, vec![format!("`{name}` is read and set in `extra`.").into()]);
        }
    }
}

/// About the name typify gives a field.
fn field(name: &str) -> String {
    let keep = |c: char| c.is_alphanumeric() || c == '_';
    let field = name.replace('\'', "").replace(|c| !keep(c), "-").to_snake_case();
    if field.starts_with(|first: char| first.is_alphabetic() || first == '_') { field } else { format!("x{field}") }
}
