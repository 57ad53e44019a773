//! Visits every operation, and every schema children first, with the type name each place suggests.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::rust_type;

pub(super) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What a schema stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Component,
    Parameter,
    Request,
    Response,
    Multipart,
}

/// What a schema is to the one around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Root,
    Property,
    Items,
    Values,
    Member(usize),
    Argument,
}

/// Where a schema is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) root: Root,
    pub(super) at: At,
    /// The type name this place suggests, in upper camel case.
    pub(super) name: &'a str,
    /// The nearest property or parameter name, empty when there is none.
    pub(super) property: &'a str,
}

/// Takes a path, a method and their operation.
pub(super) type Visit<'f> = dyn FnMut(&str, &str, &mut Map<String, Value>) + 'f;

/// Calls `f` with path, method and operation, in document order.
pub(super) fn operations(document: &mut Value, f: &mut Visit<'_>) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths.iter_mut() {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                f(path, method, operation);
            }
        }
    }
}

/// Calls `f` with every schema of the document, a schema's parts before itself.
pub(super) fn schemas(document: &mut Value, f: &mut dyn FnMut(&mut Value, &Site<'_>)) {
    if let Some(components) = super::refs::components_mut(document) {
        for (name, schema) in components.iter_mut() {
            descend(schema, &Site { root: Root::Component, at: At::Root, name, property: "" }, f);
        }
    }
    operations(document, &mut |_, _, operation| {
        roots(operation, &mut |schema, site| descend(schema, site, f));
    });
}

/// Calls `f` with the schemas an operation holds itself: parameters, request, response, form.
pub(super) fn roots(operation: &mut Map<String, Value>, f: &mut dyn FnMut(&mut Value, &Site<'_>)) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    let id = id.to_upper_camel_case();
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let property = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = format!("{id}{}", property.to_upper_camel_case());
        if let Some(schema) = parameter.get_mut("schema") {
            f(schema, &Site { root: Root::Parameter, at: At::Root, name: &name, property: &property });
        }
    }
    let name = format!("{id}Request");
    for schema in operation.get_mut("requestBody").into_iter().flat_map(contents) {
        f(schema, &Site { root: Root::Request, at: At::Root, name: &name, property: "" });
    }
    let name = format!("{id}Response");
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for schema in responses.into_iter().flat_map(Map::values_mut).flat_map(contents) {
        f(schema, &Site { root: Root::Response, at: At::Root, name: &name, property: "" });
    }
    if let Some(schema) = operation.get_mut("x-notte-multipart") {
        f(schema, &Site { root: Root::Multipart, at: At::Root, name: &id, property: "" });
    }
}

/// Calls `f` with one schema and every schema in it, parts first.
pub(super) fn within(schema: &mut Value, f: &mut dyn FnMut(&mut Value)) {
    let site = Site { root: Root::Component, at: At::Root, name: "", property: "" };
    descend(schema, &site, &mut |schema, _| f(schema));
}

fn contents(holder: &mut Value) -> impl Iterator<Item = &mut Value> {
    let content = holder.get_mut("content").and_then(Value::as_object_mut);
    content.into_iter().flat_map(Map::values_mut).filter_map(|media| media.get_mut("schema"))
}

fn descend(schema: &mut Value, site: &Site<'_>, f: &mut dyn FnMut(&mut Value, &Site<'_>)) {
    // A reference is visited whole, wrapper and all.
    if super::refs::target(schema).is_some() {
        return f(schema, site);
    }
    let Some(keywords) = schema.as_object_mut() else { return f(schema, site) };
    for (keyword, child) in keywords.iter_mut() {
        match keyword.as_str() {
            "properties" => {
                for (property, child) in child.as_object_mut().into_iter().flatten() {
                    let name = format!("{}{}", site.name, property.to_upper_camel_case());
                    descend(child, &Site { at: At::Property, name: &name, property, ..*site }, f);
                }
            }
            "items" => {
                let name = format!("{}Item", site.name);
                descend(child, &Site { at: At::Items, name: &name, ..*site }, f);
            }
            "additionalProperties" if child.is_object() => {
                let name = format!("{}Value", site.name);
                descend(child, &Site { at: At::Values, name: &name, ..*site }, f);
            }
            "oneOf" => {
                for (index, child) in child.as_array_mut().into_iter().flatten().enumerate() {
                    descend(child, &Site { at: At::Member(index), ..*site }, f);
                }
            }
            "allOf" => {
                for child in child.as_array_mut().into_iter().flatten() {
                    descend(child, site, f);
                }
            }
            rust_type::KEY => {
                let arguments = child.get_mut("parameters").and_then(Value::as_array_mut);
                for child in arguments.into_iter().flatten() {
                    descend(child, &Site { at: At::Argument, ..*site }, f);
                }
            }
            _ => {}
        }
    }
    f(schema, site);
}

/// Calls `f` with the component name of every reference below a schema.
pub(super) fn references(schema: &Value, f: &mut dyn FnMut(&str)) {
    let mut pending = vec![schema];
    while let Some(next) = pending.pop() {
        match next {
            Value::Object(keywords) => {
                if let Some(name) = super::refs::target(next) {
                    f(name);
                }
                pending.extend(keywords.values());
            }
            Value::Array(values) => pending.extend(values),
            _ => {}
        }
    }
}
