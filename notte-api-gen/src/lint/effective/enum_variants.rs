//! Enum values that are no text, or that become the same variant.

use serde_json::Value;

use crate::lint::document::Document;
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        let Some(Value::Array(values)) = schema.value.get("enum") else {
            continue;
        };
        let at = schema.pointer.child("enum");
        let texts: Vec<_> = values.iter().filter_map(Value::as_str).collect();
        if texts.len() < values.len() {
            report.error(&at, "an enum with values that are no texts", super::BUG);
        }
        let mut unique = texts;
        unique.sort_unstable();
        unique.dedup();
        let colliding = names::colliding_variants(&unique);
        if !colliding.is_empty() {
            report.error(
                &at,
                format!("the values {} become the same variant", colliding.join(", ")),
                "remove all but one of them from the enum in an overlay: `Open` still takes the others as text",
            );
        }
    }
}
