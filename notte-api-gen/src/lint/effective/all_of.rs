//! `allOf` that is more than a wrapper around one reference: merging it can loop, fail or duplicate types.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        let Some(Value::Array(members)) = schema.value.get("allOf") else {
            continue;
        };
        // The one way to say that a reference, or a type of ours, may be null.
        let wraps = |member: &Value| member.get("$ref").is_some() || member.get("x-rust-type").is_some();
        let wrapper = members.len() == 1 && wraps(&members[0]);
        if !wrapper {
            report.error(
                &schema.pointer.child("allOf"),
                format!("an `allOf` of {} schemas could not be merged into one", members.len()),
                "write the merged schema out in an overlay: its members contradict each other, or are no objects",
            );
        }
    }
}
