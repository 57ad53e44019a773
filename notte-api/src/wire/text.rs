//! What generated code does with values: form fields and queries as text, members of unions out of JSON.

#![allow(dead_code, reason = "which of these generated code uses depends on the document")]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A value as a form field, a query or a path holds it: text as it is, anything else as JSON.
pub(crate) fn text<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(_) => String::new(),
    }
}

/// A pattern that matches a value in a path, encoded as the client encodes it, and nothing else.
#[cfg(feature = "httpmock")]
pub(crate) fn path_pattern(value: &impl std::fmt::Display) -> String {
    regex::escape(&progenitor_client::encode_path(&value.to_string()))
}

/// A member of a tagged union, out of the object that was read for its tag.
pub(crate) fn variant<T: DeserializeOwned, E: serde::de::Error>(value: Value) -> Result<T, E> {
    T::deserialize(value).map_err(E::custom)
}
