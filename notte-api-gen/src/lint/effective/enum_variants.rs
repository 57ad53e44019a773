//! Enum values that are no text.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        let Some(Value::Array(values)) = schema.value.get("enum") else {
            continue;
        };
        let at = schema.pointer.child("enum");
        if !values.iter().all(Value::is_string) {
            report.error(&at, "an enum with values that are no texts", super::BUG);
        }
    }
}
