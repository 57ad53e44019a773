//! `Secret<T>`: a value that is encoded and decoded like any other, but never printed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A password, key, card number or token. `Debug` does not print it, and there is no `Display`. On the wire it is the
/// plain value.
///
/// ```compile_fail,E0277
/// let key = notte_api::wire::Secret::<String>::from("s3cret");
/// println!("{key}");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value. The caller is responsible for not printing it.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Returns the owned value.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&String> for Secret<String> {
    fn from(value: &String) -> Self {
        Self(value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_value() {
        assert_eq!(format!("{:?}", Secret::<String>::from("hunter2")), "Secret(…)");
        assert!(!format!("{:#?}", Some(Secret::new(42))).contains("42"));
    }

    #[test]
    fn the_wire_holds_the_plain_value() {
        let secret: Secret<String> = serde_json::from_str(r#""hunter2""#).unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""hunter2""#);
        assert_eq!(secret.into_exposed(), "hunter2");
    }
}
