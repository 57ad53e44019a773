//! Lists in answers are `List<…>`: one odd item does not cost the others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{prune, reach, refs, rust_type, shape, unions, walk};
use walk::{At, Root};

/// Marks the arrays of objects and unions that an answer leads to.
pub(super) fn tolerate(document: &mut Value) {
    let mut roots = reach::responses(document);
    roots.append(&mut prune::kept(document));
    let answered = reach::components(document, &roots);
    let components = refs::components(document).into_iter().flatten();
    let types: BTreeSet<String> = components
        .filter(|(_, schema)| schema["type"] == "object" || schema.get("oneOf").is_some())
        .map(|(name, _)| name.clone())
        .collect();
    for (name, schema) in refs::components_mut(document).into_iter().flatten() {
        if !answered.contains(name) || schema.get(unions::KEY).is_some() {
            continue;
        }
        // A component that is a list is one of itself: as `List` it would have no end.
        let inner = if schema["type"] == "array" { schema.get_mut("items") } else { Some(schema) };
        if let Some(inner) = inner {
            walk::within(inner, &mut |schema| mark(schema, &types));
        }
    }
    walk::operations(document, &mut |_, _, operation| {
        walk::roots(operation, &mut |schema, site| {
            if site.root == Root::Response && site.at == At::Root {
                walk::within(schema, &mut |schema| mark(schema, &types));
            }
        });
    });
}

fn mark(schema: &mut Value, types: &BTreeSet<String>) {
    if schema["type"] != "array" || schema.get(rust_type::KEY).is_some() {
        return;
    }
    let items = &schema["items"];
    let item = match refs::target(items) {
        Some(name) if types.contains(name) => refs::to(name),
        None if shape::is_map(items) && !values_may_be_null(items) => bare(items),
        _ => return,
    };
    rust_type::mark(schema, "List", &[item]);
}

/// The schema without words about it: an argument only names a type.
fn bare(schema: &Value) -> Value {
    if let Some(name) = refs::target(schema) {
        return refs::to(name);
    }
    let mut bare = schema.clone();
    shape::take_annotations(&mut bare);
    for keyword in ["items", "additionalProperties"] {
        if let Some(child) = bare.get_mut(keyword) {
            *child = self::bare(child);
        }
    }
    bare
}

/// Arguments of `x-rust-type` are read as JSON Schema, which knows no `nullable`: such maps stay in a plain array.
/// A null item needs no flag, it is an odd one.
fn values_may_be_null(map: &Value) -> bool {
    let mut values = &map["additionalProperties"];
    while !values.is_null() {
        if values["nullable"] == true {
            return true;
        }
        values = values.get("items").unwrap_or(&values["additionalProperties"]);
    }
    false
}
