//! Conversions that generated code uses: values into the text of form fields and queries, and JSON into members of
//! unions.

#![allow(dead_code, reason = "which of these generated code uses depends on the document")]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Converts a value into the text of a form field, a query or a path: strings unchanged, anything else as JSON.
pub(crate) fn text<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(_) => String::new(),
    }
}

/// Decodes a member of a tagged union from the object whose tag was read.
pub(crate) fn variant<T: DeserializeOwned, E: serde::de::Error>(value: Value) -> Result<T, E> {
    T::deserialize(value).map_err(E::custom)
}
