//! Broken documents: thousands of mutations and truncations end in diagnostics or a client, never in a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;
use notte_api_gen::{Failure, Finding, Input, Options, Severity, generate, lint, load};
use serde_json::{Value, json};

const FASTAPI: &[u8] = include_bytes!("../documents/fastapi-3.1.json");
const PLAIN: &[u8] = include_bytes!("../documents/plain-3.0.yaml");
const OPTIONS: Options = Options { effect_required: false, strict: true };

/// Runs one document through load to lint; the seed is in the message when it panics.
fn checked(bytes: &[u8], seed: u64) -> Result<Vec<Finding>, Failure> {
    let input = Input { name: "mutant", bytes };
    catch_unwind(AssertUnwindSafe(|| lint(input, &[], OPTIONS))).unwrap_or_else(|_| panic!("seed {seed} panicked"))
}

fn accepted(outcome: &Result<Vec<Finding>, Failure>) -> bool {
    outcome.as_ref().is_ok_and(|findings| findings.iter().all(|finding| finding.severity != Severity::Error))
}

#[test]
fn truncated_documents_are_diagnosed() {
    for source in [FASTAPI, PLAIN] {
        for cut in (0..source.len()).step_by(source.len() / 400) {
            let _ = checked(&source[..cut], cut as u64);
        }
    }
    let half = checked(&FASTAPI[..FASTAPI.len() / 2], 0);
    assert!(matches!(half, Err(Failure::Input(_))), "half a JSON document is no document");
}

#[test]
fn flipped_bytes_are_diagnosed() {
    let mut rng = Rng::with_seed(1);
    for source in [FASTAPI, PLAIN] {
        for seed in 0..300 {
            let mut bytes = source.to_vec();
            for _ in 0..rng.usize(1..6) {
                let at = rng.usize(..bytes.len());
                bytes[at] = rng.u8(..);
            }
            let _ = checked(&bytes, seed);
        }
    }
}

#[test]
fn mutated_documents_are_diagnosed_and_accepted_ones_generate() {
    let mut emitted = 0;
    let mut refused = 0;
    for (source, emit_until) in [(FASTAPI, 30), (PLAIN, 100)] {
        let document = load(source, "source").expect("the samples are sound").value;
        for seed in 0..1_000_u64 {
            let mut rng = Rng::with_seed(seed);
            let mut mutant = document.clone();
            for _ in 0..rng.usize(1..4) {
                mutate(&mut mutant, &mut rng);
            }
            let bytes = serde_json::to_vec(&mutant).expect("JSON");
            let outcome = checked(&bytes, seed);
            if !accepted(&outcome) {
                refused += 1;
            } else if emitted < emit_until {
                emitted += 1;
                let client = generate(Input { name: "mutant", bytes: &bytes }, &[], OPTIONS);
                assert!(client.is_ok(), "seed {seed} was accepted and does not generate: {:?}", client.err());
            }
        }
    }
    assert_eq!(emitted, 100, "a hundred accepted mutants go through emit");
    assert!(refused > 100, "the mutations are too tame: {refused} of 2000 were refused");
}

/// One random edit somewhere in a document.
fn mutate(document: &mut Value, rng: &mut Rng) {
    let mut at = document;
    for _ in 0..rng.usize(1..9) {
        let length =
            at.as_object().map(serde_json::Map::len).or_else(|| at.as_array().map(Vec::len)).unwrap_or_default();
        if length == 0 {
            break;
        }
        let index = rng.usize(..length);
        at = match at {
            Value::Object(members) => members.values_mut().nth(index).expect("in range"),
            Value::Array(items) => &mut items[index],
            _ => unreachable!("only containers have a length"),
        };
    }
    edit(at, rng);
}

fn edit(value: &mut Value, rng: &mut Rng) {
    match (value, rng.u8(..8)) {
        (Value::Object(members), 0..=2) if !members.is_empty() => {
            let key = nth_key(members, rng);
            members.remove(&key);
        }
        (Value::Object(members), 3) if !members.is_empty() => {
            let key = nth_key(members, rng);
            let member = members.remove(&key).expect("present");
            let name = pick(rng, &["$ref", "type", "", "a/b", "é", "Self", "get", "{x}", "0", "extra"]);
            members.insert(name.to_owned(), member);
        }
        (Value::Object(members), 4..=5) => {
            let (key, member) = construct(rng);
            members.insert(key, member);
        }
        (Value::Array(items), 0..=3) if !items.is_empty() => {
            let item = items[rng.usize(..items.len())].clone();
            items.push(item);
        }
        (value, _) => *value = scalar(rng),
    }
}

fn nth_key(members: &serde_json::Map<String, Value>, rng: &mut Rng) -> String {
    members.keys().nth(rng.usize(..members.len())).expect("in range").clone()
}

fn pick<'a>(rng: &mut Rng, choices: &[&'a str]) -> &'a str {
    choices[rng.usize(..choices.len())]
}

/// A keyword that a generator may trip over.
fn construct(rng: &mut Rng) -> (String, Value) {
    let choices = [
        ("$ref", json!("#/components/schemas/Missing")),
        ("$ref", json!("#/components/schemas/Item")),
        ("type", json!(["string", "null", "integer"])),
        ("type", json!("array")),
        ("enum", json!([])),
        ("enum", json!(["a", "A", "a b", 1, null])),
        ("const", json!({ "a": 1 })),
        ("allOf", json!([{ "type": "string" }, { "type": "object", "properties": { "a": {} } }])),
        ("oneOf", json!([])),
        ("oneOf", json!([{ "type": "object" }, { "type": "object" }, true])),
        ("anyOf", json!([{ "type": "null" }])),
        ("not", json!({})),
        ("items", json!(false)),
        ("additionalProperties", json!(false)),
        ("properties", json!({ "": {}, "a-b": {}, "a_b": {}, "type": {}, "extra": {}, "self": {} })),
        ("required", json!(["nowhere", 3])),
        ("default", json!({ "x": [] })),
        ("pattern", json!("(?=x)[")),
        ("minimum", json!(1e300)),
        ("nullable", json!("yes")),
        ("discriminator", json!({ "propertyName": "kind", "mapping": { "a": "#/components/schemas/Missing" } })),
        (
            "parameters",
            json!([{ "name": "x", "in": "query" }, { "name": "x", "in": "query", "schema": { "type": "object" } }]),
        ),
        ("responses", json!({ "default": { "description": "" }, "200": { "description": "" } })),
        ("requestBody", json!({ "content": { "application/xml": {}, "text/plain": {} } })),
        ("content", json!({ "application/json": {} })),
        ("security", json!([{}])),
        ("operationId", json!("the Same id!")),
        ("x-rust-type", json!({ "crate": "std", "version": "*", "path": "std::process::abort" })),
        ("x-notte-union", json!({ "kind": "tagged" })),
        ("prefixItems", json!([{ "type": "string" }, {}])),
        ("$defs", json!({ "X": { "$ref": "#/$defs/X" } })),
    ];
    let (key, value) = choices[rng.usize(..choices.len())].clone();
    (key.to_owned(), value)
}

fn scalar(rng: &mut Rng) -> Value {
    match rng.u8(..8) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(1.5),
        4 => json!([]),
        5 => json!({}),
        6 => json!(pick(rng, &["", "#", "#/components/schemas/Item", "../../etc", "\u{0}", "object", "{x}", "POST"])),
        _ => json!([{ "type": "object" }, null]),
    }
}
