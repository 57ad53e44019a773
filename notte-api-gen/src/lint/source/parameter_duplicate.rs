//! Parameters that an operation has twice.

use std::collections::BTreeSet;

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let mut seen = BTreeSet::new();
        for parameter in &operation.parameters {
            if !seen.insert((parameter.name, parameter.location)) {
                report.note(
                    &parameter.pointer,
                    format!(
                        "the parameter `{}` ({}) is there twice; the first is used",
                        parameter.name, parameter.location
                    ),
                    "remove one of them in an overlay",
                );
            }
        }
    }
}
