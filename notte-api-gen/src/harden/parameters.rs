//! Parameters a caller sets; those the client sets itself leave a mark on the operation instead.

use serde_json::{Map, Value, json};

use super::{limits, media, rust_type, walk};

const KEY_HEADER: &str = "x-notte-api-key";
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The extension that says how a parameter is written, where OpenAPI has no style for it.
const STYLE: &str = "x-notte-style";
/// Headers that the client's hooks set.
const SET_BY_HOOKS: [&str; 5] =
    ["authorization", "x-notte-request-origin", "x-notte-sdk-version", KEY_HEADER, IDEMPOTENCY_KEY];

/// Drops what hooks set, and leaves of each parameter its name, place, description and schema.
pub(super) fn select(document: &mut Value) {
    walk::operations(document, &mut |_, _, operation| {
        let Some(Value::Array(parameters)) = operation.remove("parameters") else {
            return;
        };
        let mut kept = Vec::new();
        for parameter in parameters {
            let Some(location) = parameter["in"].as_str() else {
                continue;
            };
            let header = parameter["name"].as_str().unwrap_or_default().to_ascii_lowercase();
            if location == "header" && SET_BY_HOOKS.contains(&header.as_str()) {
                if header == KEY_HEADER {
                    operation.insert("x-notte-key-header".to_owned(), KEY_HEADER.into());
                }
                if header == IDEMPOTENCY_KEY {
                    operation.insert("x-notte-idempotency-key".to_owned(), true.into());
                }
            } else if ["path", "query", "header", "cookie"].contains(&location) {
                kept.push(plain(&parameter, location));
            }
        }
        if !kept.is_empty() {
            operation.insert("parameters".to_owned(), kept.into());
        }
    });
}

fn plain(parameter: &Value, location: &str) -> Value {
    let required = location == "path" || parameter["required"] == true;
    let mut content = parameter["content"].as_object().into_iter().flatten();
    let content = content.find(|(name, _)| media::is_json(name)).map(|(_, media)| media);
    let mut schema = match parameter.get("schema").or_else(|| content?.get("schema")) {
        Some(schema) => schema.clone(),
        None if content.is_some() => json!({}),
        None => json!({ "type": "string" }),
    };
    if parameter["x-notte-secret"] == true
        && let Some(schema) = schema.as_object_mut()
    {
        schema.insert("x-notte-secret".to_owned(), true.into());
    }
    let mut plain = json!({
        "name": parameter["name"],
        "in": location,
        "required": required,
        "schema": schema,
    });
    if content.is_some() {
        plain[STYLE] = "json".into();
    } else {
        let usual = if ["query", "cookie"].contains(&location) { "form" } else { "simple" };
        let style = parameter["style"].as_str().unwrap_or(usual);
        if style != usual {
            plain["style"] = style.into();
        }
        if parameter["explode"].as_bool().is_some_and(|explode| explode != (style == "form")) {
            plain["explode"] = parameter["explode"].clone();
        }
    }
    if let Some(description) = parameter["description"].as_str() {
        plain["description"] = description.into();
    }
    if parameter["deprecated"] == true {
        plain["deprecated"] = true.into();
    }
    plain
}

/// A text in a path is checked before it is put there, one in a header is plain; null is another way to leave a parameter out.
pub(super) fn finish(document: &mut Value) {
    walk::operations(document, &mut |_, _, operation| {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten().filter_map(Value::as_object_mut) {
            let location = parameter.get("in").and_then(Value::as_str).unwrap_or_default().to_owned();
            let Some(mut schema) = parameter.remove("schema") else {
                continue;
            };
            limits::append(&mut schema);
            let Value::Object(mut schema) = schema else {
                continue;
            };
            if schema.remove("nullable").is_some() && location != "path" {
                parameter.insert("required".to_owned(), false.into());
            }
            if let Some(description) = schema.remove("description") {
                parameter.entry("description").or_insert(description);
            }
            if schema.is_empty() && location == "query" {
                // It may turn out to be an object, whose properties would lose the parameter's name.
                parameter.insert(STYLE.to_owned(), "json".into());
            }
            let schema = match location.as_str() {
                "path" => match schema.get("items").and_then(Value::as_object) {
                    Some(item) => json!({ "type": "array", "items": in_path(item) }),
                    None => in_path(&schema),
                },
                "header" | "cookie" if schema.get("type").is_some_and(|kind| kind == "string") => {
                    json!({ "type": "string" })
                }
                _ => schema.into(),
            };
            parameter.insert("schema".to_owned(), schema);
        }
    });
}

/// What stands between two slashes of a path.
fn in_path(schema: &Map<String, Value>) -> Value {
    if prints(schema) {
        return schema.clone().into();
    }
    json!({ "type": "string", rust_type::KEY: rust_type::value("PathSegment", &[]) })
}

/// Whether a value of this type is one plain word.
fn prints(schema: &Map<String, Value>) -> bool {
    let kind = schema.get("type").and_then(Value::as_str);
    matches!(kind, Some("integer" | "number" | "boolean"))
}
