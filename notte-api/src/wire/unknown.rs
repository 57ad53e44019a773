//! `UnknownObject`: a union member that this client does not know.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A JSON value of a kind that is newer than this client. `Debug` does not print it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnknownObject(Value);

impl UnknownObject {
    /// Returns the text of the value's `type` field, if it has one.
    pub fn tag(&self) -> Option<&str> {
        self.0.get("type")?.as_str()
    }

    /// Returns the whole value.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// Returns the owned value.
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl From<Value> for UnknownObject {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl fmt::Debug for UnknownObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnknownObject(…)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_whole_value_survives() {
        let value = json!({"type": "teleport", "to": {"x": 1}});
        let object: UnknownObject = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(object.tag(), Some("teleport"));
        assert_eq!(serde_json::to_value(&object).unwrap(), value);
        assert_eq!(object.into_value(), value);
    }

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", UnknownObject::from(json!({"type": "hunter2"}))), "UnknownObject(…)");
        assert_eq!(UnknownObject::from(json!(7)).tag(), None);
    }
}
