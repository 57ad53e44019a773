//! Exclusive limits that are numbers become flags, and lengths become integers.

use serde_json::{Map, Value, json};

use super::Note;
use super::integers::{drop_limit, integral};
use super::walk;

/// One end of a range.
struct End {
    key: &'static str,
    exclusive: &'static str,
    /// Of an inclusive and an exclusive limit, whether the inclusive one is the tighter.
    tighter: fn(f64, f64) -> bool,
}

const ENDS: [End; 2] = [
    End { key: "minimum", exclusive: "exclusiveMinimum", tighter: |inclusive, exclusive| inclusive > exclusive },
    End { key: "maximum", exclusive: "exclusiveMaximum", tighter: |inclusive, exclusive| inclusive < exclusive },
];

const LENGTHS: [&str; 6] = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, place| {
        for end in &ENDS {
            make_flag(schema, end);
        }
        for key in LENGTHS {
            integral(schema, key, place, notes);
            let length = schema.get(key).and_then(Value::as_i64);
            if length.is_some_and(|length| length < 0) {
                drop_limit(schema, key, place, notes);
            }
        }
    });
}

/// `exclusiveMinimum: 3` is `minimum: 3, exclusiveMinimum: true`.
fn make_flag(schema: &mut Map<String, Value>, end: &End) {
    let Some(Value::Number(exclusive)) = schema.get(end.exclusive).cloned() else {
        return;
    };
    let inclusive = schema.get(end.key).and_then(Value::as_f64);
    let tighter = match (inclusive, exclusive.as_f64()) {
        (Some(inclusive), Some(exclusive)) => (end.tighter)(inclusive, exclusive),
        _ => false,
    };
    if tighter {
        schema.remove(end.exclusive);
    } else {
        schema.insert(end.key.to_owned(), Value::Number(exclusive));
        schema.insert(end.exclusive.to_owned(), json!(true));
    }
}
