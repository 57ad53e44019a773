//! Operations carry what a caller is told about them: id, tag, effect class, and how they are authorised.

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::walk;

const KEPT: [&str; 12] = [
    "operationId",
    "tags",
    "summary",
    "description",
    "deprecated",
    "parameters",
    "requestBody",
    "responses",
    "x-notte-effect",
    "x-notte-auth",
    "x-notte-idempotency-key",
    "x-notte-key-header",
];

const EFFECTS: [&str; 4] = ["read", "idempotent", "costly", "page"];

/// Snake case ids, at least one tag, effect class and authorisation on every operation; nothing a client has no use for.
pub(super) fn describe(document: &mut Value) {
    let shared = document.as_object_mut().and_then(|document| document.remove("security"));
    walk::operations(document, &mut |path, method, operation| {
        let security = operation.remove("security").or_else(|| shared.clone());
        operation.insert("x-notte-auth".to_owned(), auth(security.as_ref()).into());
        let effect = effect(operation.get("x-notte-effect"), method);
        operation.insert("x-notte-effect".to_owned(), effect.into());
        let id = id(operation.get("operationId"), path, method);
        operation.insert("operationId".to_owned(), id.into());
        operation.insert("tags".to_owned(), tags(operation.get("tags")));
        operation.retain(|key, _| KEPT.contains(&key.as_str()));
        keep_kind(operation, &["summary", "description"], Value::is_string);
        keep_kind(operation, &["deprecated"], Value::is_boolean);
    });
}

fn keep_kind(operation: &mut Map<String, Value>, keys: &[&str], kind: fn(&Value) -> bool) {
    operation.retain(|key, value| !keys.contains(&key.as_str()) || kind(value));
}

fn id(declared: Option<&Value>, path: &str, method: &str) -> String {
    let declared = declared.and_then(Value::as_str).map(str::to_snake_case);
    let id = declared.filter(|id| !id.is_empty());
    let id = id.unwrap_or_else(|| format!("{method} {path}").to_snake_case());
    if id.starts_with(|first: char| first.is_ascii_digit()) { format!("op_{id}") } else { id }
}

fn tags(declared: Option<&Value>) -> Value {
    let tags = declared.and_then(Value::as_array).into_iter().flatten();
    let tags: Vec<&str> = tags.filter_map(Value::as_str).filter(|tag| !tag.is_empty()).collect();
    if tags.is_empty() { json!(["default"]) } else { json!(tags) }
}

fn effect(declared: Option<&Value>, method: &str) -> String {
    let declared = declared.and_then(Value::as_str).filter(|effect| EFFECTS.contains(effect));
    let derived = match method {
        "put" | "patch" | "delete" => "idempotent",
        "post" => "costly",
        _ => "read",
    };
    declared.unwrap_or(derived).to_owned()
}

/// `bearer` when some alternative asks for a credential: oauth2 and http bearer are the same header on the wire.
fn auth(security: Option<&Value>) -> &'static str {
    let alternatives = security.and_then(Value::as_array).into_iter().flatten();
    let mut named = alternatives.filter_map(Value::as_object).filter(|schemes| !schemes.is_empty());
    if named.next().is_some() { "bearer" } else { "none" }
}
