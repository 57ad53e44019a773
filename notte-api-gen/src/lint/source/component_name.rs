//! Components whose name leaves nothing to call a type by.

use crate::lint::document::Document;
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for (name, at) in document.components("schemas") {
        if !names::has_letters(name) {
            report.error(
                &at.pointer,
                format!("the component {name:?} has no letter or digit to name a type by"),
                "rename the component in an overlay: remove it, and add it under another name",
            );
        }
    }
}
