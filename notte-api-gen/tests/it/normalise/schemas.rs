//! What becomes of each keyword of a schema.

use notte_api_gen::Note;

use super::normalise;
use serde_json::{Value, json};

use super::document;

fn schema(schema: &Value) -> Value {
    schema_and_notes(schema).0
}

fn schema_and_notes(schema: &Value) -> (Value, Vec<Note>) {
    let (document, notes) = normalise(document(schema));
    (document["components"]["schemas"]["X"].clone(), notes)
}

#[test]
fn schemas_become_what_3_0_can_say() {
    let table = [
        // types
        (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
        (json!({"type": ["string"]}), json!({"type": "string"})),
        (json!({"type": "null"}), json!({"nullable": true})),
        (json!({"type": ["null"]}), json!({"nullable": true})),
        (
            json!({"type": ["string", "integer", "null"], "minLength": 1, "maximum": 5.0, "title": "T"}),
            json!({
                "title": "T",
                "nullable": true,
                "anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "maximum": 5}],
            }),
        ),
        (json!({"type": ["integer", "number"]}), json!({"type": "number"})),
        (
            json!({"type": ["string", "integer"], "enum": ["a", 1, null]}),
            json!({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "integer", "enum": [1]}]}),
        ),
        (
            json!({"type": ["array", "string"], "items": {"type": ["boolean", "null"]}, "format": "uri"}),
            json!({"anyOf": [
                {"type": "array", "items": {"type": "boolean", "nullable": true}},
                {"type": "string", "format": "uri"},
            ]}),
        ),
        // unions with null
        (
            json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}], "title": "T", "default": null}),
            json!({"type": "string", "maxLength": 3, "nullable": true, "title": "T", "default": null}),
        ),
        (
            json!({"oneOf": [{"$ref": "#/components/schemas/Y"}, {"type": "null"}], "description": "d"}),
            json!({"allOf": [{"$ref": "#/components/schemas/Y"}], "nullable": true, "description": "d"}),
        ),
        (
            json!({"anyOf": [{"$ref": "#/components/schemas/Y", "description": "d"}, {"const": null}]}),
            json!({"allOf": [{"$ref": "#/components/schemas/Y"}], "nullable": true, "description": "d"}),
        ),
        (
            json!({"anyOf": [{"type": ["string", "null"]}, {"type": "integer"}, {"enum": [null]}]}),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": true}),
        ),
        (
            json!({"anyOf": [{"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}, {"type": "boolean"}]}),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}], "nullable": true}),
        ),
        (
            json!({"type": "object", "anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"type": "object", "allOf": [{"type": "string"}], "nullable": true}),
        ),
        (json!({"anyOf": [{"type": "null"}]}), json!({"nullable": true})),
        (
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            json!({"type": "string", "enum": ["a"], "nullable": true}),
        ),
        // constants
        (json!({"const": "a", "default": "a"}), json!({"type": "string", "enum": ["a"]})),
        (json!({"const": 1}), json!({"type": "integer", "enum": [1]})),
        (json!({"const": true}), json!({"type": "boolean", "enum": [true]})),
        (json!({"const": null}), json!({"nullable": true})),
        // limits
        (
            json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1.5}),
            json!({
                "type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1.5, "exclusiveMaximum": true,
            }),
        ),
        (
            json!({"type": "integer", "minimum": 3, "exclusiveMinimum": 1, "maximum": 150.0, "multipleOf": 1.0}),
            json!({"type": "integer", "minimum": 3, "maximum": 150, "multipleOf": 1}),
        ),
        (
            json!({"type": "integer", "exclusiveMinimum": 0.5, "maximum": 9.5}),
            json!({"type": "integer", "minimum": 1, "maximum": 9}),
        ),
        (json!({"type": "string", "maxLength": 80.0}), json!({"type": "string", "maxLength": 80})),
        (json!({"type": "integer", "maximum": 1e300}), json!({"type": "integer"})),
        // references
        (
            json!({"$ref": "#/components/schemas/Y", "default": 1, "nullable": true}),
            json!({"allOf": [{"$ref": "#/components/schemas/Y"}], "default": 1, "nullable": true}),
        ),
        (json!({"$ref": "#/components/schemas/Y%5BZ%5D"}), json!({"$ref": "#/components/schemas/Y[Z]"})),
        // contents
        (
            json!({"type": "string", "contentMediaType": "application/octet-stream"}),
            json!({"type": "string", "format": "binary"}),
        ),
        (
            json!({"contentEncoding": "base64", "contentMediaType": "image/png"}),
            json!({"type": "string", "format": "byte"}),
        ),
        (
            json!({"type": "string", "contentMediaType": "application/json", "contentSchema": {"type": "object"}}),
            json!({"type": "string"}),
        ),
        // arrays
        (
            json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}, {"type": "string"}], "items": false}),
            json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (
            json!({"prefixItems": [{"type": "string"}], "minItems": 1.0}),
            json!({"type": "array", "items": {"type": "string"}, "minItems": 1}),
        ),
        (json!({"items": [{"type": "string"}]}), json!({"type": "array", "items": {"type": "string"}})),
        (json!({"type": "array", "items": true}), json!({"type": "array", "items": {}})),
        (json!({"type": "array", "items": false}), json!({"type": "array", "items": {}})),
        // objects
        (
            json!({"properties": {"const": true, "type": {"type": "null"}}, "additionalProperties": false}),
            json!({
                "type": "object",
                "properties": {"const": {}, "type": {"nullable": true}},
                "additionalProperties": false,
            }),
        ),
        (
            json!({"type": "object", "patternProperties": {"^a": {"type": "string"}}, "additionalProperties": false}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        (
            json!({"patternProperties": {"^a": {"type": "string"}, "^b": {"const": 1}}, "additionalProperties": {"type": "boolean"}}),
            json!({"type": "object", "additionalProperties": {"anyOf": [
                {"type": "string"}, {"type": "integer", "enum": [1]}, {"type": "boolean"},
            ]}}),
        ),
        (
            json!({"type": "object", "propertyNames": {"minLength": 1}, "unevaluatedProperties": false, "$comment": "c",
                "if": {}, "then": true, "else": false, "dependentSchemas": {"a": {}}, "$schema": "s", "$anchor": "a"}),
            json!({"type": "object"}),
        ),
        // the rest
        (json!({"enum": [1, 2.5]}), json!({"type": "number", "enum": [1, 2.5]})),
        (json!({"enum": [1, "a"]}), json!({"enum": [1, "a"]})),
        (json!({"type": "string", "examples": ["a", "b"]}), json!({"type": "string", "example": "a"})),
        (json!({"type": "string", "examples": []}), json!({"type": "string"})),
        (json!(true), json!({})),
        (json!({"default": {"const": 1, "type": ["a"]}}), json!({"default": {"const": 1, "type": ["a"]}})),
    ];
    for (before, after) in table {
        assert_eq!(schema(&before), after, "{before}");
    }
}

#[test]
fn what_is_lost_leaves_a_note_at_its_place() {
    let (_, notes) = schema_and_notes(&json!({"properties": {"a": {"propertyNames": {"pattern": "^a"}}}}));
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].pointer.as_str(), "/components/schemas/X/properties/a/propertyNames");
    for lossy in [
        json!({"prefixItems": [{}, {}]}),
        json!({"patternProperties": {"a": {}}}),
        json!({"items": false}),
        json!({"if": {}}),
        json!({"unevaluatedProperties": false}),
        json!({"const": {"a": 1}}),
        json!({"type": "string", "contentSchema": {}}),
        json!({"type": "integer", "maximum": 1e30}),
    ] {
        assert_eq!(schema_and_notes(&lossy).1.len(), 1, "{lossy}");
    }
    for exact in [
        json!({"type": ["string", "null"]}),
        json!({"const": 1}),
        json!({"examples": [1, 2]}),
        json!({"$comment": "c", "$schema": "s"}),
        json!({"exclusiveMinimum": 1}),
    ] {
        assert_eq!(schema_and_notes(&exact).1, [], "{exact}");
    }
}
