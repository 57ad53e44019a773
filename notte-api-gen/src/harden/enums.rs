//! Enums are open: a value that is not listed is kept as text. Each is a component, and every use of it `Open<…>`.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase;
use serde_json::{Map, Value};

use super::{names::Names, refs, rust_type, shape, walk};
use walk::{At, Root};

/// Moves inline enums to the components, named after their place, and opens every use.
pub(super) fn open(document: &mut Value) {
    let mut names = Names::of(document);
    let mut enums: BTreeSet<String> = BTreeSet::new();
    for (name, schema) in refs::components_mut(document).into_iter().flatten() {
        if schema.get("enum").is_some() {
            enums.insert(name.clone());
            distinct(schema);
        }
    }
    let mut hoisted = Map::new();
    walk::schemas(document, &mut |schema, site| {
        if site.root == Root::Component && site.at == At::Root {
            return;
        }
        let name = match refs::target(schema) {
            Some(name) if enums.contains(name) => name.to_owned(),
            None if schema.get("enum").is_some() => {
                let name = names.claim(site.name);
                let mut values = schema.clone();
                shape::take_annotations(&mut values);
                if let Some(description) = schema.get("description") {
                    values["description"] = description.clone();
                }
                distinct(&mut values);
                hoisted.insert(name.clone(), values);
                name
            }
            _ => return,
        };
        let annotations = shape::take_annotations(schema);
        let mut text = serde_json::json!({ "type": "string" });
        rust_type::mark(&mut text, "Open", &[refs::to(&name)]);
        *schema = shape::annotate(text, annotations);
    });
    if let Some(components) = refs::components_mut(document) {
        components.append(&mut hoisted);
    }
}

/// Leaves out values whose Rust names could not be told apart: they are read as unlisted ones, text and all.
fn distinct(schema: &mut Value) {
    let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) else { return };
    let mut loose = BTreeMap::new();
    for value in values.iter().filter_map(Value::as_str) {
        *loose.entry(variant(value, "-")).or_insert(0) += 1;
    }
    if loose.values().all(|count| *count == 1) {
        return;
    }
    let mut seen = BTreeSet::new();
    values.retain(|value| value.as_str().is_some_and(|value| seen.insert(variant(value, "X"))));
}

/// About the name typify gives a value, which panics where two are the same.
fn variant(value: &str, elided: &str) -> String {
    match value {
        "+1" => "Plus1".to_owned(),
        "-1" => "Minus1".to_owned(),
        _ => {
            let loose = elided == "-";
            let keep = |c: char| c.is_ascii_alphanumeric() || (c == '_' && loose);
            let value = if loose { value.replace('\'', "") } else { value.to_owned() };
            let text = value.replace(|c| !keep(c), elided);
            let name = text.to_pascal_case();
            if name.starts_with(char::is_alphabetic) { name } else { format!("X{name}") }
        }
    }
}
