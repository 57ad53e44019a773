//! References that lead nowhere, out of the document, or to the wrong kind of thing.

use crate::Pointer;
use crate::lint::Report;
use crate::lint::document::{At, Document, entries, items};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        if let Some(reference) = schema.reference() {
            judge(document, reference, "schemas", &schema.pointer.child("$ref"), report);
        }
        if schema.value.get("discriminator").is_some() {
            mapping(document, &schema.pointer, schema.value, report);
        }
    }
    for section in ["parameters", "requestBodies", "responses"] {
        for (_, at) in document.components(section) {
            reference(document, &at, section, report);
        }
    }
    for (_, item) in document.paths() {
        for at in items(item.value.get("parameters"), &item.pointer.child("parameters")) {
            reference(document, &at, "parameters", report);
        }
    }
    for operation in &document.operations {
        for at in items(operation.value.get("parameters"), &operation.pointer.child("parameters")) {
            reference(document, &at, "parameters", report);
        }
        if let Some(value) = operation.value.get("requestBody") {
            let pointer = operation.pointer.child("requestBody");
            reference(document, &At { pointer, value }, "requestBodies", report);
        }
        for (_, at) in entries(operation.value.get("responses"), &operation.pointer.child("responses")) {
            reference(document, &at, "responses", report);
        }
    }
}

/// Discriminators refer to schemas too, in full or by the bare name.
fn mapping(document: &Document<'_>, schema: &Pointer, value: &serde_json::Value, report: &mut Report) {
    let mapping = value.get("discriminator").and_then(|discriminator| discriminator.get("mapping"));
    for (_, at) in entries(mapping, &schema.child("discriminator").child("mapping")) {
        match at.value.as_str() {
            Some(name) if document.schema(name).is_some() => {}
            Some(reference) => judge(document, reference, "schemas", &at.pointer, report),
            None => {}
        }
    }
}

fn reference(document: &Document<'_>, at: &At<'_>, section: &str, report: &mut Report) {
    if let Some(reference) = at.get("$ref") {
        let pointer = &reference.pointer;
        match reference.value.as_str() {
            Some(text) => judge(document, text, section, pointer, report),
            None => report.error(pointer, "the reference is no text", "correct it in an overlay"),
        }
    }
}

fn judge(document: &Document<'_>, reference: &str, section: &str, at: &Pointer, report: &mut Report) {
    let prefix = format!("#/components/{section}/");
    if !reference.starts_with('#') {
        report.error(
            at,
            format!("`{reference}` refers out of the document"),
            format!("add what it refers to as a component in an overlay, and refer to `{prefix}…`"),
        );
    } else if document.root.pointer(&reference[1..]).is_none() {
        report.error(
            at,
            format!("`{reference}` refers to nothing"),
            "add the component, or correct the reference, in an overlay",
        );
    } else if reference.strip_prefix(&prefix).is_none_or(|name| name.is_empty() || name.contains('/')) {
        report.error(
            at,
            format!("`{reference}` refers to no component of `{section}`"),
            format!("move what it refers to under `{prefix}…` in an overlay"),
        );
    }
}
