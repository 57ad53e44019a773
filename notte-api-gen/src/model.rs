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
    /// Path, query, header and cookie parameters, in document order.
    pub parameters: Vec<Parameter>,
    /// The media type of the body; empty without one, and for a multipart form.
    pub media_type: String,
    /// The media type that the answer is asked in; empty if any will do.
    pub accept: String,
    /// The request body.
    pub body: Option<Body>,
    /// The answer.
    pub response: Response,
}

/// A path, query, header or cookie parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// `path`, `query`, `header` or `cookie`.
    pub location: String,
    /// How a list or an object is written.
    pub style: Style,
    /// Must be sent.
    pub required: bool,
    /// Prose.
    pub description: Option<String>,
    /// Marked `deprecated`.
    pub deprecated: bool,
    /// Its schema.
    pub schema: Value,
}

/// How a list or an object is written in a query or a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A pair for each item or property.
    Form,
    /// One pair with commas between the items.
    Commas,
    /// One pair with spaces between the items.
    Spaces,
    /// One pair with bars between the items.
    Pipes,
    /// The way through an object in the name, `a[b]=1`, that of a list too.
    Deep,
    /// One pair of JSON.
    Json,
}

/// A request body.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// JSON of this schema.
    Json(Value),
    /// A form of this object's properties, `application/x-www-form-urlencoded`.
    Form {
        /// The schema.
        schema: Value,
        /// The styles that the document gives properties.
        styles: Vec<(String, Style)>,
    },
    /// Text as it is.
    Text,
    /// Bytes as they are.
    Bytes,
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
    /// A list, of which every item is a part.
    pub list: bool,
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
        /// A success may have no content.
        optional: bool,
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
        media_type: media_type(operation),
        accept: text(operation, "x-notte-accept").unwrap_or_else(|| accept(operation).to_owned()),
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
        style: match parameter.pointer("/schema/type").and_then(Value::as_str) {
            Some("array") if parameter.get("in").is_some_and(|place| place == "path") => Style::Commas,
            _ => style(parameter),
        },
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
        let binary = |schema: &Value| schema.get("format").and_then(Value::as_str) == Some("binary");
        let parts = object(form.get("properties")).map(|(name, schema)| Part {
            name: name.clone(),
            binary: binary(schema) || schema.get("items").is_some_and(binary),
            list: schema.get("type").is_some_and(|kind| kind == "array"),
            required: required.contains(&name.as_str()),
            description: text(schema, "description"),
            schema: schema.clone(),
        });
        return Some(Body::Multipart(parts.collect()));
    }
    let content = operation.pointer("/requestBody/content")?.as_object()?;
    let (media, content) = content.iter().next()?;
    let schema = content.get("schema").cloned().unwrap_or_default();
    Some(match media.as_str() {
        "application/json" => Body::Json(schema),
        "application/x-www-form-urlencoded" => Body::Form {
            schema,
            styles: object(content.get("x-notte-styles")).map(|(name, it)| (name.clone(), style(it))).collect(),
        },
        "text/plain" => Body::Text,
        _ => Body::Bytes,
    })
}

/// The document's media type of the body.
fn media_type(operation: &Value) -> String {
    let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
    let written = content.and_then(|content| content.keys().next()).cloned().unwrap_or_default();
    text(operation, "x-notte-media-type").unwrap_or(written)
}

fn accept(operation: &Value) -> &'static str {
    let mut content = object(operation.get("responses")).filter_map(|(_, response)| response.get("content"));
    if content.any(|content| content.get("application/json").is_some()) { "application/json" } else { "" }
}

/// The style of a parameter, or of a form's property.
fn style(parameter: &Value) -> Style {
    let explode = parameter.get("explode").and_then(Value::as_bool);
    if parameter.get("x-notte-style").is_some_and(|style| style == "json") {
        return Style::Json;
    }
    match (parameter.get("style").and_then(Value::as_str), explode) {
        (Some("deepObject"), _) => Style::Deep,
        (Some("pipeDelimited"), explode) if explode != Some(true) => Style::Pipes,
        (Some("spaceDelimited"), explode) if explode != Some(true) => Style::Spaces,
        (_, Some(false)) => Style::Commas,
        _ => Style::Form,
    }
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
        optional: operation.get("x-notte-optional").and_then(Value::as_bool) == Some(true),
        // An untyped answer may hold anything, a `detail` included.
        detail: resolved.pointer("/properties/detail").is_some() || resolved.get("properties").is_none(),
        schema,
    }
}

/// The component a `$ref` points at.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// The texts of a list.
pub(crate) fn values(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
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

/// A tag as a file can be called: modules in files have ASCII names.
fn tag_name(tag: &str) -> String {
    use heck::ToSnakeCase;
    let ascii = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = tag.to_snake_case().replace(|c| !ascii(c), "");
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name,
        Some(_) => format!("tag_{name}"),
        None if tag.chars().any(char::is_alphanumeric) => "tag".to_owned(),
        None => "default".to_owned(),
    }
}
