//! Components whose names differ only in spelling, so that one of their types gets another name.

use std::collections::BTreeMap;

use crate::lint::document::Document;
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    let mut seen = BTreeMap::new();
    for (name, at) in document.components("schemas") {
        if let Some(first) = seen.insert(names::type_name(name), name) {
            report.note(
                &at.pointer,
                format!("`{first}` and `{name}` are both called {} in Rust", names::type_name(name)),
                "one of them gets a number; to choose the name, rename the component in an overlay",
            );
        }
    }
}
