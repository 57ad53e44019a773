//! An effect class that does not exist.

use crate::lint::Report;
use crate::lint::document::Document;

const CLASSES: &[&str] = &["read", "idempotent", "costly", "page"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Some(class) = operation.value.get("x-notte-effect") else {
            continue;
        };
        if !class.as_str().is_some_and(|class| CLASSES.contains(&class)) {
            report.error(
                &operation.pointer.child("x-notte-effect"),
                format!("{class} is no effect class"),
                format!("write one of {} in the overlay", CLASSES.join(", ")),
            );
        }
    }
}
