//! Pairs of tiny documents: one change each, with what it should be called and break.
//!
//! A side is written in short: `operation` is merged into one operation `x_call` (`method` and `path` move it), `answered`
//! and `sent` are the schema `XThing` that an operation answers or takes, and `paths`, `schemas` and `document` are
//! merged into the document. `breaks` are the verdicts affected from old to new, `back` from new to old; `caller` is
//! source against the old crate that uses what changes.

use std::path::Path;

use notte_api_gen::diff::{Report, Side};
use notte_api_gen::{Input, Options};
use serde::Deserialize;
use serde_json::{Value, json};

/// Two test programs read the pairs, and each leaves something of them unused.
#[allow(dead_code)]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    pub(crate) rule: String,
    #[serde(default)]
    pub(crate) breaks: Vec<String>,
    #[serde(default)]
    pub(crate) back: Vec<String>,
    pub(crate) old: Value,
    pub(crate) new: Value,
    #[serde(default)]
    pub(crate) caller: Option<String>,
}

pub(crate) fn pairs() -> Vec<Pair> {
    let roots = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folder = roots.map(|root| root.join("notte-api-gen/tests/it/diff/pairs")).find(|folder| folder.is_dir());
    let folder = folder.expect("the pairs");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the pairs").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| -> Vec<Pair> {
        let text = std::fs::read_to_string(path).expect("read");
        yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().flat_map(read).collect()
}

/// A side written out as a document.
pub(crate) fn document(side: &Value) -> Value {
    let mut document = json!({
        "openapi": "3.0.3", "info": { "title": "Pairs", "version": "1" }, "paths": {}, "components": { "schemas": {} },
    });
    let reference = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/XThing" } } });
    for (key, value) in side.as_object().into_iter().flatten() {
        match key.as_str() {
            "operation" => {
                let mut operation =
                    json!({ "operationId": "x_call", "responses": { "204": { "description": "done" } } });
                for (key, value) in value.as_object().into_iter().flatten() {
                    operation[key] = value.clone();
                }
                let path = side["path"].as_str().unwrap_or("/x/things");
                document["paths"][path][side["method"].as_str().unwrap_or("get")] = operation;
            }
            "method" | "path" => {}
            "answered" => {
                document["components"]["schemas"]["XThing"] = value.clone();
                document["paths"]["/x/answered"]["get"] = json!({
                    "operationId": "x_get", "responses": { "200": { "description": "done", "content": reference.clone() } },
                });
            }
            "sent" => {
                document["components"]["schemas"]["XThing"] = value.clone();
                document["paths"]["/x/sent"]["post"] = json!({
                    "operationId": "x_post",
                    "requestBody": { "content": reference.clone() },
                    "responses": { "204": { "description": "done" } },
                });
            }
            "paths" => merge(&mut document["paths"], value),
            "schemas" => merge(&mut document["components"]["schemas"], value),
            "document" => merge(&mut document, value),
            other => panic!("{other}: no part of a side"),
        }
    }
    document
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

pub(crate) fn side(document: &Value) -> Side {
    let bytes = document.to_string();
    let input = Input { name: "document.json", bytes: bytes.as_bytes() };
    Side::read(input, &[], Options::default()).expect("a document")
}

pub(crate) fn report(old: &Value, new: &Value) -> Report {
    Report::of(side(old), side(new))
}
