//! The operation table: what a caller must know of an operation without sending it.

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use quote::format_ident;
use serde_json::{Map, Value, json};
use syn::parse_quote;

use super::rust;
use crate::format::{format, laid};
use crate::model::{Api, Body, Operation, Part, Response};
use crate::text::escaped_json;

/// `operations.rs`.
pub(super) fn emit(api: &Api) -> String {
    let mut operations: Vec<&Operation> = api.operations.iter().collect();
    operations.sort_by(|a, b| a.id.cmp(&b.id));
    let names: Vec<_> =
        operations.iter().map(|operation| format_ident!("{}", operation.id.to_shouty_snake_case())).collect();
    let items = vec![
        parse_quote!(
            use crate::{Effect, OperationMeta};
        ),
        parse_quote! {
            /// Every operation of the API, ordered by id.
            pub static OPERATIONS: &[&OperationMeta] = &[#(&#names),*];
        },
        parse_quote! {
            /// The same table as JSON, for what is made at run time: `operations`, each with its `parameters`, `body` and
            /// `response`, whose schemas are JSON Schemas, and the `$defs` that these refer to.
            pub static OPERATIONS_JSON: &str = include_str!("operations.json");
        },
    ];
    let entries = operations.into_iter().zip(&names).map(|(operation, name)| entry(operation, name));
    let tables = format(&rust::file("What every operation is: method, path, effect class, secrets.", items));
    tables + &entries.collect::<String>()
}

fn entry(operation: &Operation, name: &syn::Ident) -> String {
    let Operation { id, method, path, tag, auth, secret, idempotency_key, .. } = operation;
    let [id, method, path, tag] = [id, method, path, tag].map(|text| rust::literal(text));
    let effect = operation.effect.to_upper_camel_case();
    let key_header = match &operation.key_header {
        Some(header) => format!("Some({})", rust::literal(header)),
        None => "None".to_owned(),
    };
    let (page, detail) = match operation.response {
        Response::Json { page, detail, .. } => (page, detail),
        Response::Bytes | Response::Empty => (false, false),
    };
    laid(format!(
        "pub(crate) static {name}: OperationMeta = OperationMeta {{
    id: {id},
    method: {method},
    path: {path},
    tag: {tag},
    effect: Effect::{effect},
    auth: {auth},
    secret: {secret},
    key_header: {key_header},
    idempotency_key: {idempotency_key},
    page: {page},
    detail_ok: {detail},
}};
"
    ))
}

/// `operations.json`: a line an operation, a line a schema.
pub(super) fn json(api: &Api) -> String {
    let mut operations: Vec<&Operation> = api.operations.iter().collect();
    operations.sort_by(|a, b| a.id.cmp(&b.id));
    let operations: Vec<String> = operations.into_iter().map(|operation| described(operation).to_string()).collect();
    let schemas: Vec<String> =
        api.schemas.iter().map(|(name, schema)| format!("{}: {}", json!(name), json_schema(schema))).collect();
    let version = json!(api.version);
    let (operations, schemas) = (operations.join(",\n"), schemas.join(",\n"));
    let table =
        format!("{{\"version\": {version}, \"operations\": [\n{operations}\n], \"$defs\": {{\n{schemas}\n}}}}\n");
    escaped_json(&table)
}

fn described(operation: &Operation) -> Value {
    let parameters: Vec<Value> = operation
        .parameters
        .iter()
        .map(|it| {
            json!({
                "name": it.name, "in": it.location, "required": it.required,
                "description": it.description, "schema": json_schema(&it.schema),
            })
        })
        .collect();
    let body = operation.body.as_ref().map(|body| match body {
        Body::Json(schema) => json!({"kind": "json", "schema": json_schema(schema)}),
        Body::Form { schema, .. } => json!({"kind": "form", "schema": json_schema(schema)}),
        Body::Text => json!({"kind": "text"}),
        Body::Bytes => json!({"kind": "bytes"}),
        Body::Multipart(parts) => json!({"kind": "multipart", "schema": form_schema(parts)}),
    });
    let response = match &operation.response {
        Response::Json { schema, .. } => json!({"kind": "json", "schema": json_schema(schema)}),
        Response::Bytes => json!({"kind": "bytes"}),
        Response::Empty => json!({"kind": "empty"}),
    };
    json!({
        "id": operation.id, "method": operation.method, "path": operation.path, "tag": operation.tag,
        "effect": operation.effect, "summary": operation.summary, "description": operation.description,
        "parameters": parameters, "body": body, "response": response,
    })
}

/// The parts of a form as an object; a file is a string of `format: binary`.
fn form_schema(parts: &[Part]) -> Value {
    let properties: Map<String, Value> = parts
        .iter()
        .map(|part| {
            let mut schema = json_schema(&part.schema);
            schema["description"] = json!(part.description);
            (part.name.clone(), schema)
        })
        .collect();
    let required: Vec<&str> = parts.iter().filter(|part| part.required).map(|part| part.name.as_str()).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

/// A schema of the hardened document as JSON Schema: what Rust types stand for is said in its own words again.
fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(json_schema).collect(),
        Value::Object(schema) => {
            let rust = schema.get("x-rust-type");
            let path = rust.and_then(|it| it["path"].as_str()).unwrap_or_default();
            let mut plain: Map<String, Value> = schema
                .iter()
                .filter(|(key, _)| !key.starts_with("x-") && *key != "nullable")
                .map(|(key, value)| (key.clone(), json_schema(value)))
                .collect();
            if path.ends_with("::Secret") {
                plain.insert("format".to_owned(), json!("password"));
            }
            if path.ends_with("::Open")
                && let Some(of) = rust.and_then(|it| it.pointer("/parameters/0/$ref"))
            {
                plain.remove("type");
                plain.insert("$ref".to_owned(), json_schema(of));
            }
            // The tag of a union's variant, which is no property of the Rust type.
            if let Some((name, value)) =
                schema.get("x-notte-tag").and_then(|tag| tag["name"].as_str().zip(tag.get("value")))
            {
                let properties = plain.entry("properties").or_insert_with(|| json!({}));
                properties[name] = json!({"const": value});
                if let Value::Array(required) = plain.entry("required").or_insert_with(|| json!([])) {
                    required.insert(0, json!(name));
                }
            }
            if schema.get("nullable") == Some(&Value::Bool(true))
                && let Some(kind) = plain.get_mut("type")
            {
                *kind = json!([kind, "null"]);
            }
            Value::Object(plain)
        }
        Value::String(text) => json!(text.replace("#/components/schemas/", "#/$defs/")),
        other => other.clone(),
    }
}
