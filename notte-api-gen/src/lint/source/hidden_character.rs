//! Control characters, separators of lines and changes of direction in what becomes a name or a value in code.

use serde_json::Value;

use crate::Pointer;
use crate::lint::Report;
use crate::lint::document::Document;
use crate::text::{is_hidden, visible};

/// What is only shown, never named by.
const PROSE: &[&str] = &["description", "summary", "title", "pattern"];

/// What is not used, or only shown.
const FREE: &[&str] = &["default", "example", "examples", "externalDocs", "info"];

/// What holds things by their names.
const NAMED: &[&str] = &[
    "callbacks",
    "content",
    "encoding",
    "examples",
    "headers",
    "links",
    "mapping",
    "parameters",
    "paths",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
    "variables",
];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    walk(document.root, &Pointer::root(), false, report);
}

/// `named`: the keys are names of the document, not keywords.
fn walk(value: &Value, at: &Pointer, named: bool, report: &mut Report) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let free = FREE.contains(&key.as_str()) || (key.starts_with("x-") && !key.starts_with("x-notte-"));
                if !named && (free || (PROSE.contains(&key.as_str()) && value.is_string())) {
                    continue;
                }
                let child = at.child(key);
                judge(key, &child, report);
                walk(value, &child, !named && NAMED.contains(&key.as_str()), report);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                walk(value, &at.child(index), false, report);
            }
        }
        Value::String(text) => judge(text, at, report),
        _ => {}
    }
}

fn judge(text: &str, at: &Pointer, report: &mut Report) {
    if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
        let shown: String = visible(text).chars().take(40).collect();
        report.error(
            at,
            format!("`{shown}` holds the hidden character U+{:04X}", u32::from(hidden)),
            "remove the character in an overlay: names and values of a document become code",
        );
    }
}
