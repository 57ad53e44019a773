//! References to path items are replaced by what they refer to.

use serde_json::{Map, Value};

use super::Note;
use super::names::{at, steps};

/// More than anybody chains references, less than a cycle.
const HOPS: usize = 32;

pub(super) fn run(document: &mut Value, _: &mut Vec<Note>) {
    let referring: Vec<String> = document
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, item)| item.get("$ref").is_some_and(Value::is_string))
        .map(|(path, _)| path.clone())
        .collect();
    let mut resolved = Map::new();
    for path in referring {
        if let Some(item) = document.get("paths").and_then(|paths| resolve(document, paths.get(&path)?)) {
            resolved.insert(path, Value::Object(item));
        }
    }
    let Some(root) = document.as_object_mut() else {
        return;
    };
    if let Some(Value::Object(paths)) = root.get_mut("paths") {
        paths.extend(resolved);
    }
    if let Some(Value::Object(components)) = root.get_mut("components") {
        components.remove("pathItems");
    }
}

/// The path item with what it refers to; its own fields win. Nothing when a reference leads nowhere.
fn resolve(document: &Value, item: &Value) -> Option<Map<String, Value>> {
    let mut resolved = item.as_object()?.clone();
    for _ in 0..HOPS {
        let Some(reference) = resolved.remove("$ref") else {
            return Some(resolved);
        };
        let target = at(document, &steps(reference.as_str()?)?)?;
        for (key, value) in target.as_object()? {
            resolved.entry(key).or_insert_with(|| value.clone());
        }
    }
    None
}
