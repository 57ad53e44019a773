//! A union of one is that one; `nullable` moves from a member to the union; `anyOf` inside `anyOf` is one.

use serde_json::{Map, Value, json};

use super::Note;
use super::walk;

const UNIONS: [&str; 2] = ["anyOf", "oneOf"];

/// They describe a schema without changing what it allows: the outer one's count.
const ANNOTATIONS: [&str; 8] =
    ["title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"];

pub(super) fn run(document: &mut Value, _: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, _| {
        for key in UNIONS {
            hoist_nullable(schema, key);
        }
        flatten(schema);
        // What is absorbed is smaller than the schema was, so this ends.
        while let Some(member) = UNIONS.into_iter().find_map(|key| only_member(schema, key)) {
            absorb(schema, member);
        }
    });
}

fn flatten(schema: &mut Map<String, Value>) {
    let Some(Value::Array(members)) = schema.get_mut("anyOf") else {
        return;
    };
    let nested = |member: &Value| match member {
        Value::Object(member) => member.len() == 1 && member.get("anyOf").is_some_and(Value::is_array),
        _ => false,
    };
    if !members.iter().any(nested) {
        return;
    }
    *members = std::mem::take(members)
        .into_iter()
        .flat_map(|mut member| {
            if nested(&member)
                && let Some(Value::Array(inner)) = member.get_mut("anyOf")
            {
                std::mem::take(inner)
            } else {
                vec![member]
            }
        })
        .collect();
}

/// Takes the member of a union of one; an empty union goes.
fn only_member(schema: &mut Map<String, Value>, key: &str) -> Option<Map<String, Value>> {
    let members = schema.get_mut(key)?.as_array_mut()?;
    if members.is_empty() {
        schema.remove(key);
        return None;
    }
    if members.len() > 1 || !members[0].is_object() {
        return None;
    }
    let member = members.pop();
    schema.remove(key);
    match member {
        Some(Value::Object(member)) => Some(member),
        _ => None,
    }
}

/// Puts a schema into the one that was a union of it: its keywords, or `allOf` it when it is a reference or the two
/// say different things.
fn absorb(schema: &mut Map<String, Value>, member: Map<String, Value>) {
    let union = schema.contains_key("anyOf") || schema.contains_key("oneOf");
    if !union {
        schema.remove("discriminator");
    }
    let conflict = member.contains_key("$ref")
        || schema.contains_key("$ref")
        || member.iter().any(|(key, value)| {
            let own = schema.get(key);
            own.is_some_and(|own| own != value) && !is_annotation(key)
        });
    if !conflict {
        for (key, value) in member {
            schema.entry(key).or_insert(value);
        }
        return;
    }
    if let Value::Array(all_of) = schema.entry("allOf").or_insert_with(|| json!([])) {
        all_of.push(Value::Object(member));
    }
}

fn is_annotation(key: &str) -> bool {
    key.starts_with("x-") || ANNOTATIONS.contains(&key)
}

fn hoist_nullable(schema: &mut Map<String, Value>, key: &str) {
    let Some(Value::Array(members)) = schema.get_mut(key) else {
        return;
    };
    let mut nullable = false;
    for member in members {
        if let Value::Object(member) = member
            && member.get("nullable") == Some(&json!(true))
        {
            member.remove("nullable");
            nullable = true;
        }
    }
    if nullable {
        schema.insert("nullable".to_owned(), json!(true));
    }
}
