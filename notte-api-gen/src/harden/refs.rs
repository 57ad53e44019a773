//! References to component schemas: reading, writing and looking through them.

use serde_json::{Map, Value, json};

pub(super) const PREFIX: &str = "#/components/schemas/";

/// `{$ref}` to the component schema `name`.
pub(super) fn to(name: &str) -> Value {
    json!({ "$ref": format!("{PREFIX}{name}") })
}

/// The component a schema refers to: a plain `$ref`, or one wrapped in `allOf` to carry a description.
pub(super) fn target(schema: &Value) -> Option<&str> {
    plain(schema).or_else(|| plain(wrapped(schema)?))
}

/// The one member of an `allOf` wrapper.
pub(super) fn wrapped(schema: &Value) -> Option<&Value> {
    match schema.get("allOf")?.as_array()?.as_slice() {
        [member] => Some(member),
        _ => None,
    }
}

fn plain(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(PREFIX)
}

/// The text of a reference to a component schema, with its escapes read (`~1`, `~0`, `%20`).
pub(super) fn normalised(reference: &str) -> String {
    let Some(name) = reference.strip_prefix(PREFIX) else {
        return reference.to_owned();
    };
    format!("{PREFIX}{}", unescape(name))
}

/// A JSON pointer segment of a URL fragment as plain text.
pub(super) fn unescape(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}

/// The document's component schemas.
pub(super) fn components(document: &Value) -> Option<&Map<String, Value>> {
    document.get("components")?.get("schemas")?.as_object()
}

/// The document's component schemas, to be changed.
pub(super) fn components_mut(document: &mut Value) -> Option<&mut Map<String, Value>> {
    document.get_mut("components")?.get_mut("schemas")?.as_object_mut()
}
