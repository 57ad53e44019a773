//! Operations that do not say what success looks like.

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Some(responses) = operation.value.get("responses").and_then(|responses| responses.as_object()) else {
            continue;
        };
        if !responses.keys().any(|status| status.starts_with('2') || status == "default") {
            report.error(
                &operation.pointer.child("responses"),
                "no response says what success looks like",
                "add a `200` (or `204`, without content) in an overlay",
            );
        }
    }
}
