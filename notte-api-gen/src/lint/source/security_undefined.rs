//! Security requirements that name no scheme.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Pointer;
use crate::lint::Report;
use crate::lint::document::{Document, entries, items};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    let defined: BTreeSet<_> = document.components("securitySchemes").map(|(name, _)| name).collect();
    let mut requirements = |value: Option<&Value>, at: Pointer| {
        for requirement in items(value, &at) {
            for (name, at) in entries(Some(requirement.value), &requirement.pointer) {
                if !defined.contains(name) {
                    report.error(
                        &at.pointer,
                        format!("the security scheme `{name}` is not defined"),
                        "define it under components.securitySchemes, or correct the name, in an overlay",
                    );
                }
            }
        }
    };
    requirements(document.root.get("security"), Pointer::root().child("security"));
    for operation in &document.operations {
        requirements(operation.value.get("security"), operation.pointer.child("security"));
    }
}
