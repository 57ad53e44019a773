//! Components carry valid, unique Rust type names.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::{refs, twins};

/// Names that mean something else where generated code is read.
const RESERVED: [&str; 26] = [
    "Self", "Option", "Result", "String", "Vec", "Box", "Error", "Client", "Open", "Secret", "Some", "None", "Ok",
    "Err", "Default", "Clone", "Copy", "Debug", "Drop", "Eq", "From", "Into", "Iterator", "Send", "Sync", "Unknown",
];

/// Hands out names of types, or of an enum's variants, none twice.
pub(super) struct Names {
    taken: BTreeMap<String, usize>,
    shaped: fn(&str) -> String,
}

impl Names {
    /// The names a document's components have.
    pub(super) fn of(document: &Value) -> Self {
        let names = refs::components(document).into_iter().flat_map(Map::keys);
        Self { taken: names.map(|name| (name.clone(), 1)).collect(), shaped: type_name }
    }

    /// No names yet, for the variants of one enum.
    pub(super) fn variants() -> Self {
        Self { taken: BTreeMap::new(), shaped: variant_name }
    }

    /// Whether nothing has this name, nor may not have it.
    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.taken.contains_key(name) && type_name(name) == name
    }

    /// The wanted name made valid; with a number when it is taken.
    pub(super) fn claim(&mut self, wanted: &str) -> String {
        let base = (self.shaped)(wanted);
        let mut count = self.taken.get(&base).copied().unwrap_or(0);
        loop {
            count += 1;
            let name = if count == 1 { base.clone() } else { (self.shaped)(&format!("{base}{count}")) };
            if count == 1 || !self.taken.contains_key(&name) {
                self.taken.insert(base, count);
                self.taken.entry(name.clone()).or_insert(1);
                return name;
            }
        }
    }
}

/// The nearest valid type name.
pub(super) fn type_name(text: &str) -> String {
    let name = camel(text);
    if RESERVED.contains(&name.as_str()) { format!("{name}Model") } else { name }
}

/// The nearest valid name of a variant; `Unknown` is the emitter's.
fn variant_name(text: &str) -> String {
    let name = camel(text);
    if ["Self", "Unknown"].contains(&name.as_str()) { format!("{name}Value") } else { name }
}

/// ASCII upper camel case, stable under being made so again.
fn camel(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let mut name = spaced.to_upper_camel_case();
    for _ in 0..4 {
        let again = name.to_upper_camel_case();
        if again == name {
            break;
        }
        name = again;
    }
    if name.is_empty() {
        return "Model".to_owned();
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, 'N');
        name = name.to_upper_camel_case();
    }
    name
}

/// Renames components; those named well already keep their names.
pub(super) fn components(document: &mut Value) {
    let Some(components) = refs::components_mut(document).map(std::mem::take) else {
        return;
    };
    let mut names = Names::of(&Value::Null);
    let mut renames = BTreeMap::new();
    let (good, bad): (Vec<&String>, Vec<&String>) = components.keys().partition(|name| type_name(name) == **name);
    for name in good.into_iter().chain(bad) {
        renames.insert(name.clone(), names.claim(name));
    }
    let renamed: Map<String, Value> =
        components.into_iter().filter_map(|(name, schema)| Some((renames.get(&name)?.clone(), schema))).collect();
    if let Some(components) = refs::components_mut(document) {
        *components = renamed;
    }
    twins::rename(document, &renames);
}
