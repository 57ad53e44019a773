//! Free names for schemas that become components, and references as lists of steps.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

pub(super) const COMPONENT: &str = "#/components/schemas/";

/// The component names in use.
pub(super) struct Names {
    taken: HashSet<String>,
    next: HashMap<String, usize>,
}

impl Names {
    pub(super) fn new(document: &Value) -> Self {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        Self {
            taken: schemas.map(|schemas| schemas.keys().cloned().collect()).unwrap_or_default(),
            next: HashMap::new(),
        }
    }

    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// Takes this name, or the first free one of it and a number.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        if self.taken.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        let next = self.next.entry(wanted.to_owned()).or_insert(2);
        loop {
            let name = format!("{wanted}{next}");
            *next += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// Adds components; `components` and its `schemas` are made when they are missing.
pub(super) fn add_components(document: &mut Value, schemas: Map<String, Value>) {
    if schemas.is_empty() {
        return;
    }
    let Some(root) = document.as_object_mut() else {
        return;
    };
    let components = root.entry("components").or_insert_with(|| Value::Object(Map::new()));
    let Some(components) = components.as_object_mut() else {
        return;
    };
    let existing = components.entry("schemas").or_insert_with(|| Value::Object(Map::new()));
    if let Some(existing) = existing.as_object_mut() {
        existing.extend(schemas);
    }
}

/// A reference to the component of this name.
pub(super) fn component_ref(name: &str) -> String {
    format!("{COMPONENT}{}", escape(name))
}

/// One step of a JSON pointer, as it is written.
pub(super) fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The steps of a local reference (`#/a/b`), unescaped; nothing for any other reference.
pub(super) fn steps(reference: &str) -> Option<Vec<String>> {
    let pointer = reference.strip_prefix("#/")?;
    Some(pointer.split('/').map(|step| percent_decoded(step).replace("~1", "/").replace("~0", "~")).collect())
}

/// What these steps lead to.
pub(super) fn at<'v>(value: &'v Value, steps: &[String]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match value {
        Value::Object(map) => map.get(step),
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let code = (byte == b'%')
            .then(|| bytes.get(index + 1..index + 3))
            .flatten()
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(code.unwrap_or(byte));
        index += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

/// Calls `visit` with every reference that this schema itself holds: `$ref`, and what a discriminator maps to.
pub(super) fn each_reference(schema: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut String)) {
    if let Some(Value::String(reference)) = schema.get_mut("$ref") {
        visit(reference);
    }
    let mapping = schema
        .get_mut("discriminator")
        .and_then(|discriminator| discriminator.get_mut("mapping"))
        .and_then(Value::as_object_mut);
    for target in mapping.into_iter().flat_map(Map::values_mut) {
        if let Value::String(reference) = target
            && reference.starts_with('#')
        {
            visit(reference);
        }
    }
}
