//! Operations, parameters, bodies and answers.

use serde_json::{Value, json};

use super::support::{document, hardened, operation, wire};

fn with_security(document_security: Value, security: Value) -> Value {
    let mut operation = json!({ "operationId": "x" });
    if !security.is_null() {
        operation["security"] = security;
    }
    let mut document = document(json!({ "/thing": { "get": operation } }), json!({}));
    if !document_security.is_null() {
        document["security"] = document_security;
    }
    hardened(document)["paths"]["/thing"]["get"]["x-notte-auth"].clone()
}

#[test]
fn ids_are_snake_case_and_every_operation_has_a_tag() {
    let plain = operation(json!({ "operationId": "sessionStart", "tags": [], "x-codeSamples": [1] }));
    assert_eq!(plain["operationId"], "session_start");
    assert_eq!(plain["tags"], json!(["default"]));
    assert_eq!(plain.get("x-codeSamples"), None);
    assert_eq!(operation(json!({}))["operationId"], "get_thing");
}

#[test]
fn effect_is_declared_or_by_method() {
    let effect = |method: &str, declared: Value| {
        let operation = json!({ "operationId": "x", "x-notte-effect": declared });
        let hardened = hardened(document(json!({ "/thing": { method: operation } }), json!({})));
        hardened["paths"]["/thing"][method]["x-notte-effect"].as_str().unwrap().to_owned()
    };
    assert_eq!(effect("get", Value::Null), "read");
    assert_eq!(effect("head", Value::Null), "read");
    assert_eq!(effect("put", Value::Null), "idempotent");
    assert_eq!(effect("patch", Value::Null), "idempotent");
    assert_eq!(effect("delete", Value::Null), "idempotent");
    assert_eq!(effect("post", Value::Null), "costly");
    assert_eq!(effect("post", json!("page")), "page");
    assert_eq!(effect("post", json!("harmless")), "costly");
}

#[test]
fn security_is_the_operations_else_the_documents_else_none() {
    assert_eq!(with_security(Value::Null, Value::Null), "none");
    assert_eq!(with_security(json!([{ "bearer": [] }]), Value::Null), "bearer");
    assert_eq!(with_security(json!([{ "bearer": [] }]), json!([])), "none");
    assert_eq!(with_security(json!([{ "bearer": [] }]), json!([{}])), "none");
    assert_eq!(with_security(Value::Null, json!([{ "oauth2": [] }, {}])), "bearer");
}

#[test]
fn headers_the_client_sets_are_no_parameters() {
    let hardened = operation(json!({ "operationId": "x", "parameters": [
        { "name": "Authorization", "in": "header" },
        { "name": "X-Notte-Request-Origin", "in": "header" },
        { "name": "x-notte-sdk-version", "in": "header" },
        { "name": "x-notte-api-key", "in": "header", "required": true },
        { "name": "Idempotency-Key", "in": "header" },
        { "name": "session", "in": "cookie" },
        { "name": "x-trace", "in": "header" },
    ] }));
    assert_eq!(hardened["x-notte-key-header"], "x-notte-api-key");
    assert_eq!(hardened["x-notte-idempotency-key"], true);
    let left = json!([{ "name": "session", "in": "cookie", "required": false, "schema": { "type": "string" } }, { "name": "x-trace", "in": "header", "required": false, "schema": { "type": "string" } }]);
    assert_eq!(hardened["parameters"], left);
}

#[test]
fn texts_in_a_path_are_segments_and_texts_in_a_header_are_plain() {
    let path = "/things/{id}/{number}";
    let operation = json!({ "operationId": "x", "parameters": [
        { "name": "id", "in": "path", "schema": { "type": "string", "enum": ["a", "b"], "minLength": 1 } },
        { "name": "number", "in": "path", "required": true, "schema": { "type": "integer", "format": "int32" } },
        { "name": "x-kind", "in": "header", "schema": { "type": "string", "enum": ["a", "b"] } },
    ] });
    let hardened = hardened(document(json!({ path: { "get": operation } }), json!({})));
    let parameters = &hardened["paths"][path]["get"]["parameters"];
    assert_eq!(parameters[0]["schema"], json!({ "type": "string", "x-rust-type": wire("PathSegment", json!([])) }));
    assert_eq!(parameters[0]["description"], "At least 1 character.");
    assert_eq!(parameters[0]["required"], true);
    assert_eq!(parameters[1]["schema"], json!({ "type": "integer", "format": "int64" }));
    assert_eq!(parameters[2]["schema"], json!({ "type": "string" }));
    assert_eq!(hardened["components"]["schemas"], json!({}));
}

