//! What has another name is one change, and knows an alias.

use serde_json::{Value, json};

use super::support::report;

/// An API of `word`s, as a service that calls them otherwise next year.
fn api(word: &str) -> Value {
    let title = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    let schema = format!("{title}Response");
    let id = format!("{word}_id");
    let parameter = json!([{ "name": id, "in": "path", "required": true, "schema": { "type": "string" } }]);
    let answer = json!({ "200": { "description": "ok", "content": { "application/json": {
        "schema": { "$ref": format!("#/components/schemas/{schema}") } } } } });
    let mut document = json!({
        "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": {},
        "components": { "schemas": { &schema: { "type": "object", "required": [id], "properties": {
            &id: { "type": "string" }, "name": { "type": "string" }, "status": { "type": "string", "enum": ["on", "off"] },
        } } } },
    });
    document["paths"][format!("/{word}s/{{{id}}}")] = json!({
        "get": { "operationId": format!("{word}_get"), "parameters": parameter, "responses": answer },
        "delete": { "operationId": format!("{word}_delete"), "parameters": parameter, "responses": { "204": { "description": "gone" } } },
    });
    document["paths"][format!("/{word}s")] = json!({ "post": { "operationId": format!("{word}_create"), "requestBody": {
            "content": answer["200"]["content"] }, "responses": answer } });
    document
}

#[test]
fn one_word_for_another_is_a_rename_everywhere() {
    let report = report(&api("workflow"), &api("function"));
    let count = |rule: &str| report.changes.iter().filter(|change| change.rule.id == rule).count();
    let all: Vec<String> = report.changes.iter().map(|change| format!("{} {}", change.rule.id, change.place)).collect();
    assert_eq!(count("operation-renamed"), 3, "{all:?}");
    assert_eq!(count("path-prefix-renamed"), 1, "{all:?}");
    assert_eq!(count("path-variable-renamed"), 1, "{all:?}");
    assert_eq!(count("schema-renamed"), 1, "{all:?}");
    assert_eq!(count("property-renamed"), 1, "{all:?}");
    assert_eq!(report.changes.len(), 7, "{all:?}");
}

#[test]
fn a_rename_suggests_an_alias() {
    let report = report(&api("workflow"), &api("function"));
    let alias = |rule: &str| {
        let change = report.changes.iter().find(|change| change.rule.id == rule).expect(rule);
        change.alias.clone().unwrap_or_else(|| panic!("{rule} has no alias: {:?}", change.items))
    };
    assert_eq!(
        alias("schema-renamed"),
        "#[deprecated(note = \"renamed to `FunctionResponse`\")] pub type WorkflowResponse = FunctionResponse;"
    );
    assert!(alias("operation-renamed").contains("-> builder::Function"));
    assert!(alias("property-renamed").contains("pub fn workflow_id(self, value: "));
}

#[test]
fn items_are_told_by_path_with_both_signatures() {
    let thing = |required: Value| {
        json!({
            "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
            "paths": { "/a": { "get": { "operationId": "a", "responses": { "200": { "description": "ok", "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/Session" } } } } } } } },
            "components": { "schemas": { "Session": { "type": "object", "required": required, "properties": {
                "closed_at": { "type": "string", "format": "date-time" } } } } },
        })
    };
    let report = report(&thing(json!(["closed_at"])), &thing(json!([])));
    let [change] = report.changes.as_slice() else { panic!("{:?}", report.changes) };
    assert_eq!(change.rule.id, "property-became-optional");
    let field =
        change.items.iter().find(|item| item.path == "notte_api::types::Session::closed_at").expect("the field");
    assert_eq!(field.old.as_deref(), Some("Timestamp"));
    assert_eq!(field.new.as_deref(), Some("Option<Timestamp>"));
}
