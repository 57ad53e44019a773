//! Markers: where a value may be a secret, and how one is found again however it is written.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::contract::schema::{Document, Kind};

/// In every marker; it stays as it is in JSON, in a URL and in HTML.
pub(super) const CORE: &str = "Zq7planted";
pub(super) const KEY: &str = "Zq7planted-key";

/// A secret that JSON and URLs have to write in another way.
pub(super) fn marker() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("é \"{CORE}\" \\+/&%{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// `value` with a marker in every secret, in every text of free-form JSON, and in a field that no object declares.
pub(super) fn plant(document: &Document, schema: &Value, value: &Value) -> Value {
    let mut result = value.clone();
    for site in document.sites("", schema, value) {
        let place = result.pointer_mut(&site.pointer).unwrap();
        match (&site.kind, site.value) {
            (Kind::Secret, Value::String(_)) => *place = marker().into(),
            (Kind::Free, _) => scatter(place),
            (Kind::Object { .. }, Value::Object(_)) => {
                let fields = place.as_object_mut().unwrap();
                fields.insert("planted".to_owned(), json!({ "deep": [marker()] }));
            }
            _ => {}
        }
    }
    result
}

fn scatter(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(scatter);
            fields.insert("planted".to_owned(), marker().into());
        }
        Value::Array(items) => items.iter_mut().for_each(scatter),
        Value::String(_) => *value = marker().into(),
        _ => {}
    }
}

/// Answers with a marker where another type is due: all at the top, all as deep as they can be, the whole.
pub(super) fn misfits(document: &Document, schema: &Value, value: &Value) -> [(&'static str, Value); 3] {
    let (mut outer, mut inner) = (value.clone(), value.clone());
    for site in document.sites("", schema, value) {
        let is_leaf = matches!(site.kind, Kind::Timestamp | Kind::Integer | Kind::Number);
        let is_other = matches!(site.kind, Kind::List { .. } | Kind::Map | Kind::Object { .. });
        if site.pointer.is_empty() || site.value.is_null() || !(is_leaf || is_other) {
            continue;
        }
        if site.depth() == 1 {
            *outer.pointer_mut(&site.pointer).unwrap() = marker().into();
        }
        if is_leaf {
            *inner.pointer_mut(&site.pointer).unwrap() = marker().into();
        }
    }
    [("wrong types at the top", outer), ("wrong types inside", inner), ("a text for it all", marker().into())]
}

/// The lines that hold a marker, plain or in Base64.
pub(super) fn found(how: &str, text: &str) -> Vec<String> {
    let encoded = [0, 1, 2].map(|offset| base64(offset, CORE));
    let holds = |line: &str| line.contains(CORE) || encoded.iter().any(|encoded| line.contains(encoded));
    text.lines().filter(|line| holds(line)).map(|line| format!("{how}: {line}")).collect()
}

/// What Base64 makes of `text` inside a longer text, `offset` bytes after a multiple of three.
fn base64(offset: usize, text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = text.bytes().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    // Digits that another byte has a part in are left out.
    let start = [0, 4, 2][offset];
    let digits = bits[start..].chunks_exact(6);
    digits.map(|digit| DIGITS[digit.iter().fold(0, |all, bit| all << 1 | usize::from(*bit))] as char).collect()
}

#[test]
fn base64_is_found_at_any_offset() {
    // `a`, `ab` and `abc` before the word, as any encoder writes them.
    for encoded in ["YWJjWnE3cGxhbnRlZA==", "YVpxN3BsYW50ZWQ=", "YWJacTdwbGFudGVk"] {
        assert_eq!(found("", encoded).len(), 1, "{encoded}");
    }
    assert_eq!(found("", "YWJj"), [""; 0]);
}
