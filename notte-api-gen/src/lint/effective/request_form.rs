//! Request bodies in another form than the few that are written.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;

use super::BUG;

/// How bodies are written, whatever the document calls it.
const WRITTEN: &[&str] =
    &["application/json", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream"];

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
        if content.len() != 1 || !content.keys().all(|media| WRITTEN.contains(&media.as_str())) {
            let types: Vec<_> = content.keys().map(String::as_str).collect();
            report.error(
                &at,
                format!("the request body is {}, not one of {}", types.join(", "), WRITTEN.join(", ")),
                BUG,
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
