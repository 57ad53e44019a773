//! Request bodies where HTTP gives them no meaning.

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        if matches!(operation.method, "get" | "head" | "delete") && operation.value.contains_key("requestBody") {
            report.note(
                &operation.pointer.child("requestBody"),
                format!("a {} with a request body", operation.method.to_ascii_uppercase()),
                "proxies may drop it; if the server does not read it, remove it in an overlay",
            );
        }
    }
}
