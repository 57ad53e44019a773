//! Tiny documents, and progenitor run on what hardening makes of them.

use notte_api_gen::harden;
use progenitor_impl::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
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

/// The types of a hardened document, as progenitor writes them.
pub(crate) fn rust(document: &Value) -> String {
    generate(&harden(document.clone())).unwrap()
}

/// Runs progenitor the way the emitter does.
pub(crate) fn generate(hardened: &Value) -> Result<String, String> {
    let spec: openapiv3::OpenAPI = serde_json::from_value(hardened.clone()).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type("crate::Runtime".parse().unwrap())
        .with_crate("notte-api", CrateVers::Any, None);
    for (name, schema) in hardened["components"]["schemas"].as_object().into_iter().flatten() {
        if schema.get("x-notte-union").is_some() {
            settings.with_replacement(name, format!("crate::{name}"), std::iter::empty());
        }
    }
    let tokens = Generator::new(&settings).generate_tokens(&spec).map_err(|error| error.to_string())?;
    let file = syn::parse2(tokens).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file))
}

/// The type of a field, or what the one operation answers (`""`), short of the paths of well-known types.
pub(crate) fn type_of(rust: &str, field: &str) -> String {
    let file: String = rust.split_whitespace().collect();
    let (before, after) = match field {
        "" => ("->Result<ResponseValue<".to_owned(), ">,Error<"),
        _ => (format!("pub{field}:"), ",pub"),
    };
    let rest = &file[file.find(&before).unwrap() + before.len()..];
    let end = [after, ",#[", ",}"].iter().filter_map(|after| rest.find(after)).min().unwrap();
    let well_known = [
        "::std::option::",
        "::std::vec::",
        "::std::string::",
        "::std::collections::",
        "::notte_api::wire::",
        "::serde_json::",
    ];
    let short = well_known.iter().fold(rest[..end].to_owned(), |text, path| text.replace(path, ""));
    short.replace(",>", ">").trim_end_matches(',').to_owned()
}

/// The `x-rust-type` for a wire type.
pub(crate) fn wire(name: &str, parameters: Value) -> Value {
    let path = format!("notte_api::wire::{name}");
    json!({ "crate": "notte-api", "version": "*", "path": path, "parameters": parameters })
}
