//! `allOf` that is more than a wrapper around one reference: merging it can loop, fail or duplicate types.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        let Some(Value::Array(members)) = schema.value.get("allOf") else {
            continue;
        };
        let wrapper = members.len() == 1 && members[0].get("$ref").is_some();
        if !wrapper {
            report.error(
                &schema.pointer.child("allOf"),
                format!("an `allOf` of {} schemas could not be merged into one", members.len()),
                "write the merged schema out in an overlay: its members contradict each other, or are no objects",
            );
        }
    }
}
