//! Which properties a schema declares, and which of them a value has.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::schema::{Document, Kind};

/// Every property that can be reached from a schema, as `Component.property`; if not `with_members`, without going
/// through a tagged union.
pub(crate) fn declared(document: &Document, root: &str, schema: &Value, with_members: bool) -> BTreeSet<String> {
    let mut reach = Reach { document, with_members, seen: BTreeSet::new(), found: BTreeSet::new() };
    reach.schema(root.to_owned(), schema);
    reach.found
}

struct Reach<'a> {
    document: &'a Document,
    with_members: bool,
    seen: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Reach<'_> {
    fn schema(&mut self, name: String, schema: &Value) {
        let (component, schema) = self.document.resolve(schema);
        if component.is_some_and(|component| !self.seen.insert(component.to_owned())) {
            return;
        }
        let name = component.map_or(name, str::to_owned);
        match self.document.kind(schema) {
            Kind::Object { .. } => {
                for (key, property) in schema["properties"].as_object().unwrap() {
                    let name = format!("{name}.{key}");
                    self.found.insert(name.clone());
                    self.schema(name, property);
                }
            }
            Kind::Map => self.schema(format!("{name}{{}}"), &schema["additionalProperties"]),
            Kind::List { .. } => self.schema(format!("{name}[]"), &schema["items"]),
            Kind::Tagged { .. } if !self.with_members => {}
            Kind::Tagged { .. } | Kind::Untagged => {
                for member in schema["oneOf"].as_array().unwrap() {
                    self.schema(name.clone(), member);
                }
            }
            _ => {}
        }
    }
}

/// The properties that a value has, named likewise. One that is `null` everywhere is not there.
pub(crate) fn present(document: &Document, root: &str, schema: &Value, value: &Value, found: &mut BTreeSet<String>) {
    for site in document.sites(root, schema, value) {
        if let (Kind::Object { schema, .. }, Value::Object(object)) = (site.kind, site.value) {
            let properties = schema["properties"].as_object().unwrap().keys();
            let there = properties.filter(|key| object.get(*key).is_some_and(|value| !value.is_null()));
            found.extend(there.map(|key| format!("{}.{key}", site.name)));
        }
    }
}

/// What a value has that its schema does not know: pointers of fields.
pub(crate) fn undeclared(document: &Document, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for site in document.sites("", schema, value) {
        match (site.kind, site.value) {
            (Kind::Object { schema, tag }, Value::Object(object)) => {
                let odd = object.keys().filter(|key| schema["properties"].get(*key).is_none());
                let odd = odd.filter(|key| Some(key.as_str()) != tag);
                found.extend(odd.map(|key| format!("{}/{key} is not declared", site.pointer)));
            }
            (Kind::Object { .. } | Kind::Map | Kind::List { .. } | Kind::Tagged { .. }, value) => {
                let fits = value.is_null() || value.is_object() || value.is_array();
                found.extend((!fits).then(|| format!("{} has another type", site.pointer)));
            }
            _ => {}
        }
    }
    found
}
