//! Tiny documents, and progenitor run on what hardening makes of them.

use notte_api_gen::{Api, emit, harden};
use serde_json::{Value, json};

/// A document of these components, each of which an answer refers to, unless an operation is given.
pub(crate) fn answered(schemas: Value) -> Value {
    let refs: Value = schemas
        .as_object()
        .unwrap()
        .keys()
        .enumerate()
        .map(|(at, name)| {
            let schema = json!({ "$ref": format!("#/components/schemas/{}", escaped(name)) });
            let answer = json!({ "description": "", "content": { "application/json": { "schema": schema } } });
            let operation = json!({ "operationId": format!("get {at}"), "responses": { "200": answer } });
            (format!("/{at}"), json!({ "get": operation }))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    document(refs, schemas)
}

/// A document of these components, each of which a request refers to.
pub(crate) fn sent(schemas: Value) -> Value {
    let paths: Value = schemas
        .as_object()
        .unwrap()
        .keys()
        .enumerate()
        .map(|(at, name)| {
            let schema = json!({ "$ref": format!("#/components/schemas/{}", escaped(name)) });
            let body = json!({ "content": { "application/json": { "schema": schema } } });
            let operation = json!({ "operationId": format!("set {at}"), "requestBody": body });
            (format!("/{at}"), json!({ "post": operation }))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    document(paths, schemas)
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

pub(crate) fn document(paths: Value, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Tiny", "version": "1" },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// The one operation `GET /thing`, hardened.
pub(crate) fn operation(operation: Value) -> Value {
    let hardened = hardened(document(json!({ "/thing": { "get": operation } }), json!({})));
    hardened["paths"]["/thing"]["get"].clone()
}

/// Hardens, and holds the result to what must be true of every one: it generates, and only depends on its input.
pub(crate) fn hardened(document: Value) -> Value {
    let hardened = harden(document.clone());
    assert_eq!(hardened, harden(document));
    generate(&hardened).unwrap();
    hardened
}

/// The component schemas of a hardened document.
pub(crate) fn schemas(document: Value) -> Value {
    hardened(document)["components"]["schemas"].clone()
}

/// The types and builders of a document.
pub(crate) fn rust(document: &Value) -> String {
    generate(&harden(document.clone())).unwrap()
}

/// The types and the builders of a hardened document.
pub(crate) fn generate(hardened: &Value) -> Result<String, String> {
    let api = Api::read(hardened).map_err(|error| error.to_string())?;
    let files = emit(hardened, &api).map_err(|error| error.to_string())?;
    let shown = files.iter().filter(|file| file.path.ends_with("types/mod.rs") || file.path.contains("/builder/"));
    let mut text = String::new();
    for file in shown {
        syn::parse_file(&file.text).map_err(|error| format!("{}: {error}", file.path))?;
        text.push_str(&file.text);
    }
    Ok(text)
}

/// The type of a field, or what the one operation answers (`""`), short of the paths of well-known types.
pub(crate) fn type_of(rust: &str, field: &str) -> String {
    let file: String = rust.split_whitespace().collect();
    let (before, after) = match field {
        "" => ("->Result<crate::ResponseValue<".to_owned(), ">,crate::Error"),
        _ => (format!("pub{field}:"), ",pub"),
    };
    let rest = &file[file.find(&before).unwrap() + before.len()..];
    let end = [after, ",#[", ",///", ",}"].iter().filter_map(|after| rest.find(after)).min().unwrap();
    let well_known = [
        "::std::option::",
        "::std::vec::",
        "::std::string::",
        "::std::collections::",
        "::notte_api::wire::",
        "::serde_json::",
        "crate::wire::",
        "types::",
    ];
    let short = well_known.iter().fold(rest[..end].to_owned(), |text, path| text.replace(path, ""));
    short.replace(",>", ">").trim_end_matches(',').to_owned()
}

/// The `x-rust-type` for a wire type.
pub(crate) fn wire(name: &str, parameters: Value) -> Value {
    let path = format!("notte_api::wire::{name}");
    json!({ "crate": "notte-api", "version": "*", "path": path, "parameters": parameters })
}
