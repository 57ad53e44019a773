//! `contentMediaType` and `contentEncoding` become the formats `binary` and `byte`.

use serde_json::{Value, json};

use super::walk;
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, place| {
        let encoding = schema.remove("contentEncoding");
        let media_type = schema.remove("contentMediaType");
        if schema.remove("contentSchema").is_some() {
            note(notes, &place.key("contentSchema"), "what is inside a string cannot be said: a plain string");
        }
        let encoded =
            matches!(encoding.as_ref().and_then(Value::as_str), Some("base64" | "base64url" | "base32" | "base16"));
        let format = match media_type.as_ref().and_then(Value::as_str) {
            _ if encoded => "byte",
            Some(media_type) if is_binary(media_type) => "binary",
            _ => return,
        };
        if schema.contains_key("$ref") {
            return;
        }
        schema.entry("type").or_insert_with(|| json!("string"));
        schema.entry("format").or_insert_with(|| json!(format));
    });
}

fn is_binary(media_type: &str) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    !media_type.starts_with("text/") && !media_type.contains("json") && !media_type.contains("xml")
}
