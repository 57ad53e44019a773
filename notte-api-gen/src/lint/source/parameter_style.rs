//! Parameters written in a way that the client cannot send.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{Document, Parameter};
use crate::lint::schemas::COMPOSED;

const HELP: &str = "describe it as a text, number, boolean or (in a query) list of these, or remove it, in an overlay";

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        for parameter in &operation.parameters {
            if parameter.location == "cookie" {
                report.note(
                    &parameter.pointer,
                    format!("the cookie parameter `{}` is left out", parameter.name),
                    "if the server needs it, describe it as a header in an overlay",
                );
            } else {
                style(parameter, report);
                kind(document, parameter, report);
            }
        }
    }
}

fn style(parameter: &Parameter<'_>, report: &mut Report) {
    let known = if parameter.location == "query" { "form" } else { "simple" };
    if let Some(style) = parameter.value.get("style")
        && style != known
    {
        report.error(
            &parameter.pointer.child("style"),
            format!("the style {style} of `{}` is not supported", parameter.name),
            HELP,
        );
    }
    if parameter.value.contains_key("content") {
        report.note(
            &parameter.pointer.child("content"),
            format!("`{}` has `content` instead of a schema: it is sent as text", parameter.name),
            "give it a schema in an overlay",
        );
    }
}

fn kind(document: &Document<'_>, parameter: &Parameter<'_>, report: &mut Report) {
    let Some(schema) = parameter.value.get("schema") else {
        return;
    };
    let mut types = BTreeSet::new();
    collect(document, schema, "", &mut types, 0);
    let at = parameter.pointer.child("schema");
    let has = |wanted: &str| types.iter().any(|found| found.ends_with(wanted));
    if has("object") {
        return report.error(
            &at,
            format!("`{}` is an object, which no {} can carry", parameter.name, parameter.location),
            HELP,
        );
    }
    if has("array") && parameter.location != "query" {
        report.error(
            &at,
            format!("`{}` is a list, which the {} cannot carry", parameter.name, parameter.location),
            HELP,
        );
    } else if has("array array") {
        report.error(&at, format!("`{}` is a list of lists", parameter.name), HELP);
    } else if has("array") && parameter.value.get("explode") == Some(&Value::Bool(false)) {
        report.error(
            &parameter.pointer.child("explode"),
            format!("`{}` wants its items in one value; lists are sent as one pair an item", parameter.name),
            "remove `explode` in an overlay if the server takes pairs too, or describe the parameter as a text",
        );
    }
}

/// The types that the schema allows, those of list items as `array …`.
fn collect(document: &Document<'_>, schema: &Value, prefix: &str, types: &mut BTreeSet<String>, depth: usize) {
    const DEEP: usize = 8;
    let Some(schema) = document.resolve(schema).filter(|_| depth < DEEP) else {
        return;
    };
    let kind = match schema.get("type").and_then(Value::as_str) {
        None if schema.get("properties").is_some() => Some("object"),
        None if schema.get("items").is_some() => Some("array"),
        kind => kind,
    };
    if let Some(kind) = kind {
        let kind = format!("{prefix}{kind}");
        if let Some(items) = schema.get("items") {
            collect(document, items, &format!("{kind} "), types, depth + 1);
        }
        types.insert(kind);
    }
    for member in COMPOSED.iter().filter_map(|key| schema.get(key)?.as_array()).flatten() {
        collect(document, member, prefix, types, depth + 1);
    }
}
