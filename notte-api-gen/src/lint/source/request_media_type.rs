//! Request bodies in a format that the client cannot write.

use crate::lint::Report;
use crate::lint::document::{Document, is_json};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Some(body) = operation.request_body(document) else {
            continue;
        };
        let types: Vec<_> = body.content().map(|(media_type, _)| media_type).collect();
        let known = |media_type: &str| is_json(media_type) || is_multipart(media_type);
        if types.is_empty() {
            continue;
        }
        let listed = types.join(", ");
        if !types.iter().any(|media_type| known(media_type)) {
            report.error(
                &body.pointer.child("content"),
                format!("the request body is {listed}, which is not supported"),
                "describe it as application/json or multipart/form-data in an overlay, or remove the operation",
            );
        } else if types.len() > 1 {
            report.note(
                &body.pointer.child("content"),
                format!("the request body has {} media types ({listed}); one of them is used", types.len()),
                "remove the others in an overlay",
            );
        }
    }
}

fn is_multipart(media_type: &str) -> bool {
    media_type.trim().to_ascii_lowercase().starts_with("multipart/form-data")
}
