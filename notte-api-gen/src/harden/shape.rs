//! Every schema in one of few shapes: reference, `allOf`, `oneOf`, object, map, array, scalar, anything. What is in none of them is dropped.

use serde_json::{Map, Value, json};

use super::{kinds, limits, prune, refs, walk};

/// Keywords that say something about a schema's place, not about its values.
pub(super) const ANNOTATIONS: [&str; 7] =
    ["description", "deprecated", "nullable", "readOnly", "writeOnly", "x-notte-secret", limits::NOTES];

/// Brings every schema of the document into shape.
pub(super) fn all(document: &mut Value) {
    for (_, schema) in refs::components_mut(document).into_iter().flatten() {
        let keep = schema.get(prune::KEEP).is_some();
        *schema = canonical(std::mem::take(schema));
        if let Some(schema) = schema.as_object_mut().filter(|_| keep) {
            schema.insert(prune::KEEP.to_owned(), true.into());
        }
    }
    walk::operations(document, &mut |_, _, operation| {
        walk::roots(operation, &mut |schema, _| {
            *schema = canonical(std::mem::take(schema));
        });
    });
}

/// Whether a schema is an object with declared properties.
pub(super) fn has_properties(schema: &Value) -> bool {
    schema.get("properties").and_then(Value::as_object).is_some_and(|all| !all.is_empty())
}

/// Whether a schema is an object without declared properties.
pub(super) fn is_map(schema: &Value) -> bool {
    schema["type"] == "object" && !has_properties(schema)
}

/// Puts annotations on a schema: the outer description wins, flags and remarks add up; a reference is wrapped to hold them.
pub(super) fn annotate(schema: Value, annotations: Map<String, Value>) -> Value {
    if annotations.is_empty() {
        return schema;
    }
    let mut schema = match schema {
        Value::Object(schema) if schema.contains_key("$ref") => Map::from_iter([("allOf".to_owned(), json!([schema]))]),
        Value::Object(schema) => schema,
        _ => Map::new(),
    };
    for (key, value) in annotations {
        match value {
            Value::Array(remarks) if key == limits::NOTES => limits::add(&mut schema, remarks),
            value => {
                schema.insert(key, value);
            }
        }
    }
    Value::Object(schema)
}

/// Takes a schema's annotations off it.
pub(super) fn take_annotations(schema: &mut Value) -> Map<String, Value> {
    let Some(schema) = schema.as_object_mut() else {
        return Map::new();
    };
    ANNOTATIONS.iter().filter_map(|key| schema.remove_entry(*key)).collect()
}

/// The schema in its one shape, with everything in it.
pub(super) fn canonical(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else {
        return json!({});
    };
    let mut annotations = annotations(&schema);
    let mut parts = Vec::new();
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        parts.push(json!({ "$ref": refs::normalised(reference) }));
    } else {
        if let Some(Value::Array(members)) = schema.remove("allOf") {
            parts.extend(members.into_iter().filter_map(|member| part(member, &mut annotations)));
        }
        for keyword in ["oneOf", "anyOf"] {
            let discriminator = schema.get("discriminator").cloned();
            if let Some(Value::Array(members)) = schema.remove(keyword) {
                parts.extend(union(members, discriminator.as_ref(), &mut annotations));
            }
        }
        parts.extend(kinds::own(schema, !parts.is_empty(), &mut annotations));
    }
    match parts.len() {
        0 => annotate(json!({}), annotations),
        1 => annotate(parts.remove(0), annotations),
        _ => annotate(json!({ "allOf": parts }), annotations),
    }
}

/// A member of `allOf`, unless it only annotates the others.
fn part(member: Value, outer: &mut Map<String, Value>) -> Option<Value> {
    let member = canonical(member);
    let says = member.as_object()?.keys().any(|key| !ANNOTATIONS.contains(&key.as_str()));
    if says {
        return Some(member);
    }
    let Value::Object(mut inner) = member else {
        return None;
    };
    inner.append(outer);
    *outer = inner;
    None
}

fn annotations(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    if let Some(description) = schema.get("description").and_then(Value::as_str) {
        kept.insert("description".to_owned(), description.into());
    }
    for key in ["deprecated", "nullable", "readOnly", "writeOnly", "x-notte-secret"] {
        if schema.get(key).is_some_and(|flag| *flag == true) {
            kept.insert(key.to_owned(), true.into());
        }
    }
    let remarks = limits::remarks(schema);
    if !remarks.is_empty() {
        kept.insert(limits::NOTES.to_owned(), remarks.into());
    }
    kept
}

/// `oneOf` of the members that are not null; members that only constrain what stands beside them are none.
fn union(members: Vec<Value>, discriminator: Option<&Value>, outer: &mut Map<String, Value>) -> Option<Value> {
    let mut kept = Vec::new();
    for member in members {
        if member["type"] == "null" || member["enum"] == json!([null]) {
            outer.insert("nullable".to_owned(), true.into());
            continue;
        }
        let constrains = ["required", "not", "minProperties", "maxProperties"];
        if member.as_object().is_some_and(|m| !m.is_empty() && m.keys().all(|k| constrains.contains(&k.as_str()))) {
            continue;
        }
        kept.push(canonical(member));
    }
    if kept.len() < 2 {
        return kept.pop().filter(|only| *only != json!({}));
    }
    for member in &mut kept {
        let mut inner = take_annotations(member);
        if let Some(bare) = refs::wrapped(member) {
            *member = bare.clone();
        }
        if inner.contains_key("nullable") {
            outer.insert("nullable".to_owned(), true.into());
        }
        if let (Some(secret), Some(member)) = (inner.remove("x-notte-secret"), member.as_object_mut()) {
            member.insert("x-notte-secret".to_owned(), secret);
        }
        if let Some(Value::Array(mut remarks)) = inner.remove(limits::NOTES) {
            remarks.retain(|remark| remark != "Read-only." && remark != "Write-only.");
            limits::add(outer, remarks);
        }
    }
    let mut union = json!({ "oneOf": kept });
    if let Some(discriminator) = discriminator.and_then(|d| explicit(d, &kept)) {
        union["discriminator"] = discriminator;
    }
    Some(union)
}

/// The discriminator with every referenced member in its mapping: without an entry, a member's value is its component's name.
fn explicit(discriminator: &Value, members: &[Value]) -> Option<Value> {
    let tag = discriminator.get("propertyName")?.as_str()?;
    let mut mapping = Map::new();
    for (value, target) in discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten() {
        let Some(target) = target.as_str() else {
            continue;
        };
        let target = match target.starts_with('#') {
            true => refs::normalised(target),
            false => format!("{}{target}", refs::PREFIX),
        };
        mapping.insert(value.clone(), target.into());
    }
    for name in members.iter().filter_map(refs::target) {
        let target = Value::String(format!("{}{name}", refs::PREFIX));
        if !mapping.values().any(|mapped| *mapped == target) {
            mapping.insert(name.to_owned(), target);
        }
    }
    Some(json!({ "propertyName": tag, "mapping": mapping }))
}
