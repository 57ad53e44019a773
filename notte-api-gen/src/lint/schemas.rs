//! Finds every schema of a document, whatever it is nested in.

use serde_json::Value;

use super::document::{At, Document, entries, items};
use crate::Pointer;

/// The keywords that hold a list of schemas.
pub(super) const COMPOSED: &[&str] = &["allOf", "oneOf", "anyOf"];

/// A schema and where it is. It may be malformed.
pub(super) struct Schema<'a> {
    pub(super) pointer: Pointer,
    pub(super) value: &'a Value,
    pub(super) place: Place<'a>,
}

/// What holds a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// It is the component of this name.
    Component(&'a str),
    /// A parameter, body or response.
    Outer,
    /// Another schema: a property, item, map value or member.
    Inner,
    /// `x-rust-type`, as a type parameter.
    TypeParameter,
    /// `x-notte-union`, as what a variant holds.
    Variant,
}

impl<'a> Schema<'a> {
    /// What this schema refers to, if it is a reference.
    pub(super) fn reference(&self) -> Option<&'a str> {
        self.value.get("$ref")?.as_str()
    }
}

/// All schemas of the document, parents before children.
pub(super) fn walk<'a>(document: &Document<'a>) -> Vec<Schema<'a>> {
    let mut found = Vec::new();
    for (name, at) in document.components("schemas") {
        push(&at, Place::Component(name), &mut found);
    }
    for (_, at) in document.components("parameters") {
        parameter(&at, &mut found);
    }
    for section in ["requestBodies", "responses"] {
        for (_, at) in document.components(section) {
            body(&at, &mut found);
        }
    }
    for (_, item) in document.paths() {
        for at in items(item.value.get("parameters"), &item.pointer.child("parameters")) {
            parameter(&at, &mut found);
        }
    }
    for operation in &document.operations {
        let at = operation.pointer.child("parameters");
        for at in items(operation.value.get("parameters"), &at) {
            parameter(&at, &mut found);
        }
        if let Some(value) = operation.value.get("requestBody") {
            let pointer = operation.pointer.child("requestBody");
            body(&At { pointer, value }, &mut found);
        }
        let at = operation.pointer.child("responses");
        for (_, at) in entries(operation.value.get("responses"), &at) {
            body(&at, &mut found);
        }
        let multipart = operation.value.get("x-notte-multipart");
        let at = operation.pointer.child("x-notte-multipart");
        let properties = multipart.and_then(|multipart| multipart.get("properties"));
        for (_, at) in entries(properties, &at.child("properties")) {
            push(&at, Place::Outer, &mut found);
        }
    }
    found
}

fn parameter<'a>(at: &At<'a>, found: &mut Vec<Schema<'a>>) {
    if let Some(schema) = at.get("schema") {
        push(&schema, Place::Outer, found);
    }
    body(at, found);
}

fn body<'a>(at: &At<'a>, found: &mut Vec<Schema<'a>>) {
    for (_, media_type) in at.content() {
        if let Some(schema) = media_type.get("schema") {
            push(&schema, Place::Outer, found);
        }
    }
}

fn push<'a>(at: &At<'a>, place: Place<'a>, found: &mut Vec<Schema<'a>>) {
    found.push(Schema { pointer: at.pointer.clone(), value: at.value, place });
    for (child, place) in children(at) {
        push(&child, place, found);
    }
}

/// The schemas directly inside a schema.
pub(super) fn children<'a>(at: &At<'a>) -> Vec<(At<'a>, Place<'a>)> {
    let value = at.value;
    // What stands beside a reference means nothing in 3.0.
    if value.get("$ref").is_some_and(Value::is_string) {
        return Vec::new();
    }
    let mut found: Vec<_> = at.entries("properties").map(|(_, at)| (at, Place::Inner)).collect();
    for key in ["items", "additionalProperties", "not"] {
        // `additionalProperties` alone may be true or false without being a schema.
        let child = at.get(key).filter(|at| key != "additionalProperties" || !at.value.is_boolean());
        found.extend(child.map(|at| (at, Place::Inner)));
    }
    for key in COMPOSED {
        found.extend(at.items(key).map(|at| (at, Place::Inner)));
    }
    if let Some(rust_type) = at.get("x-rust-type") {
        found.extend(rust_type.items("parameters").map(|at| (at, Place::TypeParameter)));
    }
    if let Some(union) = at.get("x-notte-union") {
        found.extend(
            union
                .items("variants")
                // The schema of a tagged variant is the name of a component.
                .filter_map(|variant| variant.get("schema").filter(|at| !at.value.is_string()))
                .map(|at| (at, Place::Variant)),
        );
    }
    found
}
