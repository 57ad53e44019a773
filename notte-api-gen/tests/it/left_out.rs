//! An operation that cannot be generated is left out by name with its reason; strictly, it refuses the document.

use notte_api_gen::{Failure, Generation, Input, Options, generate};
use serde_json::{Value, json};

fn document() -> Value {
    let answer = |name: &str| {
        json!({ "200": { "description": "ok", "content": { "application/json": {
            "schema": { "$ref": format!("#/components/schemas/{name}") } } } } })
    };
    json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": "1" },
        "paths": {
            "/good": { "get": { "operationId": "good", "responses": answer("Good") } },
            "/lost": { "get": { "operationId": "lost", "responses": answer("Nowhere") } },
            "/broken": { "get": { "operationId": "broken", "responses": answer("Broken") } },
            "/matrix/{id}": { "get": {
                "operationId": "matrix",
                "parameters": [{ "name": "id", "in": "path", "required": true, "style": "matrix", "schema": { "type": "string" } }],
                "responses": answer("Good"),
            } },
        },
        "components": { "schemas": {
            "Good": { "type": "object", "properties": { "a": { "type": "string" } } },
            "Broken": { "type": "object", "properties": { "a\nb": { "type": "string" } } },
            "Unused": { "type": "object", "properties": { "c\nd": { "type": "string" } } },
        } },
    })
}

fn run(document: &Value, strict: bool) -> Result<Generation, Failure> {
    let text = document.to_string();
    generate(Input { name: "d", bytes: text.as_bytes() }, &[], Options { effect_required: false, strict })
}

#[test]
fn the_rest_of_a_document_is_generated() {
    let generation = run(&document(), false).expect("generated");
    let ids: Vec<&str> = generation.api.operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["good"]);
    let mut out: Vec<&str> = generation.left_out.iter().map(|out| out.endpoint.as_str()).collect();
    out.sort_unstable();
    assert_eq!(out, ["GET /broken", "GET /lost", "GET /matrix/{id}"]);
    let page = generation.files.iter().find(|file| file.path == "API.md").expect("the page");
    for out in &generation.left_out {
        assert!(page.text.contains(&format!("| `{}` | ", out.endpoint)), "{}", page.text);
    }
}

#[test]
fn strictly_every_reason_is_reported_at_once() {
    let Err(Failure::Lint(findings)) = run(&document(), true) else { panic!("refused") };
    for rule in ["ref-unresolved", "hidden-character", "parameter-style"] {
        assert!(findings.iter().any(|finding| finding.rule == rule), "{rule} is not among {findings:#?}");
    }
}

#[test]
fn a_document_of_which_nothing_is_left_is_refused() {
    let mut document = document();
    for path in ["/good", "/matrix/{id}", "/broken"] {
        document["paths"].as_object_mut().unwrap().remove(path);
    }
    assert!(matches!(run(&document, false), Err(Failure::Lint(_))));
}
