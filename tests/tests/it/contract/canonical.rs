//! The canonical form of an answer: what it says, without the ways to say it that mean the same.

use serde_json::{Value, json};

use crate::contract::schema::{Document, Kind};

/// In a declared property `null` is absent, as is an empty timestamp, and a null list is empty; a timestamp is an instant, and a number its value.
/// What the schema does not know stays as it is, nulls included.
pub(crate) fn canonical(document: &Document, schema: &Value, value: &Value) -> Value {
    let mut result = value.clone();
    for site in document.sites("", schema, value).into_iter().rev() {
        let instead = match (&site.kind, site.value) {
            (Kind::List { .. }, Value::Null) if site.required == Some(true) => json!([]),
            (Kind::Map, Value::Null) if site.required == Some(true) => json!({}),
            (_, Value::Null) if site.required == Some(false) => {
                remove(&mut result, &site.pointer);
                continue;
            }
            (Kind::Timestamp, Value::String(text)) if text.is_empty() && site.required == Some(false) => {
                remove(&mut result, &site.pointer);
                continue;
            }
            (Kind::Timestamp, Value::String(text)) => instant(text).map_or_else(|| text.clone().into(), Into::into),
            (Kind::Integer, Value::Number(number)) => match number.as_f64() {
                #[allow(clippy::cast_possible_truncation, reason = "whole numbers only")]
                Some(float) if !number.is_i64() && float.fract() == 0.0 => json!(float as i64),
                _ => continue,
            },
            (Kind::Number, Value::Number(number)) => json!(number.as_f64()),
            _ => continue,
        };
        *result.pointer_mut(&site.pointer).unwrap() = instead;
    }
    result
}

fn remove(from: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    from.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
}

/// The instant a timestamp means; without a zone it is UTC.
fn instant(text: &str) -> Option<String> {
    let local = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let instant = text.parse::<jiff::Timestamp>().ok().or_else(|| Some(local()?.timestamp()))?;
    Some(instant.to_string())
}

/// Where two values differ: a JSON pointer and what is there, for each difference. Numbers are compared by value.
pub(crate) fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(expected, got, "", &mut found);
    found
}

fn compare(expected: &Value, got: &Value, at: &str, found: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                match b.get(key) {
                    Some(other) => compare(value, other, &format!("{at}/{key}"), found),
                    None => found.push(format!("{at}/{key}: {value} is lost")),
                }
            }
            let new = b.iter().filter(|(key, _)| !a.contains_key(*key));
            found.extend(new.map(|(key, value)| format!("{at}/{key}: {value} was not there")));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, &format!("{at}/{index}"), found);
            }
        }
        (Value::Number(a), Value::Number(b)) if a.is_f64() != b.is_f64() && a.as_f64() == b.as_f64() => {}
        _ if expected == got => {}
        _ => found.push(format!("{at}: {expected} became {got}")),
    }
}
