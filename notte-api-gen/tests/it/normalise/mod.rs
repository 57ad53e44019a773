//! What normalising must hold for every document; `schemas` and `structure` say what becomes of each construct.

mod arbitrary;
mod schemas;
mod structure;

use notte_api_gen::{Note, PASSES, RESOLVING, load, resolve};
use serde_json::{Map, Value, json};

const SAMPLES: [(&str, &[u8], usize); 3] = [
    ("fastapi-3.1.json", include_bytes!("../../documents/fastapi-3.1.json"), 20),
    ("plain-3.0.yaml", include_bytes!("../../documents/plain-3.0.yaml"), 7),
    ("plain-3.1.yaml", include_bytes!("../../documents/plain-3.1.yaml"), 5),
];

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn samples() -> impl Iterator<Item = (&'static str, Value, usize)> {
    SAMPLES.into_iter().map(|(name, bytes, count)| (name, load(bytes, name).unwrap().value, count))
}

/// Operations as (path, method), those behind a path item's reference included.
fn operations(document: &Value) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let item = item["$ref"].as_str().map_or(item, |at| document.pointer(&at[1..]).unwrap());
        let methods = METHODS.into_iter().filter(|method| item[*method].is_object());
        found.extend(methods.map(|method| (path.clone(), method)));
    }
    found
}

/// A document with this one component schema, `X`.
pub(crate) fn document(schema: &Value) -> Value {
    json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"X": schema}}})
}

/// Every object in the document that holds this key.
fn holders<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(map) => {
            if map.contains_key(key) {
                found.push(value);
            }
            map.values().for_each(|value| holders(value, key, found));
        }
        Value::Array(list) => list.iter().for_each(|value| holders(value, key, found)),
        _ => {}
    }
}

/// Both stages, as they are without overlays in between.
fn normalise(document: Value) -> (Value, Vec<Note>) {
    let (document, mut notes) = notte_api_gen::normalise(document);
    let (document, resolved) = resolve(document);
    notes.extend(resolved);
    (document, notes)
}

#[test]
fn no_operation_is_lost() {
    for (name, document, count) in samples() {
        let before = operations(&document);
        let (document, _) = normalise(document);
        assert_eq!(before, operations(&document), "{name}");
        assert_eq!(before.len(), count, "{name}");
    }
}

#[test]
fn a_normalised_sample_is_left_alone() {
    for (name, document, _) in samples() {
        let (once, _) = normalise(document);
        let (twice, notes) = normalise(once.clone());
        assert_eq!(once, twice, "{name}");
        assert_eq!(notes, [], "{name}");
    }
}

#[test]
fn each_pass_run_twice_is_the_same_on_samples() {
    for (name, mut document, _) in samples() {
        for pass in PASSES.iter().chain(RESOLVING) {
            pass.run(&mut document, &mut Vec::new());
            let mut again = document.clone();
            let mut notes = Vec::new();
            pass.run(&mut again, &mut notes);
            assert_eq!(document, again, "{} on {name}", pass.name);
            assert_eq!(notes, [], "{} on {name}", pass.name);
        }
    }
}

#[test]
fn a_normalised_sample_is_openapi_3_0() {
    for (name, document, count) in samples() {
        let (document, _) = normalise(document);
        let typed: openapiv3::OpenAPI = serde_json::from_value(document).unwrap();
        assert_eq!(typed.openapi, "3.0.3", "{name}");
        assert_eq!(typed.operations().count(), count, "{name}");
    }
}

#[test]
fn only_references_to_component_schemas_are_left() {
    for (name, document, _) in samples() {
        let (document, _) = normalise(document);
        let mut found = Vec::new();
        holders(&document, "$ref", &mut found);
        for holder in found {
            let reference = holder["$ref"].as_str().unwrap();
            assert!(reference.starts_with("#/components/schemas/"), "{name}: {reference}");
            assert!(document.pointer(&reference[1..]).is_some(), "{name}: {reference}");
            assert_eq!(holder.as_object().unwrap().len(), 1, "{name}: {holder}");
        }
    }
}

#[test]
fn nothing_that_only_3_1_has_is_left_in_the_samples() {
    for (name, document, _) in samples() {
        let (document, _) = normalise(document);
        for key in [
            "const",
            "prefixItems",
            "patternProperties",
            "propertyNames",
            "$defs",
            "$id",
            "$anchor",
            "$schema",
            "$comment",
            "if",
            "then",
            "else",
            "dependentRequired",
            "dependentSchemas",
            "unevaluatedProperties",
            "contentMediaType",
            "contentEncoding",
            "webhooks",
            "callbacks",
            "jsonSchemaDialect",
            "pathItems",
            "identifier",
            "variables",
        ] {
            let mut found = Vec::new();
            holders(&document, key, &mut found);
            // A property may be called like a keyword.
            found.retain(|holder| !holder[key].is_object() || holder.get("type").is_some());
            assert_eq!(found, Vec::<&Value>::new(), "{name}: {key}");
        }
        let mut found = Vec::new();
        holders(&document, "type", &mut found);
        for holder in found {
            assert!(!holder["type"].is_array() && holder["type"] != "null", "{name}: {holder}");
        }
    }
}

#[test]
fn time_grows_with_the_document_and_no_faster() {
    let wide = |count: usize| {
        let schemas: Map<String, Value> = (0..count)
            .map(|index| {
                let next = format!("#/components/schemas/S{}", (index + 1) % count);
                let schema = json!({
                    "$defs": {"D": {"const": index}},
                    "properties": {
                        "next": {"anyOf": [{"$ref": next}, {"type": "null"}]},
                        "def": {"$ref": "#/$defs/D"},
                        "pair": {"prefixItems": [{"type": ["string", "null"]}, {"type": "integer"}]},
                    },
                });
                (format!("S{index}"), schema)
            })
            .collect();
        json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}})
    };
    let seconds = |count| {
        let document = wide(count);
        let once = || {
            let document = document.clone();
            let start = std::time::Instant::now();
            drop(normalise(document));
            start.elapsed().as_secs_f64()
        };
        (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
    };
    let small = seconds(500);
    // Eight times the work; were it quadratic it would be 64 times.
    assert!(seconds(4_000) < 32.0 * small.max(0.002));
}

#[test]
fn the_deepest_document_that_loads_fits_the_stack() {
    let open = r#"{"type":["array","string","null"],"items":"#;
    let text = format!(
        r#"{{"openapi":"3.1.0","paths":{{}},"components":{{"schemas":{{"X":{}true{}}}}}}}"#,
        open.repeat(120),
        "}".repeat(120)
    );
    let (once, _) = normalise(load(text.as_bytes(), "deep").unwrap().value);
    assert_eq!(normalise(once.clone()).0, once);
}