#[test]
fn query_parameters_say_their_default_and_never_send_it() {
    let hardened = operation(json!({ "operationId": "x", "parameters": [
        { "name": "limit", "in": "query", "style": "form", "schema": { "type": "integer", "default": 10, "maximum": 100.0 } },
        { "name": "since", "in": "query", "required": true, "schema": { "type": "string", "format": "date-time", "nullable": true } },
        { "name": "decryption_key", "in": "query", "schema": { "type": "string" } },
        { "name": "state", "in": "query", "schema": { "type": "string", "enum": ["on", "off"] } },
    ] }));
    let parameters = hardened["parameters"].as_array().unwrap();
    assert_eq!(parameters[0]["schema"], json!({ "type": "integer", "format": "int64" }));
    assert_eq!(parameters[0]["description"], "Server default: `10`. At most 100.");
    assert_eq!(parameters[0].get("style"), None);
    assert_eq!(parameters[1]["schema"]["x-rust-type"], wire("Timestamp", json!([])));
    assert_eq!(parameters[1]["required"], false);
    assert_eq!(parameters[2]["schema"]["x-rust-type"], wire("Secret", json!([{ "type": "string" }])));
    let state = json!([{ "$ref": "#/components/schemas/XState" }]);
    assert_eq!(parameters[3]["schema"]["x-rust-type"], wire("Open", state));
    assert_eq!(hardened["x-notte-secret-bearing"], true);
}

#[test]
fn shared_parameters_bodies_and_answers_are_put_in_place() {
    let mut document = document(
        json!({ "/thing/{id}": {
            "parameters": [{ "$ref": "#/components/parameters/Id" }, { "name": "page", "in": "query" }],
            "post": {
                "operationId": "x",
                "parameters": [{ "name": "page", "in": "query", "required": true }],
                "requestBody": { "$ref": "#/components/requestBodies/Body" },
                "responses": { "200": { "$ref": "#/components/responses/Done" } },
            },
        } }),
        json!({}),
    );
    document["components"]["parameters"] = json!({ "Id": { "name": "id", "in": "path", "required": true } });
    let json = json!({ "application/json": { "schema": { "type": "string" } } });
    document["components"]["requestBodies"] = json!({ "Body": { "content": json } });
    document["components"]["responses"] = json!({ "Done": { "description": "done", "content": json } });
    let hardened = hardened(document);
    let operation = &hardened["paths"]["/thing/{id}"]["post"];
    let names: Vec<&Value> = operation["parameters"].as_array().unwrap().iter().map(|p| &p["name"]).collect();
    assert_eq!(names, ["page", "id"]);
    assert_eq!(operation["parameters"][0]["required"], true);
    assert_eq!(operation["requestBody"]["required"], true);
    assert_eq!(operation["responses"]["200"]["description"], "done");
    assert_eq!(hardened["components"], json!({ "schemas": {} }));
}

#[test]
fn one_answer_is_kept_the_first_success() {
    let answers =
        |responses: Value| operation(json!({ "operationId": "x", "responses": responses }))["responses"].clone();
    let text = |kind: &str| json!({ "description": "", "content": { kind: { "schema": { "type": "string" } } } });
    let done = json!({ "description": "", "content": { "application/json": { "schema": { "type": "string" } } } });
    let bytes = json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });

    assert_eq!(answers(json!({ "422": text("application/json"), "201": text("text/json") })), json!({ "201": done }));
    assert_eq!(answers(json!({ "default": text("application/problem+json; charset=x") })), json!({ "200": done }));
    assert_eq!(answers(json!({ "2XX": text("application/json"), "404": {} })), json!({ "200": done }));
    assert_eq!(answers(json!({ "204": text("application/json") })), json!({ "204": { "description": "" } }));
    assert_eq!(answers(json!({ "500": {} })), json!({ "200": { "description": "" } }));
    assert_eq!(answers(json!({ "200": text("image/png") }))["200"]["content"], bytes);
    assert_eq!(answers(json!({ "200": text("application/x-ndjson") }))["200"]["content"], bytes);
    let binary = json!({ "application/json": { "schema": { "type": "string", "format": "binary" } } });
    assert_eq!(answers(json!({ "200": { "content": binary } }))["200"]["content"], bytes);
    let untyped = answers(json!({ "200": { "headers": { "x": {} }, "content": { "application/json": {} } } }));
    assert_eq!(untyped, json!({ "200": { "description": "", "content": { "application/json": { "schema": {} } } } }));
}

