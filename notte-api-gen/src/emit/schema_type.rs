//! The Rust type of a hardened schema, as text.

use serde_json::Value;

use super::rust;
use crate::model::{Api, reference, text};

/// Any object.
pub(super) const FREE: &str = "::serde_json::Map<String, ::serde_json::Value>";

/// The type of a schema; `types` comes before the names of components.
pub(super) fn type_of(schema: &Value, types: &str) -> String {
    let ty = not_null(schema, types);
    if schema.get("nullable") == Some(&Value::Bool(true)) { option(&ty) } else { ty }
}

fn not_null(schema: &Value, types: &str) -> String {
    if let Some([inner]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        return type_of(inner, types);
    }
    if let Some(native) = schema.get("x-rust-type") {
        let path = text(native, "path").unwrap_or_default();
        let parameters = native.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let parameters: Vec<String> = parameters.map(|schema| type_of(schema, types)).collect();
        let name = path.strip_prefix("notte_api::wire::").filter(|name| syn::parse_str::<syn::Ident>(name).is_ok());
        if let Some(name) = name {
            let arguments = if parameters.is_empty() { String::new() } else { format!("<{}>", parameters.join(", ")) };
            return format!("crate::wire::{name}{arguments}");
        }
    }
    if let Some(name) = reference(schema) {
        return format!("{types}{}", rust::ident(name));
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => "String".to_owned(),
        Some("boolean") => "bool".to_owned(),
        Some("integer") if schema.get("format").is_some_and(|format| format == "uint64") => "u64".to_owned(),
        Some("integer") => "i64".to_owned(),
        Some("number") => "f64".to_owned(),
        Some("array") => format!("Vec<{}>", type_of(schema.get("items").unwrap_or(&Value::Null), types)),
        Some("object") => match schema.get("additionalProperties") {
            Some(Value::Object(value)) if !value.is_empty() => {
                let value = type_of(&Value::Object(value.clone()), types);
                format!("::std::collections::BTreeMap<String, {value}>")
            }
            _ => FREE.to_owned(),
        },
        _ => "::serde_json::Value".to_owned(),
    }
}

/// `Option<ty>`, once.
pub(super) fn option(ty: &str) -> String {
    if inner_of_option(ty).is_some() { ty.to_owned() } else { format!("Option<{ty}>") }
}

/// `T` of an `Option<T>`.
pub(super) fn inner_of_option(ty: &str) -> Option<&str> {
    ty.trim_start_matches("::std::option::").strip_prefix("Option<")?.strip_suffix('>')
}

/// The component of this schema, if it is an object with a builder.
pub(super) fn structure<'a>(schema: &Value, api: &'a Api) -> Option<&'a Value> {
    let component = api.schemas.get(reference(schema)?)?;
    component.get("properties")?.as_object().filter(|properties| !properties.is_empty()).map(|_| component)
}
