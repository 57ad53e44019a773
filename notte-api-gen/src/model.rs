//! The IR: what one document says, as operations, schemas and tags.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Error;

/// The HTTP methods a path item may hold, in the order operations are listed.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A whole API.
#[derive(Debug, Clone, PartialEq)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// `info.version`, as the document claims it.
    pub version: String,
    /// Every operation, ordered by path, then method.
    pub operations: Vec<Operation>,
    /// The component schemas by name.
    pub schemas: BTreeMap<String, Value>,
    /// Descriptions of the tags that have one.
    pub tags: BTreeMap<String, String>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// Upper case, `GET`.
    pub method: String,
    /// The path template, `/sessions/{session_id}`.
    pub path: String,
    /// The first tag, snake case.
    pub tag: String,
    /// One line.
    pub summary: Option<String>,
    /// Prose.
    pub description: Option<String>,
    /// Marked `deprecated`.
    pub deprecated: bool,
    /// The effect class: `read`, `idempotent`, `costly` or `page`.
    pub effect: String,
    /// Whether the key is sent.
    pub auth: bool,
    /// Whether request or answer can hold a secret.
    pub secret: bool,
    /// A second header that carries the key.
    pub key_header: Option<String>,
    /// Whether the document declares an `Idempotency-Key` header.
    pub idempotency_key: bool,
    /// Path, query and header parameters, in document order.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// The answer.
    pub response: Response,
}

/// A path, query or header parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// `path`, `query` or `header`.
    pub location: String,
    /// Must be sent.
    pub required: bool,
    /// Prose.
    pub description: Option<String>,
    /// Marked `deprecated`.
    pub deprecated: bool,
    /// Its schema.
    pub schema: Value,
}

/// A request body.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `application/json` of this schema.
    Json(Value),
    /// `multipart/form-data` of these parts.
    Multipart(Vec<Part>),
}

/// A part of a multipart body.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The form field's name.
    pub name: String,
    /// Bytes with a file name, instead of text.
    pub binary: bool,
    /// Must be sent.
    pub required: bool,
    /// Prose.
    pub description: Option<String>,
    /// Its schema.
    pub schema: Value,
}

/// What a successful call answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// JSON of this schema.
    Json {
        /// The schema.
        schema: Value,
        /// A page object, which older servers send as a bare array.
        page: bool,
        /// The schema has a `detail` of its own, so that one is no refusal.
        detail: bool,
    },
    /// A stream of bytes.
    Bytes,
    /// Nothing.
    Empty,
}

impl Api {
    /// Reads a document of the 3.0 dialect, before or after hardening.
    ///
    /// # Errors
    /// When `paths` or `components.schemas` is no object, or an operation has no id.
    pub fn read(document: &Value) -> Result<Self, Error> {
        let schemas: BTreeMap<String, Value> = object(document.pointer("/components/schemas"))
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect();
        let mut operations = Vec::new();
        for (path, item) in object(document.get("paths")) {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    operations.push(read_operation(path, method, operation, &schemas)?);
                }
            }
        }
        let tags = document
            .get("tags")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|tag| Some((tag_name(text(tag, "name")?.as_str()), text(tag, "description")?)))
            .collect();
        Ok(Self { title: info(document, "title"), version: info(document, "version"), operations, schemas, tags })
    }
}

fn read_operation(
    path: &str,
    method: &str,
    operation: &Value,
    schemas: &BTreeMap<String, Value>,
) -> Result<Operation, Error> {
    let id = text(operation, "operationId").ok_or_else(|| {
        Error::new("the operation has no operationId").at(format!("{} {path}", method.to_uppercase()))
    })?;
    let flag = |name| operation.get(name).and_then(Value::as_bool) == Some(true);
    Ok(Operation {
        id,
        method: method.to_uppercase(),
        path: path.to_owned(),
        tag: tag_name(operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or("default")),
        summary: text(operation, "summary"),
        description: text(operation, "description"),
        deprecated: flag("deprecated"),
        effect: text(operation, "x-notte-effect").unwrap_or_else(|| default_effect(method).to_owned()),
        auth: operation.get("x-notte-auth").and_then(Value::as_str) == Some("bearer"),
        secret: flag("x-notte-secret-bearing"),
        key_header: text(operation, "x-notte-key-header"),
        idempotency_key: flag("x-notte-idempotency-key"),
        parameters: operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(read_parameter)
            .collect(),
        body: read_body(operation),
        response: read_response(operation, schemas),
    })
}

fn default_effect(method: &str) -> &'static str {
    match method {
        "get" | "head" | "options" | "trace" => "read",
        "post" => "costly",
        _ => "idempotent",
    }
}

fn read_parameter(parameter: &Value) -> Option<Parameter> {
    Some(Parameter {
        name: text(parameter, "name")?,
        location: text(parameter, "in")?,
        required: parameter.get("required").and_then(Value::as_bool) == Some(true),
        description: text(parameter, "description"),
        deprecated: parameter.get("deprecated").and_then(Value::as_bool) == Some(true),
        schema: parameter.get("schema").cloned().unwrap_or_default(),
    })
}

fn read_body(operation: &Value) -> Option<Body> {
    if let Some(form) = operation.get("x-notte-multipart") {
        let required: Vec<&str> =
            form.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let parts = object(form.get("properties")).map(|(name, schema)| Part {
            name: name.clone(),
            binary: schema.get("format").and_then(Value::as_str) == Some("binary"),
            required: required.contains(&name.as_str()),
            description: text(schema, "description"),
            schema: schema.clone(),
        });
        return Some(Body::Multipart(parts.collect()));
    }
    let schema = operation.pointer("/requestBody/content/application~1json/schema")?;
    Some(Body::Json(schema.clone()))
}

fn read_response(operation: &Value, schemas: &BTreeMap<String, Value>) -> Response {
    let content = object(operation.get("responses"))
        .find(|(status, _)| status.starts_with('2'))
        .and_then(|(_, response)| response.get("content"));
    let Some(content) = content.and_then(Value::as_object).filter(|content| !content.is_empty()) else {
        return Response::Empty;
    };
    let Some(json) = content.get("application/json") else {
        return Response::Bytes;
    };
    let schema = json.get("schema").cloned().unwrap_or_default();
    let resolved = reference(&schema).and_then(|name| schemas.get(name)).unwrap_or(&schema);
    Response::Json {
        page: operation.get("x-notte-page").and_then(Value::as_bool) == Some(true),
        // An untyped answer may hold anything, a `detail` included.
        detail: resolved.pointer("/properties/detail").is_some() || resolved.get("properties").is_none(),
        schema,
    }
}

/// The component a `$ref` points at.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// A string member.
pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The members of an object; none when it is absent or something else.
pub(crate) fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn info(document: &Value, key: &str) -> String {
    document.pointer(&format!("/info/{key}")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn tag_name(tag: &str) -> String {
    use heck::ToSnakeCase;
    let name = tag.to_snake_case();
    if name.is_empty() { "default".to_owned() } else { name }
}
