//! Limits and values of integers are integers.

use serde_json::{Map, Number, Value, json};

use super::walk::{self, Place};
use super::{Note, note};

/// A limit, its exclusive flag, and how a fraction rounds into the range.
type End = (&'static str, &'static str, fn(f64) -> f64);

const ENDS: [End; 2] = [("minimum", "exclusiveMinimum", f64::ceil), ("maximum", "exclusiveMaximum", f64::floor)];

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, place| {
        if schema.get("type") != Some(&json!("integer")) {
            return;
        }
        for end in ENDS {
            make_integer(schema, end, place, notes);
        }
        integral(schema, "multipleOf", place, notes);
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            for value in values {
                if let Some(integer) = whole(value) {
                    *value = json!(integer);
                }
            }
        }
    });
}

/// An integer's limit as an integer: `150.0` is 150, and from 0.5 on means from 1 on.
fn make_integer(
    schema: &mut Map<String, Value>,
    (key, exclusive, round): End,
    place: &Place<'_>,
    notes: &mut Vec<Note>,
) {
    if let Some(limit) = schema.get(key).and_then(Value::as_f64)
        && limit.fract() != 0.0
    {
        let rounded = Number::from_f64(round(limit));
        schema.extend(rounded.map(|limit| (key.to_owned(), Value::Number(limit))));
        schema.remove(exclusive);
    }
    integral(schema, key, place, notes);
    if !schema.contains_key(key) {
        schema.remove(exclusive);
    }
}

/// A number written with a fraction of zero becomes an integer; one that is none goes.
pub(super) fn integral(schema: &mut Map<String, Value>, key: &str, place: &Place<'_>, notes: &mut Vec<Note>) {
    let Some(value @ Value::Number(_)) = schema.get_mut(key) else {
        return;
    };
    if value.is_i64() {
        return;
    }
    match whole(value) {
        Some(integer) => *value = json!(integer),
        None => drop_limit(schema, key, place, notes),
    }
}

pub(super) fn drop_limit(schema: &mut Map<String, Value>, key: &str, place: &Place<'_>, notes: &mut Vec<Note>) {
    note(notes, &place.key(key), "a limit that no integer can be compared with: ignored");
    schema.remove(key);
}

/// The integer that a float is, if it is one that fits.
fn whole(value: &Value) -> Option<i64> {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    let float = value.as_f64().filter(|_| value.is_f64())?;
    (float.fract() == 0.0 && float.abs() <= LIMIT).then_some(float as i64)
}
