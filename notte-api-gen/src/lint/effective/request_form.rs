//! Request bodies that are not one JSON document.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;

use super::BUG;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Some(value) = operation.value.get("requestBody") else {
            continue;
        };
        let at = operation.pointer.child("requestBody");
        let Some(content) = value.get("content").and_then(Value::as_object) else {
            // A reference, or a shape that another rule reports.
            if value.get("$ref").is_some() {
                report.error(&at, "the request body is a reference", BUG);
            }
            continue;
        };
        let at = at.child("content");
        if content.keys().ne(["application/json"]) {
            let types: Vec<_> = content.keys().map(String::as_str).collect();
            report.error(
                &at,
                format!("the request body is {}, not application/json alone", types.join(", ")),
                "describe it as application/json or multipart/form-data in an overlay",
            );
        }
        for (media_type, body) in content {
            if body.is_object() && body.get("schema").is_none() {
                report.error(&at.child(media_type), "the request body has no schema", BUG);
            }
            if body.get("encoding").and_then(Value::as_object).is_some_and(|map| !map.is_empty()) {
                report.error(&at.child(media_type).child("encoding"), "an encoding is left", BUG);
            }
        }
    }
}
