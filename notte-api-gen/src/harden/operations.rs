//! Operations carry what a caller is told about them: id, tag, effect class, and how they are authorised.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::walk;
use crate::lint::names;

/// What the client's own methods are called, and those of traits that are called on it.
const METHODS: [&str; 16] = [
    "api_version",
    "base_url",
    "baseurl",
    "builder",
    "client",
    "clone",
    "from_env",
    "inner",
    "new",
    "new_with_client",
    "with_options",
    "over",
    "with_key",
    "without_key",
    "api_key",
    "is_key",
];

/// What the modules of the builders mean something else by.
const BUILDERS: [&str; 18] = [
    "Box", "Clone", "Default", "Draft", "Err", "From", "Into", "None", "Ok", "Option", "Result", "Self", "Send",
    "SendOnce", "Some", "String", "Style", "Unsent",
];

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
    let mut taken = BTreeSet::new();
    walk::operations(document, &mut |path, method, operation| {
        let security = operation.remove("security").or_else(|| shared.clone());
        operation.insert("x-notte-auth".to_owned(), auth(security.as_ref()).into());
        let effect = effect(operation.get("x-notte-effect"), method);
        operation.insert("x-notte-effect".to_owned(), effect.into());
        let id = unique(operation.get("operationId"), path, method, &mut taken);
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

/// The operation's id, or one of method and path where another operation has it, as a method and a type can be called.
fn unique(declared: Option<&Value>, path: &str, method: &str, taken: &mut BTreeSet<String>) -> String {
    let declared = declared.and_then(Value::as_str).filter(|id| names::has_letters(id)).map(valid);
    let derived = valid(&format!("{method} {path}"));
    let numbered = (2..).map(|number| format!("{derived}_{number}"));
    let ids = declared.into_iter().chain(std::iter::once(derived.clone())).chain(numbered);
    // Two methods that differ may still have one builder: `a_1` and `a1` are both A1.
    ids.into_iter().find(|id| taken.insert(names::builder(id))).unwrap_or(derived)
}

fn valid(id: &str) -> String {
    let id = names::method(id).trim_matches('_').to_owned();
    if id.starts_with(|first: char| first.is_ascii_digit()) {
        format!("op_{id}")
    } else if METHODS.contains(&id.as_str()) || BUILDERS.contains(&names::builder(&id).as_str()) {
        format!("{id}_call")
    } else {
        id
    }
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
