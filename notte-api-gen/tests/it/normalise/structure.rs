//! What becomes of what is around schemas, and of references.

use super::normalise;
use serde_json::json;

use super::document;

#[test]
fn definitions_become_components_and_references_follow() {
    let mut document = document(&json!({
        "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"properties": {"a": {"$ref": "#/$defs/A"}}}, "Taken": {"type": "string"}},
        "properties": {"a": {"$ref": "#/$defs/A"}, "t": {"$ref": "#/$defs/Taken"}},
    }));
    document["components"]["schemas"]["Taken"] = json!({"type": "integer"});
    document["components"]["schemas"]["Other"] = json!({"$ref": "#/components/schemas/X/$defs/B/properties/a"});
    let (document, _) = normalise(document);
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["X"]["properties"]["a"], json!({"$ref": "#/components/schemas/A"}));
    assert_eq!(schemas["X"]["properties"]["t"], json!({"$ref": "#/components/schemas/XTaken"}));
    assert_eq!(schemas["A"], json!({"$ref": "#/components/schemas/B"}));
    assert_eq!(schemas["Taken"], json!({"type": "integer"}));
    assert_eq!(schemas["XTaken"], json!({"type": "string"}));
    assert_eq!(schemas["Other"], json!({"$ref": "#/components/schemas/A"}));
}

#[test]
fn the_same_definition_twice_is_one_component() {
    let own = json!({"$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"type": "string"}}, "items": {"$ref": "#/$defs/A"}});
    let mut document = document(&own);
    document["components"]["schemas"]["Y"] = own;
    let (document, _) = normalise(document);
    let names: Vec<_> = document["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["A", "B", "X", "Y"]);
}

#[test]
fn parameters_of_the_path_are_the_operations_own() {
    let (document, notes) = normalise(json!({
        "openapi": "3.1.0",
        "paths": {"/a/{id}/{part}/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "schema": {"type": "string"}},
                {"$ref": "#/components/parameters/Page"},
            ],
            "get": {"parameters": [{"name": "page", "in": "query", "schema": {"type": "string"}}]},
            "post": {},
        }},
        "components": {"parameters": {
            "Page": {"$ref": "#/components/parameters/Number", "description": "outer"},
            "Number": {"name": "page", "in": "query", "description": "inner", "schema": {"type": "integer"}},
        }},
    }));
    let item = &document["paths"]["/a/{id}/{part}/{id}"];
    assert_eq!(item.get("parameters"), None);
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let part = json!({"name": "part", "in": "path", "required": true, "schema": {"type": "string"}});
    let own = json!({"name": "page", "in": "query", "schema": {"type": "string"}});
    let shared = json!({"name": "page", "in": "query", "description": "outer", "schema": {"type": "integer"}});
    assert_eq!(item["get"]["parameters"], json!([id, own, part]));
    assert_eq!(item["post"]["parameters"], json!([id, shared, part]));
    assert_eq!(item["post"]["responses"], json!({"default": {"description": ""}}));
    assert_eq!(notes.len(), 2);
}

#[test]
fn references_that_lead_nowhere_stay_for_lint() {
    let paths = json!({
        "/a": {"$ref": "#/components/pathItems/Loop"},
        "/b": {"get": {
            "parameters": [{"$ref": "#/components/parameters/None"}],
            "requestBody": {"$ref": "#/components/requestBodies/Loop"},
            "responses": {"200": {"$ref": "other.yaml#/A"}, "201": {"content": {"application/json": {
                "schema": {"$ref": "#/info"},
            }}, "description": ""}},
        }},
    });
    let (document, _) = normalise(json!({
        "openapi": "3.1.0",
        "paths": paths.clone(),
        "components": {
            "pathItems": {"Loop": {"$ref": "#/paths/~1a"}},
            "requestBodies": {"Loop": {"$ref": "#/components/requestBodies/Loop"}},
        },
    }));
    assert_eq!(document["paths"], paths);
}

#[test]
fn client_certificates_ask_for_no_header() {
    let (document, _) = normalise(json!({
        "paths": {"/a": {"get": {"security": [{"tls": []}]}, "put": {"security": [{"tls": []}, {"key": []}, {}]}}},
        "security": [{"tls": [], "key": []}],
        "components": {"securitySchemes": {
            "tls": {"$ref": "#/components/securitySchemes/cert"},
            "cert": {"type": "mutualTLS"},
            "key": {"type": "http", "scheme": "bearer"},
        }},
    }));
    assert_eq!(document["security"], json!([{"key": []}]));
    assert_eq!(document["paths"]["/a"]["get"]["security"], json!([]));
    assert_eq!(document["paths"]["/a"]["put"]["security"], json!([{"key": []}, {}]));
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes.keys().collect::<Vec<_>>(), ["key"]);
}

#[test]
fn server_variables_take_their_defaults() {
    let (document, _) = normalise(json!({"servers": [{
        "url": "https://{a}.example:{port}/{unknown}",
        "variables": {"a": {"enum": ["x", "y"]}, "port": {"default": 8443}},
    }]}));
    assert_eq!(document["servers"], json!([{"url": "https://x.example:8443/{unknown}"}]));
}
