//! Types with the name of an operation's builder: two things of one name in two modules.

use crate::lint::document::Document;
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Some(builder) = operation.id().map(names::builder) else {
            continue;
        };
        if document.schema(&builder).is_some() {
            report.note(
                &operation.pointer.child("operationId"),
                format!("{builder} is both a type and the builder of this operation"),
                "to tell them apart by name, rename the component in an overlay",
            );
        }
    }
}
