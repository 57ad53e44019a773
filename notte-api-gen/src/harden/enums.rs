//! Enums are open: a value that is not listed is kept as text, so every use of one is `Open<…>`.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase;
use serde_json::{Value, json};

use super::{refs, rust_type, shape, walk};

/// Opens every use of an enum.
pub(super) fn open(document: &mut Value) {
    let mut enums: BTreeSet<String> = BTreeSet::new();
    for (name, schema) in refs::components_mut(document).into_iter().flatten() {
        if schema.get("enum").is_some() {
            enums.insert(name.clone());
            distinct(schema);
        }
    }
    walk::schemas(document, &mut |schema, _| {
        let Some(name) = refs::target(schema).filter(|name| enums.contains(*name)) else {
            return;
        };
        let mut text = json!({ "type": "string" });
        rust_type::mark(&mut text, "Open", &[refs::to(name)]);
        let annotations = shape::take_annotations(schema);
        *schema = shape::annotate(text, annotations);
    });
}

/// Leaves out values whose Rust names could not be told apart: they are read as unlisted ones, text and all.
fn distinct(schema: &mut Value) {
    let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) else {
        return;
    };
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
