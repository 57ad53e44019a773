//! Multipart bodies that the client cannot write.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{At, Document, entries, items};

use super::BUG;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Some(value) = operation.value.get("x-notte-multipart") else {
            continue;
        };
        let pointer = operation.pointer.child("x-notte-multipart");
        let at = At { pointer, value };
        if !value.get("properties").is_some_and(Value::is_object) {
            report.error(&at.pointer, "the multipart body has no properties", "describe its parts in an overlay");
        }
        if operation.value.contains_key("requestBody") {
            report.error(&at.pointer, "a multipart body beside a request body", BUG);
        }
        required(&at, report);
        parts(document, &at, report);
    }
}

fn required(at: &At<'_>, report: &mut Report) {
    let Some(required) = at.get("required") else {
        return;
    };
    if !required.value.is_array() {
        report.error(&required.pointer, "`required` is no list of names", BUG);
    }
    for item in items(Some(required.value), &required.pointer) {
        let known = item
            .value
            .as_str()
            .is_some_and(|name| at.value.get("properties").is_some_and(|properties| properties.get(name).is_some()));
        if !known {
            report.error(&item.pointer, format!("the required part {} is not described", item.value), BUG);
        }
    }
}

fn parts(document: &Document<'_>, at: &At<'_>, report: &mut Report) {
    for (name, part) in entries(at.value.get("properties"), &at.pointer.child("properties")) {
        if document.resolve(part.value).is_none() {
            report.error(&part.pointer, format!("the part `{name}` has no schema that can be read"), BUG);
        }
    }
}
