//! A document as the rules see it: its operations, parameters, bodies and schemas, each with its pointer.

use serde_json::{Map, Value};

use super::Options;
use super::schemas::{self, Schema};
use crate::Pointer;

/// The methods a path item can have.
pub(super) const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A document, walked once. What is malformed is left out here; the shape rules report it.
pub(super) struct Document<'a> {
    pub(super) root: &'a Value,
    pub(super) options: Options,
    pub(super) operations: Vec<Operation<'a>>,
    /// Every schema of the document, parents before children.
    pub(super) schemas: Vec<Schema<'a>>,
}

/// One operation of a path.
pub(super) struct Operation<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) pointer: Pointer,
    pub(super) value: &'a Map<String, Value>,
    /// The parameters, those of the path item which it does not override included, references followed.
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// A parameter with a name and a location.
#[derive(Clone)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) location: &'a str,
    pub(super) pointer: Pointer,
    pub(super) value: &'a Map<String, Value>,
}

/// A value and where it is.
#[derive(Clone)]
pub(super) struct At<'a> {
    pub(super) pointer: Pointer,
    pub(super) value: &'a Value,
}

impl<'a> Document<'a> {
    pub(super) fn new(root: &'a Value, options: Options) -> Self {
        let mut document = Self { root, options, operations: Vec::new(), schemas: Vec::new() };
        document.operations = document.walk_operations();
        document.schemas = schemas::walk(&document);
        document
    }

    /// The entries of one section of the components.
    pub(super) fn components(&self, section: &str) -> impl Iterator<Item = (&'a str, At<'a>)> + use<'a> {
        let at = Pointer::root().child("components").child(section);
        let section = self.root.get("components").and_then(|components| components.get(section));
        entries(section, &at)
    }

    /// The path items, by path.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&'a str, At<'a>)> + use<'a> {
        let at = Pointer::root().child("paths");
        entries(self.root.get("paths"), &at).filter(|(path, _)| !path.starts_with("x-"))
    }

    /// The component schema of this name.
    pub(super) fn schema(&self, name: &str) -> Option<&'a Value> {
        self.root.get("components")?.get("schemas")?.get(name)
    }

    /// The component schema that `value` refers to, through any number of references.
    pub(super) fn resolve(&self, value: &'a Value) -> Option<&'a Value> {
        self.follow(At { pointer: Pointer::root(), value }).map(|at| at.value)
    }

    /// Follows references, if `at` is one, to the end. `None` if there is no end.
    pub(super) fn follow(&self, mut at: At<'a>) -> Option<At<'a>> {
        const FAR: usize = 64;
        for _ in 0..FAR {
            let Some(reference) = at.value.get("$ref").and_then(Value::as_str) else {
                return Some(at);
            };
            at = self.target(reference)?;
        }
        None
    }

    /// What a local reference points at.
    pub(super) fn target(&self, reference: &str) -> Option<At<'a>> {
        let path = reference.strip_prefix('#')?;
        let pointer = path
            .split('/')
            .skip(1)
            .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
            .fold(Pointer::root(), |pointer, segment| pointer.child(segment));
        let value = self.root.pointer(path)?;
        Some(At { pointer, value })
    }

    fn walk_operations(&self) -> Vec<Operation<'a>> {
        let mut operations = Vec::new();
        for (path, item) in self.paths() {
            let shared = self.parameters(item.value.get("parameters"), &item.pointer);
            for &method in METHODS {
                let Some(Value::Object(value)) = item.value.get(method) else {
                    continue;
                };
                let pointer = item.pointer.child(method);
                let mut parameters = self.parameters(value.get("parameters"), &pointer);
                for inherited in &shared {
                    let overridden =
                        parameters.iter().any(|own| (own.name, own.location) == (inherited.name, inherited.location));
                    if !overridden {
                        parameters.push(inherited.clone());
                    }
                }
                operations.push(Operation { path, method, pointer, value, parameters });
            }
        }
        operations
    }

    fn parameters(&self, list: Option<&'a Value>, holder: &Pointer) -> Vec<Parameter<'a>> {
        items(list, &holder.child("parameters"))
            .filter_map(|at| self.follow(at))
            .filter_map(|at| {
                let value = at.value.as_object()?;
                Some(Parameter {
                    name: value.get("name")?.as_str()?,
                    location: value.get("in")?.as_str()?,
                    pointer: at.pointer,
                    value,
                })
            })
            .collect()
    }
}

impl<'a> Operation<'a> {
    /// The operation id, if it has one.
    pub(super) fn id(&self) -> Option<&'a str> {
        self.value.get("operationId")?.as_str()
    }

    /// The request body, references followed.
    pub(super) fn request_body(&self, document: &Document<'a>) -> Option<At<'a>> {
        document.follow(At { pointer: self.pointer.child("requestBody"), value: self.value.get("requestBody")? })
    }

    /// The responses by status, references followed.
    pub(super) fn responses(&self, document: &Document<'a>) -> Vec<(&'a str, At<'a>)> {
        let at = self.pointer.child("responses");
        entries(self.value.get("responses"), &at)
            .filter(|(status, _)| !status.starts_with("x-"))
            .filter_map(|(status, at)| Some((status, document.follow(at)?)))
            .collect()
    }
}

impl<'a> At<'a> {
    /// What is under `key`.
    pub(super) fn get(&self, key: &str) -> Option<At<'a>> {
        let value = self.value.get(key)?;
        Some(At { pointer: self.pointer.child(key), value })
    }

    /// The entries of the object under `key`.
    pub(super) fn entries(&self, key: &str) -> impl Iterator<Item = (&'a str, At<'a>)> + use<'a> {
        self.get(key).into_iter().flat_map(|at| entries(Some(at.value), &at.pointer))
    }

    /// The items of the list under `key`.
    pub(super) fn items(&self, key: &str) -> impl Iterator<Item = At<'a>> + use<'a> {
        self.get(key).into_iter().flat_map(|at| items(Some(at.value), &at.pointer))
    }

    /// The media types of a request body or response.
    pub(super) fn content(&self) -> impl Iterator<Item = (&'a str, At<'a>)> + use<'a> {
        self.entries("content")
    }
}

/// The entries of an object, each with its pointer. None if it is no object.
pub(super) fn entries<'a>(value: Option<&'a Value>, at: &Pointer) -> impl Iterator<Item = (&'a str, At<'a>)> + use<'a> {
    let at = at.clone();
    let map = value.and_then(Value::as_object);
    map.into_iter().flatten().map(move |(key, value)| {
        let pointer = at.child(key);
        (key.as_str(), At { pointer, value })
    })
}

/// The items of a list, each with its pointer. None if it is no list.
pub(super) fn items<'a>(value: Option<&'a Value>, at: &Pointer) -> impl Iterator<Item = At<'a>> + use<'a> {
    let at = at.clone();
    let list = value.and_then(Value::as_array);
    list.into_iter().flatten().enumerate().map(move |(index, value)| At { pointer: at.child(index), value })
}
