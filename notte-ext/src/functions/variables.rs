//! The variables of a run: gathered from values that serialize, one by one or as a whole.

use serde::Serialize;
use serde_json::{Map, Value};

/// Variables by name, or what is wrong with them.
#[derive(Clone, Default)]
pub(super) struct Variables {
    named: Map<String, Value>,
    wrong: Option<String>,
}

impl Variables {
    /// Adds one. Its value is not repeated where it is wrong.
    pub(super) fn add(&mut self, name: impl Into<String>, value: impl Serialize) {
        let name = name.into();
        match serde_json::to_value(value) {
            Ok(value) => self.insert(name, value),
            Err(_) => self.wrong = Some(format!("variable `{name}` cannot be written as JSON")),
        }
    }

    /// Adds the fields of a struct or the entries of a map.
    pub(super) fn add_all(&mut self, variables: impl Serialize) {
        match serde_json::to_value(variables) {
            Ok(Value::Object(fields)) => fields.into_iter().for_each(|(name, value)| self.insert(name, value)),
            _ => self.wrong = Some("variables are a struct or a map with texts for keys".into()),
        }
    }

    fn insert(&mut self, name: String, value: Value) {
        if self.named.contains_key(&name) {
            self.wrong = Some(format!("variable `{name}` is given twice"));
        }
        self.named.insert(name, value);
    }

    pub(super) fn into_map(self) -> Result<Map<String, Value>, String> {
        self.wrong.map_or(Ok(self.named), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Trip {
        city: &'static str,
        nights: Option<u8>,
    }

    fn gathered(fill: impl FnOnce(&mut Variables)) -> Result<Value, String> {
        let mut variables = Variables::default();
        fill(&mut variables);
        variables.into_map().map(Value::Object)
    }

    #[test]
    fn structs_maps_and_single_values_go_together() {
        let all = gathered(|variables| {
            variables.add_all(Trip { city: "Porto", nights: None });
            variables.add_all(BTreeMap::from([("breakfast", true)]));
            variables.add("hotels", ["a", "b"]);
        });
        assert_eq!(all.unwrap(), json!({"city": "Porto", "nights": null, "breakfast": true, "hotels": ["a", "b"]}));
        assert_eq!(gathered(|_| {}).unwrap(), json!({}));
    }

    #[test]
    fn what_cannot_be_variables_is_refused_without_repeating_it() {
        let twice = gathered(|variables| {
            variables.add("city", "hunter2");
            variables.add_all(Trip { city: "Porto", nights: None });
        });
        assert_eq!(twice.unwrap_err(), "variable `city` is given twice");
        assert!(gathered(|variables| variables.add_all("hunter2")).is_err_and(|why| !why.contains("hunter2")));
        assert!(gathered(|variables| variables.add("x", BTreeMap::from([((1, 2), 3)]))).is_err());
    }
}
