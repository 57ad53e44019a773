//! Tuples (`prefixItems`, or a list under `items`) become arrays of any of their items.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::walk;
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, place| {
        if let Some(mut members) = members(schema) {
            members.retain(is_something);
            note(notes, place, "the positions of a tuple cannot be told apart: any of its items anywhere");
            schema.insert("items".to_owned(), any_of(members));
        }
    });
}

/// The schemas of a tuple's items, those after the fixed ones included.
fn members(schema: &mut Map<String, Value>) -> Option<Vec<Value>> {
    let items = schema.remove("items");
    match (schema.remove("prefixItems"), items) {
        (Some(Value::Array(mut members)), items) => {
            if let Some(rest @ Value::Object(_)) = items {
                members.push(rest);
            }
            Some(members)
        }
        (_, Some(Value::Array(members))) => Some(members),
        (_, items) => {
            schema.extend(items.map(|items| ("items".to_owned(), items)));
            None
        }
    }
}

/// A schema that allows anything at all.
pub(super) fn is_something(schema: &Value) -> bool {
    schema.is_object() || *schema == Value::Bool(true)
}

/// One of these schemas: the one, or `anyOf` the different ones.
pub(super) fn any_of(mut members: Vec<Value>) -> Value {
    let mut seen = HashSet::new();
    let new: Vec<bool> = members.iter().map(|member| seen.insert(member)).collect();
    let mut new = new.into_iter();
    members.retain(|_| new.next() == Some(true));
    match members.as_mut_slice() {
        [] => json!({}),
        [one] => one.take(),
        _ => json!({"anyOf": members}),
    }
}
