//! Arbitrary documents: the right keywords in the right places, with the right and the wrong things under them.

use notte_api_gen::{PASSES, RESOLVING};

use super::normalise;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};

use super::document;

const KEYWORDS: &[&str] = &[
    "type",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "const",
    "enum",
    "properties",
    "items",
    "prefixItems",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "$defs",
    "definitions",
    "$ref",
    "$id",
    "$anchor",
    "if",
    "then",
    "unevaluatedProperties",
    "dependentSchemas",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxItems",
    "format",
    "contentMediaType",
    "contentEncoding",
    "contentSchema",
    "examples",
    "example",
    "default",
    "description",
    "title",
    "nullable",
    "discriminator",
];

const WORDS: &[&str] = &[
    "A",
    "B",
    "a",
    "null",
    "string",
    "integer",
    "number",
    "object",
    "array",
    "boolean",
    "#/components/schemas/A",
    "#/components/schemas/B%20",
    "#/$defs/A",
    "#/$defs/B/properties/a",
    "#/components/schemas/A/$defs/B",
    "#",
    "#/",
    "#/components/parameters/A",
    "#/components/responses/A",
    "#/components/headers/A",
    "#/components/pathItems/A",
    "#/paths/~1{a}",
    "#/components/requestBodies/A",
    "base64",
    "image/png",
    "path",
    "query",
    "mutualTLS",
    "",
];

const STRUCTURE: &[&str] = &[
    "parameters",
    "get",
    "post",
    "requestBody",
    "responses",
    "content",
    "schema",
    "headers",
    "encoding",
    "callbacks",
    "security",
    "servers",
    "url",
    "variables",
    "name",
    "in",
    "200",
    "2xx",
    "application/json",
    "$ref",
    "A",
    "a",
    "description",
    "examples",
    "summary",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => select(WORDS).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => (-3_i64..200).prop_map(Value::from),
        1 => select(&[0.5, 1.0, -2.5, 1e30, 150.0][..]).prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn any_schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 60, 5, |inner| {
        let list = vec(inner.clone(), 0..4).prop_map(Value::from);
        let named = btree_map(select(&["A", "B", "a", "x-a", "type"][..]).prop_map(String::from), inner.clone(), 0..3)
            .prop_map(|map| Value::Object(map.into_iter().collect()));
        let keyword = (select(KEYWORDS), prop_oneof![2 => inner, 2 => list.clone(), 1 => named.clone()])
            .prop_map(|(key, value)| (key.to_owned(), value));
        // What a keyword is most often.
        let usual = prop_oneof![
            leaf().prop_map(|value| ("type".to_owned(), value)),
            list.clone().prop_map(|value| ("anyOf".to_owned(), value)),
            list.clone().prop_map(|value| ("type".to_owned(), value)),
            named.clone().prop_map(|value| ("properties".to_owned(), value)),
            named.prop_map(|value| ("$defs".to_owned(), value)),
            select(WORDS).prop_map(|word| ("$ref".to_owned(), word.into())),
        ];
        prop_oneof![
            6 => vec(prop_oneof![keyword, usual], 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            1 => list,
        ]
    })
}

fn any_structure() -> impl Strategy<Value = Value> {
    prop_oneof![2 => leaf(), 1 => any_schema()].prop_recursive(6, 60, 5, |inner| {
        let key = select(STRUCTURE).prop_map(String::from);
        prop_oneof![
            4 => btree_map(key, inner.clone(), 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
            1 => vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

fn any_document() -> impl Strategy<Value = Value> {
    let named = |inner: BoxedStrategy<Value>| {
        let key = select(&["A", "B", "B ", "C", "a"][..]).prop_map(String::from);
        prop_oneof![
            9 => btree_map(key, inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            1 => leaf(),
        ]
    };
    let components = (
        named(any_schema().boxed()),
        named(any_structure().boxed()),
        named(any_structure().boxed()),
        named(any_structure().boxed()),
    )
        .prop_map(|(schemas, parameters, responses, rest)| {
            json!({
                "schemas": schemas,
                "parameters": parameters,
                "responses": responses,
                "headers": rest.clone(),
                "requestBodies": rest.clone(),
                "securitySchemes": rest.clone(),
                "pathItems": rest,
            })
        });
    let path = select(&["/{a}", "/{a}/{b", "/}{", "x-a", ""][..]).prop_map(String::from);
    let paths = btree_map(path, any_structure(), 0..3).prop_map(|map| Value::Object(map.into_iter().collect()));
    let components = prop_oneof![9 => components, 1 => leaf()];
    (paths, components, any_structure()).prop_map(|(paths, components, rest)| {
        let mut document = json!({"openapi": "3.1.0", "paths": paths, "components": components});
        for key in ["info", "servers", "security", "webhooks"] {
            document[key] = rest.get(key).unwrap_or(&rest).clone();
        }
        document
    })
}

fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(0x6e6f_7474), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn any_document_is_normalised_once_and_for_all(document in any_document()) {
        let (once, _) = normalise(document);
        let (twice, _) = normalise(once.clone());
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn any_schema_is_normalised_once_and_for_all(schema in any_schema()) {
        let (once, _) = normalise(document(&schema));
        let (twice, _) = normalise(once.clone());
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn each_pass_run_twice_is_the_same(document in any_document()) {
        for pass in PASSES.iter().chain(RESOLVING) {
            let mut once = document.clone();
            pass.run(&mut once, &mut Vec::new());
            let mut twice = once.clone();
            pass.run(&mut twice, &mut Vec::new());
            prop_assert_eq!(once, twice, "{}", pass.name);
        }
    }

    #[test]
    fn any_value_at_all_is_taken(value in any_structure()) {
        let (once, _) = normalise(value);
        prop_assert_eq!(&normalise(once.clone()).0, &once);
    }
}
