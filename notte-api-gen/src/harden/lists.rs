//! Lists in answers are `List<…>`: one odd item does not cost the others.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

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
        if answered.contains(name) && schema.get(unions::KEY).is_none() {
            walk::within(schema, &mut |schema| mark(schema, &types));
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
    if shape::is_map(items) || refs::target(items).is_some_and(|name| types.contains(name)) {
        let item = argument(items);
        rust_type::mark(schema, "List", &[item]);
    }
}

/// The schema as an argument of `x-rust-type`, which is read as JSON Schema: null is a type there.
fn argument(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let mut plain: Map<String, Value> = keywords.clone();
    let nullable = plain.remove("nullable").is_some();
    plain.remove("description");
    for keyword in ["items", "additionalProperties"] {
        if let Some(child) = plain.get_mut(keyword) {
            *child = argument(child);
        }
    }
    let plain = refs::target(schema).map_or(Value::Object(plain), refs::to);
    if nullable { json!({ "oneOf": [{ "type": "null" }, plain] }) } else { plain }
}
