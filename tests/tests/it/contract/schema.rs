//! The effective document, and a walk over a value along its schema.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Map, Value};

pub(crate) struct Document(Value);

/// What a schema says of a value.
pub(crate) enum Kind<'a> {
    /// Has `properties`; `tag` is the property by which a union told it apart.
    Object {
        schema: &'a Value,
        tag: Option<&'a str>,
    },
    Map,
    /// `tolerant`: an odd item costs only itself.
    List {
        tolerant: bool,
    },
    Tagged {
        tag: &'a str,
    },
    Untagged,
    Timestamp,
    Open,
    Integer,
    Number,
    Secret,
    /// Any JSON: what is in it is the caller's or the page's.
    Free,
    Other,
}

/// A place in a value that the schema knows.
pub(crate) struct Site<'a> {
    pub(crate) pointer: String,
    pub(crate) kind: Kind<'a>,
    /// For the objects: the component, or where in one they are.
    pub(crate) name: String,
    pub(crate) value: &'a Value,
    /// For a property of an object: whether it is required.
    pub(crate) required: Option<bool>,
}

impl Site<'_> {
    pub(crate) fn depth(&self) -> usize {
        self.pointer.matches('/').count()
    }
}

/// Where the walk is.
struct Place {
    pointer: String,
    name: String,
    required: Option<bool>,
}

impl Document {
    pub(crate) fn load() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/effective.json");
        Self(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
    }

    /// The operations, by id.
    pub(crate) fn operations(&self) -> BTreeMap<&str, &Value> {
        let paths = self.0["paths"].as_object().unwrap().values();
        let all = paths.flat_map(|item| item.as_object().unwrap().values());
        all.filter_map(|operation| Some((operation.get("operationId")?.as_str()?, operation))).collect()
    }

    /// The schema behind references, and the name of its component.
    pub(crate) fn resolve<'a>(&'a self, mut schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        let mut name = None;
        loop {
            let target = match schema["allOf"].as_array().map(Vec::as_slice) {
                Some([only]) => only,
                _ => schema,
            };
            let Some(component) = target["$ref"].as_str().and_then(|to| to.strip_prefix("#/components/schemas/"))
            else {
                return (name, target);
            };
            name = Some(component);
            schema = &self.0["components"]["schemas"][component];
        }
    }

    pub(crate) fn component(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    pub(crate) fn kind<'a>(&self, schema: &'a Value) -> Kind<'a> {
        let union = &schema["x-notte-union"];
        match schema["x-rust-type"]["path"].as_str().and_then(|path| path.rsplit("::").next()) {
            Some("List") => return Kind::List { tolerant: true },
            Some("Timestamp") => return Kind::Timestamp,
            Some("Open") => return Kind::Open,
            Some("Secret") => return Kind::Secret,
            Some(_) => return Kind::Other,
            None => {}
        }
        match (union["kind"].as_str(), schema["type"].as_str()) {
            (Some("tagged"), _) => Kind::Tagged { tag: union["tag"].as_str().unwrap() },
            (Some(_), _) => Kind::Untagged,
            (None, Some("object")) if schema["properties"].is_object() => {
                Kind::Object { schema, tag: schema["x-notte-tag"]["name"].as_str() }
            }
            (None, Some("object")) => Kind::Map,
            (None, Some("array")) => Kind::List { tolerant: false },
            (None, Some("integer")) => Kind::Integer,
            (None, Some("number")) => Kind::Number,
            (None, None) => Kind::Free,
            _ => Kind::Other,
        }
    }

    /// Every place of `value` that `schema` knows, outer ones first.
    pub(crate) fn sites<'a>(&'a self, root: &str, schema: &'a Value, value: &'a Value) -> Vec<Site<'a>> {
        let mut sites = Vec::new();
        self.walk(schema, value, Place { pointer: String::new(), name: root.to_owned(), required: None }, &mut sites);
        sites
    }

    fn walk<'a>(&'a self, schema: &'a Value, value: &'a Value, place: Place, sites: &mut Vec<Site<'a>>) {
        let (component, schema) = self.resolve(schema);
        let Place { pointer, name, required } = place;
        let name = component.map_or(name, str::to_owned);
        let inside = |key: &str, step: &str, required| Place {
            pointer: format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
            name: format!("{name}{step}"),
            required,
        };
        let mut children = Vec::new();
        match (self.kind(schema), value) {
            (Kind::Object { schema, .. }, Value::Object(object)) => {
                for (key, property) in schema["properties"].as_object().unwrap() {
                    if let Some(value) = object.get(key) {
                        let place = inside(key, &format!(".{key}"), Some(is_required(schema, key)));
                        children.push((property, value, place));
                    }
                }
            }
            (Kind::Map, Value::Object(object)) => {
                let entries = object.iter().map(|(key, value)| (&schema["additionalProperties"], value, key));
                children.extend(entries.map(|(schema, value, key)| (schema, value, inside(key, "{}", None))));
            }
            (Kind::List { .. }, Value::Array(items)) => {
                let items = items.iter().enumerate();
                children.extend(items.map(|(i, item)| (&schema["items"], item, inside(&i.to_string(), "[]", None))));
            }
            (Kind::Tagged { tag }, Value::Object(object)) => {
                let variants = schema["x-notte-union"]["variants"].as_array().unwrap();
                if let Some(variant) = variants.iter().find(|variant| object.get(tag) == variant.get("tag")) {
                    let component = variant["schema"].as_str().unwrap();
                    let place = Place { pointer: pointer.clone(), name: component.to_owned(), required: None };
                    children.push((self.component(component), value, place));
                }
            }
            (Kind::Untagged, _) => {
                let variants = schema["x-notte-union"]["variants"].as_array().unwrap().iter();
                let mut schemas = variants.map(|variant| &variant["schema"]);
                if let Some(variant) = schemas.find(|variant| has_type(self.resolve(variant).1, value)) {
                    children.push((
                        variant,
                        value,
                        Place { pointer: pointer.clone(), name: name.clone(), required: None },
                    ));
                }
            }
            _ => {}
        }
        sites.push(Site { pointer, kind: self.kind(schema), name, value, required });
        for (schema, value, place) in children {
            self.walk(schema, value, place, sites);
        }
    }
}

pub(crate) fn is_required(schema: &Value, key: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|name| name == key))
}

fn has_type(schema: &Value, value: &Value) -> bool {
    match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        _ => true,
    }
}

/// The one content of a request or an answer.
pub(crate) fn content(of: &Value) -> Option<&Value> {
    of["content"].as_object().and_then(|content| content.values().next())?.get("schema")
}

/// The schema of an operation's JSON answer.
pub(crate) fn answer(operation: &Value) -> Option<&Value> {
    let response = operation["responses"].as_object().and_then(|responses: &Map<_, _>| responses.values().next())?;
    response["content"].get("application/json")?.get("schema")
}
