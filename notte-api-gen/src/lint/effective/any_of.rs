//! `anyOf`, which becomes a struct of flattened options that can hold no scalar.

use crate::lint::Report;
use crate::lint::document::Document;

use super::BUG;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        if schema.value.get("anyOf").is_some() {
            report.error(&schema.pointer.child("anyOf"), "an `anyOf` is left", BUG);
        }
    }
}
