//! Any input ends, in time, without a panic; what looks like a schema generates.

use std::time::{Duration, Instant};

use notte_api_gen::harden;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::support::{answered, document, generate, hardened, schemas, sent};

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[test]
fn the_vendored_document_generates() {
    let text = include_str!("../../../../openapi/notte-openapi.yml");
    let vendored: Value = yaml_serde::from_str(text).unwrap();
    let hardened = hardened(vendored);
    let items = hardened["paths"].as_object().unwrap().values();
    assert_eq!(items.map(|item| item.as_object().unwrap().len()).sum::<usize>(), 33);
    assert!(!hardened.to_string().contains("\"default\":"));
}

#[test]
fn cycles_end() {
    let list = schemas(answered(json!({
        "List": { "type": "array", "items": reference("List") },
        "Self": reference("Self"),
        "Ping": reference("Pong"),
        "Pong": reference("Ping"),
        "Base": { "allOf": [reference("Derived"), { "properties": { "a": {} } }] },
        "Derived": { "allOf": [reference("Base"), { "properties": { "b": {} } }] },
        "Union": { "oneOf": [reference("Union"), reference("Union2"), { "type": "string" }] },
        "Union2": { "oneOf": [reference("Union"), { "type": "integer" }] },
        "Json": { "oneOf": [{ "type": "string" }, { "type": "array", "items": reference("Json") }] },
        "Node": { "required": ["next"], "properties": { "next": reference("Node"), "union": reference("Json") } },
    })));
    assert_eq!(list["List"], json!({ "type": "array", "items": reference("List") }));
    assert_eq!(list["Json"]["x-notte-union"]["variants"][0]["schema"]["items"], reference("Json"));
}

#[test]
fn repeated_all_of_does_not_explode() {
    let mut components = Map::new();
    components.insert("C0".to_owned(), json!({ "properties": { "a": {} } }));
    for at in 1..200 {
        let below = reference(&format!("C{}", at - 1));
        components.insert(format!("C{at}"), json!({ "allOf": [below, below, { "properties": {} }] }));
        components.insert(
            format!("U{at}"),
            json!({ "oneOf": [below, reference(&format!("U{}", at - 1)), reference(&format!("U{}", at / 2))] }),
        );
    }
    let start = Instant::now();
    harden(document(json!({}), components.into()));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn references_to_nothing_are_left_alone() {
    let hardened = harden(answered(json!({ "Thing": { "properties": {
        "gone": reference("Gone"), "far": { "$ref": "other.json#/Thing" },
    } } })));
    let properties = &hardened["components"]["schemas"]["Thing"]["properties"];
    assert_eq!(properties["gone"], reference("Gone"));
    assert_eq!(properties["far"], json!({ "$ref": "other.json#/Thing" }));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f32>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z$-]{0,6}".prop_map(Value::from),
        Just(json!("#/components/schemas/A")),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(keyword(), inner, 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn keyword() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,3}",
        proptest::sample::select(vec![
            "type",
            "properties",
            "items",
            "oneOf",
            "anyOf",
            "allOf",
            "$ref",
            "enum",
            "required",
            "nullable",
            "default",
            "format",
            "discriminator",
            "propertyName",
            "mapping",
            "additionalProperties",
            "x-rust-type",
            "x-notte-union",
            "x-notte-secret",
            "description",
            "minimum",
            "exclusiveMinimum",
            "parameters",
            "content",
            "schema",
            "name",
            "in",
            "responses",
            "requestBody",
            "200",
            "application/json",
            "multipart/form-data",
            "operationId",
            "get",
        ])
        .prop_map(str::to_owned),
    ]
}

/// Schemas of real keywords, well typed, referring to A, B and C.
fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({})),
        proptest::sample::select(vec!["A", "B", "C"]).prop_map(reference),
        proptest::sample::select(vec!["string", "integer", "number", "boolean", "object", "array", "null"])
            .prop_map(|kind| json!({ "type": kind })),
        proptest::sample::select(vec!["date-time", "duration", "password", "binary", "uuid"])
            .prop_map(|format| json!({ "type": "string", "format": format })),
        vec(proptest::sample::select(vec!["a", "A", "b", "a-b", "a_b", "", "type", "1"]), 1..4)
            .prop_map(|values| json!({ "type": "string", "enum": values })),
        proptest::sample::select(vec!["a", "b"])
            .prop_map(|tag| json!({ "properties": { "type": { "enum": [tag] }, "x": {} } })),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let members = vec(inner.clone(), 0..4);
        let names = proptest::sample::select(vec!["a", "B", "type", "extra", "token", "a_b", "aB", "$"]);
        let properties = btree_map(names.prop_map(str::to_owned), inner.clone(), 0..4);
        prop_oneof![
            members.clone().prop_map(|members| json!({ "oneOf": members })),
            members.clone().prop_map(|members| json!({ "anyOf": members, "nullable": true })),
            members.prop_map(|members| json!({ "allOf": members, "description": "All" })),
            inner.clone().prop_map(|items| json!({ "type": "array", "items": items, "nullable": true })),
            inner.prop_map(|values| json!({ "type": "object", "additionalProperties": values })),
            properties.prop_map(|all| json!({ "type": "object", "properties": all, "required": ["a", "type"] })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_document_panics(document in any_json()) {
        harden(document);
    }

    #[test]
    fn no_operation_panics(operation in any_json(), body in any_json(), parameter in any_json()) {
        let mut document = document(json!({ "/x": { "get": operation, "post": {
            "operationId": "x", "requestBody": { "content": body }, "parameters": [parameter], "responses": { "200": body },
        } } }), json!({}));
        document["components"]["parameters"] = parameter;
        harden(document);
    }

    #[test]
    fn no_schema_panics_and_all_are_read(schema in any_json()) {
        let hardened = harden(document(json!({}), json!({
            "A": schema, "B": { "properties": { "a": schema } }, "C": { "oneOf": [schema, { "type": "array", "items": schema }] },
        })));
        serde_json::from_value::<openapiv3::OpenAPI>(hardened).unwrap();
    }

    #[test]
    fn every_schema_generates(a in any_schema(), b in any_schema(), c in any_schema()) {
        let components = json!({ "A": a, "B": b, "C": c });
        for document in [answered(components.clone()), sent(components)] {
            prop_assert!(generate(&harden(document)).is_ok());
        }
    }
}
