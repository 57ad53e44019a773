//! Generated text is laid out as prettyplease lays it out, however long a name is.

use notte_api_gen::{Input, Options, generate};
use serde_json::{Map, Value, json};

/// An object with a property of every length of name: so every line there is comes as long as fits, and longer.
fn component(property: &Value, length: usize) -> Value {
    let properties: Map<String, Value> =
        (1..90).step_by(3).map(|at| ("p".repeat(at + length % 3), property.clone())).collect();
    let required: Vec<&String> = properties.keys().step_by(2).collect();
    json!({ "type": "object", "description": "What it is.", "required": required, "properties": properties })
}

#[test]
fn every_generated_file_is_laid_out_as_prettyplease_would() {
    let shapes = [
        json!({ "type": "string", "description": "A text." }),
        json!({ "type": "array", "items": { "type": "string" } }),
        json!({ "type": "array", "items": { "type": "array", "items": { "type": "object" } } }),
        json!({ "$ref": "#/components/schemas/T1" }),
        json!({ "type": "object", "additionalProperties": { "type": "integer" }, "deprecated": true }),
    ];
    let mut schemas = Map::new();
    let mut paths = Map::new();
    for length in 1..60 {
        let name = format!("T{}", "x".repeat(length)).replacen("Tx", "T1", 1);
        let fields = component(&shapes[length % shapes.len()], length);
        let schema = if length < 30 { fields } else { json!({ "type": "object", "properties": { "a": shapes[0] } }) };
        let body = json!({ "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } } });
        let query = |name: String| json!({ "name": name, "in": "query", "required": length % 2 == 0, "schema": { "type": "string" } });
        let queries: Vec<Value> = (0..length % 4).map(|at| query(format!("{}{at}", "q".repeat(length)))).collect();
        let values: Vec<String> = (0..=length % 6).map(|at| format!("{}{at}", "v".repeat(length))).collect();
        schemas.insert(format!("E{length}"), json!({ "type": "string", "enum": values }));
        let answer = json!({ "description": "Done.", "content": body["content"] });
        let operation = json!({
            "operationId": format!("o{}", "y".repeat(length)),
            "x-notte-effect": "read",
            "parameters": queries,
            "deprecated": length % 5 == 0,
            "requestBody": body,
            "responses": { "200": answer },
        });
        schemas.insert(name, schema);
        paths.insert(format!("/{length}"), json!({ "post": operation }));
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "Lengths", "version": "1" },
        "paths": paths,
        "components": { "schemas": schemas },
    });

    let bytes = document.to_string().into_bytes();
    let generation = generate(Input { name: "lengths", bytes: &bytes }, &[], Options::default()).unwrap();

    let sources = generation.files.iter().filter(|file| file.path.ends_with(".rs"));
    for file in sources {
        let (_, text) = file.text.split_once("\n\n").unwrap();
        let expected = prettyplease::unparse(&syn::parse_file(text).unwrap());
        let lines = text.lines().zip(expected.lines());
        let different: Vec<_> = lines.filter(|(line, expected)| line != expected).take(3).collect();
        assert!(text == expected, "{}: {different:#?}", file.path);
    }
}

#[test]
fn no_text_of_a_document_ends_a_comment_early() {
    let text = "one\rtwo\r\nthree\n*/ four";
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": format!("[{text}]"), "version": "1" },
        "tags": [{ "name": "a", "description": text }],
        "paths": { "/a": { "get": {
            "operationId": "a",
            "tags": ["a"],
            "summary": text,
            "description": text,
            "parameters": [{ "name": "q", "in": "query", "description": text, "schema": { "type": "string" } }],
            "responses": { "200": {
                "description": text,
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/T" } } },
            } },
        } } },
        "components": { "schemas": { "T": {
            "type": "object",
            "description": text,
            "properties": {
                "p": { "type": "string", "description": text },
                "e": { "type": "string", "description": text, "enum": ["x", "y"] },
            },
        } } },
    });

    let bytes = document.to_string().into_bytes();
    let generation = generate(Input { name: "comments", bytes: &bytes }, &[], Options::default()).unwrap();

    for file in generation.files.iter().filter(|file| file.path.ends_with(".rs")) {
        assert!(!file.text.contains('\r'), "{}", file.path);
        syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
    }
}
