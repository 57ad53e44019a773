//! An answer held against its schema: unknown fields, missing ones, new enum values, wrong types.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// How deep schemas refer to each other before an answer is believed.
const DEEPEST: usize = 64;

/// Where the answer differs from what the schema says, a line each. Values are not told, apart from those of enums.
pub(super) fn misfits(document: &Value, schema: &Value, answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Check { document }.value(schema, answer, "", DEEPEST, &mut found);
    found
}

struct Check<'a> {
    document: &'a Value,
}

impl Check<'_> {
    fn value(&self, schema: &Value, value: &Value, at: &str, depth: usize, found: &mut Vec<String>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let place = if at.is_empty() { "/" } else { at };
        if value.is_null() && self.nullable(schema, depth) {
            return;
        }
        if let Some(target) = self.target(schema) {
            return self.value(target, value, at, depth, found);
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(members) = schema.get(union).and_then(Value::as_array) {
                found.extend(self.nearest(members, value, at, depth));
            }
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && !values.contains(value)
        {
            found.push(match value {
                Value::String(text) if text.len() <= 80 => format!("{place}: new enum value {text:?}"),
                _ => format!("{place}: {}, which the enum does not list", kind(value)),
            });
        }
        if let Some(wanted) = schema.get("type").and_then(Value::as_str)
            && !is(value, wanted)
        {
            found.push(format!("{place}: {}, where the document says {wanted}", kind(value)));
            return;
        }
        match value {
            Value::Object(map) => self.object(schema, map, at, depth, found),
            Value::Array(items) => {
                if let Some(item) = schema.get("items") {
                    for (index, value) in items.iter().enumerate() {
                        self.value(item, value, &format!("{at}/{index}"), depth, found);
                    }
                }
            }
            _ => {
                for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                    self.value(part, value, at, depth, found);
                }
            }
        }
    }

    /// What differs from the member that differs least.
    fn nearest(&self, members: &[Value], value: &Value, at: &str, depth: usize) -> Vec<String> {
        let differences = members.iter().map(|member| {
            let mut found = Vec::new();
            self.value(member, value, at, depth, &mut found);
            found
        });
        // Of several that differ as little, the one that fits deeper is meant.
        let depth = |found: &[String]| found.first().and_then(|line| line.find(':')).unwrap_or(0);
        differences.min_by_key(|found| (found.len(), usize::MAX - depth(found))).unwrap_or_default()
    }

    fn object(&self, schema: &Value, map: &Map<String, Value>, at: &str, depth: usize, found: &mut Vec<String>) {
        let mut parts = Vec::new();
        self.parts(schema, depth, &mut parts);
        let mut known = BTreeSet::new();
        let mut open = false;
        for part in &parts {
            for name in part.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
                if !map.contains_key(name) {
                    found.push(format!("{at}/{name}: missing, and required"));
                }
            }
            for (name, property) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
                known.insert(name.as_str());
                if let Some(value) = map.get(name) {
                    self.value(property, value, &format!("{at}/{name}"), depth, found);
                }
            }
            let extras = part.get("additionalProperties");
            open |= extras == Some(&Value::Bool(true))
                || (part.get("properties").is_none() && extras != Some(&Value::Bool(false)));
            if let Some(extras) = extras.filter(|extras| extras.is_object()) {
                open = true;
                for (name, value) in map.iter().filter(|(name, _)| !known.contains(name.as_str())) {
                    self.value(extras, value, &format!("{at}/{name}"), depth, found);
                }
            }
        }
        // The members of a union have properties of their own.
        let union = ["oneOf", "anyOf"].iter().any(|key| schema.get(*key).is_some());
        if !open && !union {
            let unknown = map.keys().filter(|name| !known.contains(name.as_str()));
            found.extend(unknown.map(|name| format!("{at}/{name}: unknown field")));
        }
    }

    /// A schema and the parts of its `allOf`, through references.
    fn parts<'s>(&'s self, schema: &'s Value, depth: usize, found: &mut Vec<&'s Value>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Some(target) = self.target(schema) {
            return self.parts(target, depth, found);
        }
        let all = schema.get("allOf").and_then(Value::as_array);
        for part in all.into_iter().flatten() {
            self.parts(part, depth, found);
        }
        if all.is_none() || schema.get("properties").is_some() {
            found.push(schema);
        }
    }

    fn nullable(&self, schema: &Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        let parts =
            |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten().cloned().collect::<Vec<_>>();
        schema.get("nullable") == Some(&Value::Bool(true))
            || self.target(schema).is_some_and(|target| self.nullable(target, depth))
            || ["oneOf", "anyOf", "allOf"].iter().flat_map(|key| parts(key)).any(|part| self.nullable(&part, depth))
            || schema.as_object().is_some_and(Map::is_empty)
    }

    fn target(&self, schema: &Value) -> Option<&Value> {
        let name = schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")?;
        self.document.get("components")?.get("schemas")?.get(name)
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(answer: &Value) -> Vec<String> {
        let document = json!({ "components": { "schemas": {
            "Base": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
            "Thing": { "allOf": [{ "$ref": "#/components/schemas/Base" }, { "type": "object", "properties": {
                "state": { "type": "string", "enum": ["on", "off"] },
                "count": { "type": "integer", "nullable": true },
                "either": { "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "integer" } }] },
                "labels": { "type": "object", "additionalProperties": { "type": "string" } },
            } }] },
        } } });
        misfits(&document, &json!({ "$ref": "#/components/schemas/Thing" }), answer)
    }

    #[test]
    fn an_answer_as_described_fits() {
        let answer = json!({ "id": "a", "state": "on", "count": null, "either": [1], "labels": { "x": "y" } });
        assert!(found(&answer).is_empty(), "{:?}", found(&answer));
        assert!(found(&json!({ "id": "a", "count": 3.0, "either": "x" })).is_empty());
    }

    #[test]
    fn every_kind_of_difference_is_told_with_its_place() {
        assert_eq!(found(&json!({ "id": "a", "more": 1 })), ["/more: unknown field"]);
        assert_eq!(found(&json!({})), ["/id: missing, and required"]);
        assert_eq!(found(&json!({ "id": "a", "state": "paused" })), ["/state: new enum value \"paused\""]);
        assert_eq!(found(&json!({ "id": 1 })), ["/id: a number, where the document says string"]);
        assert_eq!(found(&json!({ "id": null })), ["/id: null, where the document says string"]);
        assert_eq!(
            found(&json!({ "id": "a", "either": ["x"] })),
            ["/either/0: a text, where the document says integer"]
        );
        assert_eq!(
            found(&json!({ "id": "a", "labels": { "x": 1 } })),
            ["/labels/x: a number, where the document says string"]
        );
    }

    #[test]
    fn schemas_that_refer_to_themselves_end() {
        let document = json!({ "components": { "schemas": { "A": { "$ref": "#/components/schemas/A" } } } });
        assert!(misfits(&document, &json!({ "$ref": "#/components/schemas/A" }), &json!(1)).is_empty());
    }
}
