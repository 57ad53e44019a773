//! Conversions that generated code uses: values into the text of form fields and queries, and JSON into members of
//! unions.

#![allow(dead_code, reason = "which of these generated code uses depends on the document")]

use serde::{Serialize, Serializer, de::DeserializeOwned, ser::Error as _};
use serde_json::Value;

/// Converts a value into the text of a form field, a query or a path: strings unchanged, anything else as JSON.
pub(crate) fn text<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(_) => String::new(),
    }
}

/// Encodes a member of a tagged union with its tag.
pub(crate) fn tagged<S: Serializer>(
    tag: &str,
    value: impl Into<Value>,
    member: &impl Serialize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut object = serde_json::to_value(member).map_err(S::Error::custom)?;
    if let Value::Object(fields) = &mut object {
        fields.insert(tag.to_owned(), value.into());
    }
    object.serialize(serializer)
}

/// Returns the text of an integer tag, also if it is written as a float or as a string.
pub(crate) fn number(tag: &Value) -> Option<String> {
    super::serde_with::integer(tag).ok().map(|integer| integer.to_string())
}

/// Decodes a member of a tagged union from the object whose tag was read.
pub(crate) fn variant<T: DeserializeOwned, E: serde::de::Error>(value: Value) -> Result<T, E> {
    T::deserialize(value).map_err(E::custom)
}
