//! Enums without values, with values of several types, or with the same value twice.

use std::mem::discriminant;

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        let Some(Value::Array(values)) = schema.value.get("enum") else {
            continue;
        };
        let at = schema.pointer.child("enum");
        let mut present = values.iter().filter(|value| !value.is_null());
        let first = present.next();
        if values.is_empty() {
            report.error(&at, "the enum has no values", "list the values, or remove `enum`, in an overlay");
        } else if present.any(|value| Some(discriminant(value)) != first.map(discriminant)) {
            report.error(
                &at,
                "the enum has values of several types",
                "remove `enum` in an overlay, or split the schema into a `oneOf`",
            );
        }
        for (index, value) in values.iter().enumerate() {
            if values[..index].contains(value) {
                report.error(
                    &at.child(index),
                    format!("the enum has {value} twice"),
                    "remove one of them in an overlay",
                );
            }
        }
    }
}
