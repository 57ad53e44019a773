//! `allOf` becomes one flat object; around a single reference it stays, to carry the description.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{prune, refs, shape, walk};

/// How many references in a row are followed.
const HOPS: usize = 16;

/// Flattens every `allOf` of the document.
pub(super) fn flatten(document: &mut Value) {
    let Some(components) = refs::components_mut(document).map(std::mem::take) else {
        return;
    };
    let mut flattener = Flattener { raw: &components, flat: BTreeMap::new(), open: BTreeSet::new() };
    for name in components.keys() {
        flattener.component(name);
    }
    let mut flat = flattener.flat.clone();
    for (name, schema) in &components {
        if let (Some(keep), Some(flat)) = (schema.get(prune::KEEP), flat.get_mut(name)) {
            flat[prune::KEEP] = keep.clone();
        }
    }
    walk::operations(document, &mut |_, _, operation| {
        walk::roots(operation, &mut |schema, _| {
            *schema = flattener.schema(std::mem::take(schema));
        });
    });
    if let Some(components) = refs::components_mut(document) {
        *components = flat.into_iter().collect();
    }
}

struct Flattener<'a> {
    raw: &'a Map<String, Value>,
    flat: BTreeMap<String, Value>,
    open: BTreeSet<String>,
}

impl Flattener<'_> {
    /// The flat component, or nothing when it is being flattened: a cycle.
    fn component(&mut self, name: &str) -> Option<Value> {
        if let Some(flat) = self.flat.get(name) {
            return Some(flat.clone());
        }
        let raw = self.raw.get(name)?.clone();
        if !self.open.insert(name.to_owned()) {
            return None;
        }
        let mut flat = self.schema(raw);
        if let Some(flat) = flat.as_object_mut() {
            flat.remove(prune::KEEP);
        }
        self.open.remove(name);
        self.flat.insert(name.to_owned(), flat.clone());
        Some(flat)
    }

    fn schema(&mut self, schema: Value) -> Value {
        let Value::Object(mut schema) = schema else {
            return schema;
        };
        for keyword in ["items", "additionalProperties"] {
            if let Some(child) = schema.get_mut(keyword) {
                *child = self.schema(std::mem::take(child));
            }
        }
        for (_, child) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            *child = self.schema(std::mem::take(child));
        }
        for child in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
            *child = self.schema(std::mem::take(child));
        }
        let Some(Value::Array(members)) = schema.remove("allOf") else {
            return Value::Object(schema);
        };
        let mut schema = Value::Object(schema);
        let annotations = shape::take_annotations(&mut schema);
        shape::annotate(self.merged(members), annotations)
    }

    fn merged(&mut self, members: Vec<Value>) -> Value {
        if let [member] = members.as_slice() {
            return match refs::target(member) {
                Some(_) => member.clone(),
                None => self.schema(member.clone()),
            };
        }
        let mut object = Object::default();
        let mut first = None;
        for member in members {
            match self.resolved(&member) {
                Some(resolved) if self.add(&resolved, &mut object) => {}
                _ => first = first.or(Some(member)),
            }
        }
        match first {
            Some(first) if object.is_empty() => self.schema(first),
            _ => object.into_schema(),
        }
    }

    fn resolved(&mut self, member: &Value) -> Option<Value> {
        let mut resolved = member.clone();
        for _ in 0..HOPS {
            match refs::target(&resolved).map(str::to_owned) {
                Some(name) => resolved = self.component(&name)?,
                None => return Some(self.schema(resolved)),
            }
        }
        None
    }

    /// Adds an object's parts; the members of a union add theirs as optional. Tells whether there was anything to add.
    fn add(&mut self, part: &Value, object: &mut Object) -> bool {
        if let Some(members) = part.get("oneOf").and_then(Value::as_array) {
            let mut any = false;
            for member in members {
                let mut optional = Object::default();
                if let Some(resolved) = self.resolved(member).filter(|m| m.get("oneOf").is_none()) {
                    any |= self.add(&resolved, &mut optional);
                }
                optional.required.clear();
                object.merge(optional);
            }
            return any;
        }
        if part["type"] != "object" {
            return false;
        }
        object.merge(Object::of(part));
        true
    }
}

#[derive(Default)]
struct Object {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
    values: Option<Value>,
}

impl Object {
    fn of(schema: &Value) -> Self {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Self {
            properties: schema["properties"].as_object().cloned().unwrap_or_default(),
            required: required.map(str::to_owned).collect(),
            values: schema.get("additionalProperties").filter(|values| **values != json!({})).cloned(),
        }
    }

    fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.values.is_none()
    }

    fn merge(&mut self, other: Self) {
        for (name, property) in other.properties {
            let vague = property == json!({}) && self.properties.contains_key(&name);
            if !vague {
                self.properties.insert(name, property);
            }
        }
        self.required.extend(other.required);
        self.values = self.values.take().or(other.values);
    }

    fn into_schema(self) -> Value {
        let values = self.values.unwrap_or_else(|| json!({}));
        if self.properties.is_empty() {
            return json!({ "type": "object", "additionalProperties": values });
        }
        json!({
            "type": "object",
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": {},
        })
    }
}
