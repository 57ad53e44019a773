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
    /// Of `allOf`.
    Part,
    Argument,
}

/// Where a schema is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) root: Root,
    pub(super) at: At,
    /// The nearest property or parameter name, empty when there is none.
    pub(super) property: &'a str,
    /// What the root is called: a component, or an operation's part.
    base: [&'a str; 2],
    around: Option<&'a Site<'a>>,
}

impl Site<'_> {
    /// The type name this place suggests, in upper camel case.
    pub(super) fn name(&self) -> String {
        let mut name = match self.around {
            Some(around) => around.name(),
            None => self.base.map(str::to_upper_camel_case).concat(),
        };
        match self.at {
            At::Property => name.push_str(&self.property.to_upper_camel_case()),
            At::Items => name.push_str("Item"),
            At::Values => name.push_str("Value"),
            At::Root | At::Member(_) | At::Part | At::Argument => {}
        }
        name
    }
}

/// What is done to an operation, given its path and method.
type EachOperation<'a> = dyn FnMut(&str, &str, &mut Map<String, Value>) + 'a;

/// Calls `f` with path, method and operation, in document order.
pub(super) fn operations(document: &mut Value, f: &mut EachOperation<'_>) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
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
            descend(schema, &root(Root::Component, name, ""), f);
        }
    }
    operations(document, &mut |_, _, operation| {
        roots(operation, &mut |schema, site| descend(schema, site, f));
    });
}

/// Calls `f` with the schemas an operation holds itself: parameters, request, response, form.
pub(super) fn roots(operation: &mut Map<String, Value>, f: &mut dyn FnMut(&mut Value, &Site<'_>)) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let property = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(schema) = parameter.get_mut("schema") {
            f(schema, &Site { property: &property, ..root(Root::Parameter, &id, &property) });
        }
    }
    for schema in operation.get_mut("requestBody").into_iter().flat_map(contents) {
        f(schema, &root(Root::Request, &id, "Request"));
    }
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for schema in responses.into_iter().flat_map(Map::values_mut).flat_map(contents) {
        f(schema, &root(Root::Response, &id, "Response"));
    }
    if let Some(schema) = operation.get_mut("x-notte-multipart") {
        f(schema, &root(Root::Multipart, &id, ""));
    }
}

/// Calls `f` with one schema and every schema in it, parts first.
pub(super) fn within(schema: &mut Value, f: &mut dyn FnMut(&mut Value)) {
    descend(schema, &root(Root::Component, "", ""), &mut |schema, _| {
        f(schema);
    });
}

fn root<'a>(root: Root, owner: &'a str, part: &'a str) -> Site<'a> {
    Site { root, at: At::Root, property: "", base: [owner, part], around: None }
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
    let Some(keywords) = schema.as_object_mut() else {
        return f(schema, site);
    };
    let inner = |at| Site { at, around: Some(site), ..*site };
    for (keyword, child) in keywords.iter_mut() {
        match keyword.as_str() {
            "properties" => {
                for (property, child) in child.as_object_mut().into_iter().flatten() {
                    descend(child, &Site { property, ..inner(At::Property) }, f);
                }
            }
            "items" => descend(child, &inner(At::Items), f),
            "additionalProperties" if child.is_object() => descend(child, &inner(At::Values), f),
            "oneOf" => {
                for (index, child) in child.as_array_mut().into_iter().flatten().enumerate() {
                    descend(child, &inner(At::Member(index)), f);
                }
            }
            "allOf" => {
                for child in child.as_array_mut().into_iter().flatten() {
                    descend(child, &inner(At::Part), f);
                }
            }
            rust_type::KEY => {
                let arguments = child.get_mut("parameters").and_then(Value::as_array_mut);
                for child in arguments.into_iter().flatten() {
                    descend(child, &inner(At::Argument), f);
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
