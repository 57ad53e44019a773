//! Lint rules: each finds what it is for, all findings are told at once, and no document makes them panic.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use notte_api_gen::lint::{self, Finding, Options, Severity};
use proptest::prelude::*;
use serde_json::{Value, json};

const STRICT: Options = Options { effect_required: true, strict: true };

/// The documents of `tests/lint`, each with the rule that it is named after.
fn documents() -> Vec<(String, Value)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let mut documents: Vec<_> = fs::read_dir(directory)
        .expect("the directory")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let rule = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let bytes = fs::read(&path).expect("a readable file");
            (rule, serde_json::from_slice(&bytes).expect("JSON"))
        })
        .collect();
    documents.sort_by(|(a, _), (b, _)| a.cmp(b));
    documents
}

fn findings(stage: &str, document: &Value) -> Vec<Finding> {
    match stage {
        "source" => lint::source(document, STRICT),
        "effective" => lint::effective(document),
        other => panic!("there is no stage {other}"),
    }
}

#[test]
fn every_rule_finds_its_document_and_nothing_else_does() {
    for (rule, mut document) in documents() {
        let expected = document["x-lint"].take();
        let text = |key: &str| expected[key].as_str().unwrap_or_else(|| panic!("{rule}: no {key}"));
        let found = findings(text("stage"), &document);
        assert_eq!(found.len(), 1, "{rule}: {found:#?}");
        assert_eq!(found[0].rule, rule);
        assert_eq!(found[0].severity.to_string(), text("severity"), "{rule}");
        assert_eq!(found[0].pointer.as_str(), text("pointer"), "{rule}");
        assert!(found[0].message.contains(text("message")), "{rule}: {}", found[0].message);
        assert!(found[0].help.contains(text("help")), "{rule}: {}", found[0].help);
        assert!(!found[0].to_string().contains('\n'), "{rule}");
    }
}

#[test]
fn every_rule_has_a_document() {
    let documented: Vec<_> = documents().into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(documented, lint::rules());
}

#[test]
fn a_finding_is_one_line_that_says_what_where_and_what_to_do() {
    let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}});
    let found = lint::source(&document, STRICT);
    let line = "error[document-shape] /paths: `paths` is missing or no object \
                (without paths there is nothing to generate: is this the right file?)";
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), [line]);
    let error = notte_api_gen::Error::from(&found[0]).to_string();
    assert!(error.starts_with("/paths: `paths` is missing or no object [document-shape] ("), "{error}");
}

#[test]
fn a_post_without_an_effect_class_is_only_a_note_where_nobody_can_give_it_one() {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"post": {"operationId": "a", "responses": {"200": {"description": ""}}}}},
    });
    let lenient = Options { effect_required: false, strict: true };
    assert_eq!(lint::source(&document, STRICT)[0].severity, Severity::Error);
    assert_eq!(lint::source(&document, lenient)[0].severity, Severity::Note);
}

#[test]
fn all_findings_are_told_sorted_by_pointer() {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "t"},
        "paths": {
            "/b": {"get": {"responses": {}}, "post": 5},
            "/a/{x}": {"get": {"operationId": "a", "parameters": [{"$ref": "other.json"}, 1]}},
        },
        "components": {"schemas": {"A": {"type": 1, "properties": [], "enum": [], "required": "x"}}},
    });
    let found = lint::source(&document, STRICT);
    let pointers: Vec<_> = found.iter().map(|finding| finding.pointer.as_str()).collect();
    let mut sorted = pointers.clone();
    sorted.sort_unstable();
    assert_eq!(pointers, sorted);
    let rules: BTreeSet<_> = found.iter().map(|finding| finding.rule).collect();
    let expected = [
        "document-shape",
        "enum-values",
        "operation-id-missing",
        "operation-shape",
        "path-variables",
        "ref-unresolved",
        "response-success",
        "schema-shape",
    ];
    assert_eq!(rules, BTreeSet::from(expected));
}

fn any_json() -> impl Strategy<Value = Value> {
    const WORDS: &[&str] = &[
        "$ref",
        "#/components/schemas/A",
        "#",
        "#/",
        "/",
        "{",
        "/a/{b}",
        "",
        "additionalProperties",
        "allOf",
        "anyOf",
        "application/json",
        "components",
        "content",
        "discriminator",
        "enum",
        "get",
        "in",
        "info",
        "items",
        "mapping",
        "name",
        "nullable",
        "object",
        "oneOf",
        "openapi",
        "operationId",
        "parameters",
        "path",
        "paths",
        "post",
        "properties",
        "query",
        "requestBody",
        "required",
        "responses",
        "200",
        "default",
        "schema",
        "schemas",
        "security",
        "securitySchemes",
        "string",
        "style",
        "tags",
        "title",
        "type",
        "x-notte-multipart",
        "x-notte-tag",
        "x-notte-union",
        "x-rust-type",
        "variants",
        "a\n\tb",
        "\u{e9}",
        "\u{1f600}",
    ];
    let word = prop::sample::select(WORDS).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Replaces the `nth` value of a document, counted in order.
fn replace(value: &mut Value, nth: &mut usize, new: &Value) {
    if *nth == 0 {
        *value = new.clone();
    }
    *nth = nth.wrapping_sub(1);
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, nth, new)),
        Value::Array(list) => list.iter_mut().for_each(|value| replace(value, nth, new)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_panics(value in any_json()) {
        let _ = (lint::source(&value, STRICT), lint::effective(&value));
    }

    #[test]
    fn no_value_in_any_place_of_a_document_panics(
        document in prop::sample::select(documents()), place: prop::sample::Index, value in any_json(),
    ) {
        let (_, mut document) = document;
        let mut nth = place.index(document.to_string().matches(':').count());
        replace(&mut document, &mut nth, &value);
        for finding in lint::source(&document, STRICT).iter().chain(&lint::effective(&document)) {
            prop_assert!(!finding.help.is_empty() && !finding.to_string().contains('\n'), "{}", finding);
        }
    }
}
