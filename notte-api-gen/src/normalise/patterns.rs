//! `patternProperties` become `additionalProperties`.

use serde_json::Value;

use super::tuples::{any_of, is_something};
use super::walk;
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, place| {
        let Some(patterns) = schema.remove("patternProperties") else {
            return;
        };
        let Value::Object(patterns) = patterns else {
            return;
        };
        if patterns.is_empty() {
            return;
        }
        note(
            notes,
            &place.key("patternProperties"),
            "the pattern of a key cannot be said: any other key has one of these schemas",
        );
        let mut members: Vec<Value> = patterns.into_iter().map(|(_, schema)| schema).collect();
        match schema.get_mut("additionalProperties") {
            Some(Value::Bool(true)) => return,
            Some(rest @ Value::Object(_)) => members.push(rest.take()),
            _ => {}
        }
        members.retain(is_something);
        schema.insert("additionalProperties".to_owned(), any_of(members));
    });
}
