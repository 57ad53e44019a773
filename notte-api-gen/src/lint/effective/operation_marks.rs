//! The marks that every hardened operation carries, and those that would turn on features of other frameworks.

use serde_json::Value;

use crate::lint::document::{Document, Operation};
use crate::lint::{Report, names};

use super::BUG;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        marks(operation, report);
        for key in operation.value.keys().filter(|key| key.starts_with("x-dropshot-")) {
            report.error(
                &operation.pointer.child(key),
                format!("`{key}` would change how the client is generated"),
                "remove it in an overlay",
            );
        }
    }
}

fn marks(operation: &Operation<'_>, report: &mut Report) {
    let mark = |key: &str| operation.value.get(key);
    if mark("x-notte-effect").is_none() {
        report.error(&operation.pointer, "the operation has no effect class", BUG);
    }
    if !matches!(mark("x-notte-auth").and_then(Value::as_str), Some("bearer" | "none")) {
        report.error(&operation.pointer, "the operation does not say whether it takes a key", BUG);
    }
    let tags = mark("tags").and_then(Value::as_array);
    if tags.is_none_or(Vec::is_empty) {
        report.error(&operation.pointer, "the operation has no tag", BUG);
    }
    if let Some(id) = operation.id()
        && names::has_letters(id)
        && names::method(id).trim_end_matches('_') != id.trim_end_matches('_')
    {
        report.error(
            &operation.pointer.child("operationId"),
            format!("the operation id `{id}` is not in snake_case"),
            BUG,
        );
    }
    for (key, kind) in [
        ("x-notte-key-header", "text"),
        ("x-notte-idempotency-key", "flag"),
        ("x-notte-page", "flag"),
        ("x-notte-secret-bearing", "flag"),
    ] {
        let fits = match mark(key) {
            None => true,
            Some(Value::String(_)) => kind == "text",
            Some(Value::Bool(_)) => kind == "flag",
            Some(_) => false,
        };
        if !fits {
            report.error(&operation.pointer.child(key), format!("`{key}` is no {kind}"), BUG);
        }
    }
}
