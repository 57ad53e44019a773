//! Operation ids that are equal, or become equal as a method or a builder.

use std::collections::BTreeMap;

use crate::lint::document::Document;
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    let mut seen = BTreeMap::new();
    for operation in &document.operations {
        let Some(id) = operation.id() else { continue };
        // Two methods that differ may still have one builder: `a_1` and `a1` are both A1.
        let builder = names::builder(id);
        let Some((first, at)) = seen.get(&builder) else {
            seen.insert(builder, (id, operation.pointer.clone()));
            continue;
        };
        let message = if *first == id {
            format!("the operation id `{id}` is used twice, first at {at}")
        } else {
            format!("the operation ids `{id}` and `{first}` (at {at}) are both {builder} in Rust")
        };
        report.note(
            &operation.pointer.child("operationId"),
            message,
            "it is named by method and path; to choose the name, give it another `operationId` in an overlay",
        );
    }
}
