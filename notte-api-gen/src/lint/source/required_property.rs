//! Properties that are required but not described.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{Document, items};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        // Without properties of its own it adds to others, in an `allOf`.
        let Some(Value::Object(properties)) = schema.value.get("properties") else {
            continue;
        };
        for at in items(schema.value.get("required"), &schema.pointer.child("required")) {
            if let Some(name) = at.value.as_str().filter(|name| !properties.contains_key(*name)) {
                report.note(
                    &at.pointer,
                    format!("the required property `{name}` is not described"),
                    "add it to `properties`, or remove it from `required`, in an overlay",
                );
            }
        }
    }
}
