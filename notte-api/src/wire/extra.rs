//! `Extra`: the fields of an object that this client does not know.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Fields beyond the declared ones: kept in responses, and settable on requests. `Debug` prints only their names.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Extra(Map<String, Value>);

impl Extra {
    /// Returns the fields as a plain map.
    pub fn into_inner(self) -> Map<String, Value> {
        self.0
    }
}

impl Deref for Extra {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Extra {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(fields: Map<String, Value>) -> Self {
        Self(fields)
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Extra {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Defines a `deserialize_with` for the flattened `extra` of a tagged union's member. The enum around it reads and
/// writes the tag, so the tag is not an extra field.
#[allow(unused_macros, reason = "a document without tagged unions has no use for it")]
macro_rules! extra_without {
    ($name:ident, $tag:literal) => {
        #[allow(dead_code, reason = "a member whose fields are all declared has no use for it")]
        pub(crate) fn $name<'de, D>(deserializer: D) -> ::std::result::Result<$crate::wire::Extra, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let mut extra: $crate::wire::Extra = ::serde::Deserialize::deserialize(deserializer)?;
            extra.remove($tag);
            ::std::result::Result::Ok(extra)
        }
    };
}
#[allow(unused_imports, reason = "a document without tagged unions has no use for it")]
pub(crate) use extra_without;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    extra_without!(extra_without_kind, "kind");
    extra_without!(extra_without_type, "type");

    #[derive(Debug, Serialize, Deserialize)]
    struct Click {
        id: String,
        #[serde(flatten, deserialize_with = "extra_without_type")]
        extra: Extra,
    }

    #[derive(Deserialize)]
    struct Proxy {
        #[serde(flatten, deserialize_with = "extra_without_kind")]
        extra: Extra,
    }

    #[test]
    fn unknown_fields_survive_and_the_tag_does_not_stay() {
        let click: Click = serde_json::from_value(json!({"type": "click", "id": "B1", "clear": true})).unwrap();
        assert_eq!(click.extra.get("clear"), Some(&json!(true)));
        assert_eq!(serde_json::to_value(&click).unwrap(), json!({"id": "B1", "clear": true}));

        let proxy: Proxy = serde_json::from_value(json!({"kind": "notte", "type": "x"})).unwrap();
        assert_eq!(proxy.extra, [("type", "x")].into_iter().collect());
    }

    #[test]
    fn debug_prints_names_only() {
        let mut extra: Extra = [("token", "hunter2")].into_iter().collect();
        extra.insert("n".into(), 7.into());
        assert_eq!(format!("{extra:?}"), r#"{"n", "token"}"#);
    }
}
