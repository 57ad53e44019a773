//! Keywords that hardening takes into the description, because in code they would refuse what a server sends.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;

use super::BUG;

const KEYWORDS: &[&str] = &[
    "default",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "pattern",
    "uniqueItems",
];

/// Formats that become types of crates which the client does not have.
const FORMATS: &[&str] = &["date", "date-time", "ip", "ipv4", "ipv6", "uuid"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        if schema.value.get("$ref").is_some() {
            continue;
        }
        for key in KEYWORDS {
            if schema.value.get(key).is_some() {
                report.error(&schema.pointer.child(key), format!("`{key}` is left"), BUG);
            }
        }
        if schema.value.get("additionalProperties") == Some(&Value::Bool(false)) {
            report.error(
                &schema.pointer.child("additionalProperties"),
                "`additionalProperties: false` is left, and would refuse every new field",
                BUG,
            );
        }
        let format = schema.value.get("format").and_then(Value::as_str);
        if let Some(format) = format.filter(|format| FORMATS.contains(format))
            && schema.value.get("x-rust-type").is_none()
        {
            report.error(&schema.pointer.child("format"), format!("the format `{format}` is left"), BUG);
        }
    }
}
