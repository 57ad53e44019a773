//! Request bodies in several formats, of which the client writes one.

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Some(body) = operation.request_body(document) else {
            continue;
        };
        let types: Vec<_> = body.content().map(|(media_type, _)| media_type).collect();
        if types.len() > 1 {
            report.note(
                &body.pointer.child("content"),
                format!("the request body has {} media types ({}); one of them is used", types.len(), types.join(", ")),
                "remove the others in an overlay",
            );
        }
    }
}
