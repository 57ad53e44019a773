//! Whether an answer fits the format that was asked for, loosely: it is JSON, and of the schema's shape at the top.

use serde_json::Value;

/// Why the answer does not fit.
pub(super) fn misfit(answer: &str, schema: &Value) -> Option<String> {
    let Ok(value) = serde_json::from_str::<Value>(answer) else {
        return Some("the answer should be JSON text that fits response_format".into());
    };
    if !of_kind(&value, &schema["type"]) {
        return Some(format!("the answer should be of type {}", schema["type"]));
    }
    let missing = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(name) = missing.into_iter().find(|name| value.is_object() && value.get(name).is_none()) {
        return Some(format!("the answer lacks `{name}`"));
    }
    let wrong = schema["properties"].as_object().into_iter().flatten();
    let mut wrong =
        wrong.filter(|(name, property)| value.get(name).is_some_and(|part| !of_kind(part, &property["type"])));
    wrong.next().map(|(name, property)| format!("`{name}` of the answer should be of type {}", property["type"]))
}

/// A schema without a type, or with one that is not known, takes everything.
fn of_kind(value: &Value, kind: &Value) -> bool {
    if let Some(kinds) = kind.as_array() {
        return kinds.iter().any(|kind| of_kind(value, kind));
    }
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("number") => value.is_number(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::misfit;

    #[test]
    fn an_answer_fits_when_its_top_does() {
        let schema = json!({"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "price": {"type": ["number", "null"]}, "any": {"$ref": "#/$defs/x"}}});
        for answer in ["{\"name\": \"a\"}", "{\"name\": \"a\", \"price\": null, \"any\": [1], \"more\": 1}"] {
            assert_eq!(misfit(answer, &schema), None, "{answer}");
        }
        for answer in ["a", "[]", "{}", "{\"name\": 1}", "{\"name\": \"a\", \"price\": \"1\"}"] {
            assert!(misfit(answer, &schema).is_some(), "{answer}");
        }
        assert_eq!(misfit("3.0", &json!({"type": "integer"})), None);
        assert_eq!(misfit("1", &json!(true)), None);
    }
}