#[test]
fn bodies_are_required_json() {
    let schema = json!({ "type": "object", "nullable": true });
    let hardened =
        operation(json!({ "operationId": "x", "requestBody": { "required": false, "description": "What.", "content": {
        "application/xml": { "schema": {} },
        "application/json; charset=utf-8": { "schema": schema, "examples": {} },
    } } }));
    let schema = json!({ "type": "object", "additionalProperties": {} });
    let body =
        json!({ "required": true, "description": "What.", "content": { "application/json": { "schema": schema } } });
    assert_eq!(hardened["requestBody"], body);
}

#[test]
fn forms_leave_their_parts_on_the_operation() {
    let form = json!({ "type": "object", "required": ["file", "name"], "properties": {
        "file": { "type": "string", "contentMediaType": "application/octet-stream" },
        "name": { "type": "string", "nullable": true },
        "kind": { "type": "string", "enum": ["a", "b"], "default": "a" },
        "thumbnails": { "type": "array", "items": { "type": "string", "format": "binary" } },
    } });
    let body = json!({ "content": { "multipart/form-data": { "schema": { "$ref": "#/components/schemas/Upload" } } } });
    let document = document(
        json!({ "/thing": { "post": { "operationId": "send_file", "requestBody": body } } }),
        json!({ "Upload": form }),
    );
    let hardened = hardened(document);
    let operation = &hardened["paths"]["/thing"]["post"];
    assert_eq!(operation.get("requestBody"), None);
    let form = &operation["x-notte-multipart"];
    assert_eq!(form["required"], json!(["file"]));
    assert_eq!(form["properties"]["file"], json!({ "type": "string", "format": "binary" }));
    assert_eq!(form["properties"]["name"], json!({ "type": "string" }));
    assert_eq!(form["properties"]["thumbnails"]["items"], json!({ "type": "string", "format": "binary" }));
    let kind = wire("Open", json!([{ "$ref": "#/components/schemas/SendFileKind" }]));
    assert_eq!(form["properties"]["kind"]["x-rust-type"], kind);
    let names: Vec<&String> = hardened["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["SendFileKind"]);
}

#[test]
fn pages_and_secrets_are_flagged() {
    let properties = json!({
        "items": { "type": "array", "items": { "$ref": "#/components/schemas/Login" } },
        "page": { "type": "integer" },
        "page_size": { "type": "integer" },
        "has_next": { "type": "boolean" },
    });
    let answer = |name: &str| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        json!({ "200": { "content": { "application/json": { "schema": schema } } } })
    };
    let hardened = hardened(document(
        json!({
            "/page": { "get": { "operationId": "list", "responses": answer("Page") } },
            "/plain": { "get": { "operationId": "plain", "responses": answer("Plain") } },
        }),
        json!({
            "Page": { "properties": properties },
            "Login": { "properties": { "inner": { "$ref": "#/components/schemas/Inner" } } },
            "Inner": { "properties": { "password": { "type": "string" } } },
            "Plain": { "properties": { "items": { "type": "array", "items": {} } } },
        }),
    ));
    let (page, plain) = (&hardened["paths"]["/page"]["get"], &hardened["paths"]["/plain"]["get"]);
    assert_eq!((&page["x-notte-page"], &page["x-notte-secret-bearing"]), (&json!(true), &json!(true)));
    assert_eq!((plain.get("x-notte-page"), plain.get("x-notte-secret-bearing")), (None, None));
}
