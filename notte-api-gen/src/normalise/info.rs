//! `openapi` becomes 3.0.3; what 3.1 added around the operations goes.

use serde_json::{Value, json};

use super::Note;

pub(super) fn run(document: &mut Value, _: &mut Vec<Note>) {
    let Some(root) = document.as_object_mut() else {
        return;
    };
    root.insert("openapi".to_owned(), json!("3.0.3"));
    root.remove("jsonSchemaDialect");
    let Some(info) = root.get_mut("info").and_then(Value::as_object_mut) else {
        return;
    };
    info.remove("summary");
    for key in ["title", "version"] {
        // YAML reads an unquoted `version: 1.0` as a number.
        if let Some(value @ (Value::Number(_) | Value::Bool(_))) = info.get_mut(key) {
            *value = Value::String(value.to_string());
        }
    }
    if let Some(license) = info.get_mut("license").and_then(Value::as_object_mut)
        && let Some(Value::String(identifier)) = license.remove("identifier")
    {
        license.entry("url").or_insert_with(|| json!(format!("https://spdx.org/licenses/{identifier}.html")));
        license.entry("name").or_insert(Value::String(identifier));
    }
}
