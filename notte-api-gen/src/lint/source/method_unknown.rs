//! Keys of a path item that are no method.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{Document, METHODS, entries};

const OTHER_KEYS: &[&str] = &["summary", "description", "servers", "parameters", "$ref"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for (_, item) in document.paths() {
        for (key, at) in entries(Some(item.value), &item.pointer) {
            if !METHODS.contains(&key) && !OTHER_KEYS.contains(&key) && !key.starts_with("x-") {
                let lower = key.to_ascii_lowercase();
                let help = if METHODS.contains(&lower.as_str()) {
                    format!("methods are written in lower case: `{lower}`")
                } else {
                    "remove it in an overlay".to_owned()
                };
                let what = if at.value.get("responses").is_some_and(Value::is_object) { "operation" } else { "entry" };
                report.error(&at.pointer, format!("`{key}` is no HTTP method; the {what} would be left out"), help);
            }
        }
    }
}
