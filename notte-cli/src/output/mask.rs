//! Hides secrets in what is printed: by the schema of the answer, and by name where a schema does not reach.

use serde_json::{Value, json};

use crate::table::Table;

const HIDDEN: &str = "***";

/// Names whose text values are secrets wherever they stand.
const NAMES: &[&str] = &[
    "api_key",
    "apikey",
    "access_token",
    "authorization",
    "card_cvv",
    "card_number",
    "client_secret",
    "cvv",
    "mfa_secret",
    "password",
    "refresh_token",
    "secret",
    "secret_value",
    "token",
    "cdp_url",
    "debug_url",
    "ws_url",
    "viewer_url",
];

/// Replaces every secret in `value`, which follows `schema`.
pub(crate) fn mask(table: &Table, schema: &Value, value: &mut Value) {
    let schema = table.resolve(schema);
    if schema["format"] == "password" {
        hide(value);
        return;
    }
    // What no schema describes, such as the steps of a record, holds actions all the same.
    let free = schema["properties"].is_null() && schema["oneOf"].is_null();
    if free && value["type"].as_str().is_some_and(|tag| is_action(table, tag)) {
        return mask(table, &json!({"$ref": "#/$defs/Action"}), value);
    }
    match value {
        Value::Object(map) => {
            for (name, value) in map.iter_mut() {
                if NAMES.contains(&name.to_lowercase().as_str()) {
                    hide(value);
                }
            }
            // A union's variant is told by its tag; without one, every variant masks what is its own.
            let tag = map.get("type").cloned();
            for variant in ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
                let expected = &table.resolve(variant)["properties"]["type"]["const"];
                if expected.is_null() || Some(expected) == tag.as_ref() {
                    let mut inner = Value::Object(std::mem::take(map));
                    mask(table, variant, &mut inner);
                    if let Value::Object(inner) = inner {
                        *map = inner;
                    }
                }
            }
            for (name, value) in map.iter_mut() {
                match schema["properties"].get(name).or_else(|| schema.get("additionalProperties")) {
                    Some(schema) => mask(table, schema, value),
                    None => mask(table, &Value::Null, value),
                }
            }
        }
        Value::Array(items) => {
            let of = schema.get("items").unwrap_or(&Value::Null);
            items.iter_mut().for_each(|item| mask(table, of, item));
        }
        _ => {}
    }
}

fn is_action(table: &Table, tag: &str) -> bool {
    let action = table.defs.get("Action").map(|action| &action["oneOf"]);
    let mut variants = action.and_then(Value::as_array).into_iter().flatten();
    variants.any(|variant| table.resolve(variant)["properties"]["type"]["const"] == tag)
}

fn hide(value: &mut Value) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::String(text) if text.is_empty() => {}
        Value::Object(map) => map.values_mut().for_each(hide),
        Value::Array(items) => items.iter_mut().for_each(hide),
        value => *value = HIDDEN.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_by_schema_and_by_name() {
        let table = Table::load();
        let schema = &table.find("vault_credentials_get").unwrap().response.schema;
        let mut value =
            json!({"credentials": {"username": "ada", "password": "hunter2"}, "other": {"api_key": "hunter2"}});
        mask(&table, schema, &mut value);
        assert!(!value.to_string().contains("hunter2"), "{value}");
        let schema = &table.find("session_cookies_get").unwrap().response.schema;
        let mut value = json!({"cookies": [{"name": "a", "value": "hunter2", "domain": "b"}]});
        mask(&table, schema, &mut value);
        assert_eq!(value, json!({"cookies": [{"name": "a", "value": "***", "domain": "b"}]}));
    }

    #[test]
    fn only_the_variant_of_the_tag_masks() {
        let table = Table::load();
        let schema = json!({"$ref": "#/$defs/Action"});
        let mut fill = json!({"type": "fill", "id": "I1", "value": "hunter2"});
        mask(&table, &schema, &mut fill);
        assert_eq!(fill, json!({"type": "fill", "id": "I1", "value": "***"}));
        let mut goto = json!({"type": "goto", "url": "https://example.com"});
        mask(&table, &schema, &mut goto);
        assert_eq!(goto["url"], "https://example.com");
    }

    #[test]
    fn an_action_is_masked_where_no_schema_describes_it() {
        let table = Table::load();
        let schema = &table.find("session_status").unwrap().response.schema;
        let mut value = json!({"steps": [{"value": {"action": {"type": "fill", "value": "hunter2"}}}]});
        mask(&table, schema, &mut value);
        assert!(!value.to_string().contains("hunter2"), "{value}");
    }
}
