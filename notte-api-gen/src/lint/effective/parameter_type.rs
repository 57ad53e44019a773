//! Parameters whose type cannot be written into a path, header or query.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{Document, Parameter};

const HELP: &str = "describe it as a text, number, boolean or (in a query) list of these, or remove it, in an overlay";

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        for parameter in &operation.parameters {
            let Some(schema) = parameter.value.get("schema") else {
                continue;
            };
            if let Some(problem) = problem(document, parameter, schema) {
                report.error(
                    &parameter.pointer.child("schema"),
                    format!("the {} parameter `{}` is {problem}", parameter.location, parameter.name),
                    HELP,
                );
            }
        }
    }
}

fn problem(document: &Document<'_>, parameter: &Parameter<'_>, schema: &Value) -> Option<&'static str> {
    match kind(document, schema) {
        "object" => Some("an object"),
        "oneOf" if parameter.location != "query" => Some("one of several types"),
        "oneOf" => {
            let members = document.resolve(schema)?.get("oneOf")?.as_array()?;
            let plain = |member| !matches!(kind(document, member), "array" | "object" | "oneOf");
            (!members.iter().all(plain)).then_some("one of several types, not all of them plain values")
        }
        "wire" if parameter.location != "query" => Some("of a type that does not print itself"),
        "array" if parameter.location != "query" => Some("a list"),
        "array" => {
            let item = document.resolve(schema)?.get("items")?;
            matches!(kind(document, item), "array" | "object" | "oneOf").then_some("a list of what is no plain value")
        }
        _ => None,
    }
}

/// The type of a schema, references and wrappers followed; "" if it has none.
fn kind<'a>(document: &Document<'a>, schema: &'a Value) -> &'a str {
    const FAR: usize = 64;
    let mut schema = schema;
    for _ in 0..FAR {
        let Some(target) = document.resolve(schema) else {
            return "";
        };
        if target.get("x-rust-type").is_some() {
            return wire(target);
        }
        if target.get("oneOf").is_some() {
            return "oneOf";
        }
        match target.get("allOf").and_then(|members| members.get(0)) {
            Some(member) => schema = member,
            None if target.get("properties").is_some() => return "object",
            None => {
                return target.get("type").and_then(Value::as_str).unwrap_or_default();
            }
        }
    }
    ""
}

/// What a wire type is to a parameter. Few of them print themselves, as paths and headers need it.
fn wire(schema: &Value) -> &'static str {
    let path = schema.get("x-rust-type").and_then(|wire| wire.get("path")?.as_str()).unwrap_or_default();
    match path.rsplit("::").next() {
        Some("PathSegment" | "Timestamp") => "string",
        Some("List") => "array",
        _ => "wire",
    }
}
