//! Any edit of the overlaid document is seen, nothing panics, and a comparison the other way round says the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use notte_api_gen::diff::{Change, Side, by_id, changes};
use notte_api_gen::{Input, Options};
use serde_json::{Map, Value, json};

const MUTANTS: u64 = 300;

fn overlaid() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root.join("overlays")).expect("overlays").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let files: Vec<(String, Vec<u8>)> =
        paths.iter().map(|path| (path.display().to_string(), std::fs::read(path).expect("read"))).collect();
    let overlays: Vec<Input<'_>> = files.iter().map(|(name, bytes)| Input { name, bytes }).collect();
    let bytes = std::fs::read(root.join("notte-openapi.yml")).expect("the document");
    let input = Input { name: "notte-openapi.yml", bytes: &bytes };
    Side::read(input, &overlays, Options { effect_required: true, strict: true }).expect("it is read").document
}

/// Every place of the document, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                found.push(at.clone());
                places(value, &at, found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let at = format!("{at}/{index}");
                found.push(at.clone());
                places(value, &at, found);
            }
        }
        _ => {}
    }
}

fn parent<'a>(document: &'a mut Value, pointer: &str) -> (&'a mut Value, String) {
    let (parent, key) = pointer.rsplit_once('/').expect("no root");
    (document.pointer_mut(parent).expect("there"), key.replace("~1", "/").replace("~0", "~"))
}

/// One edit: something goes, becomes something else, is called otherwise, or comes.
fn mutate(document: &mut Value, pointer: &str, random: &mut fastrand::Rng) {
    let donor = [json!("another"), json!(7), json!(true), json!({ "type": "string" }), json!([]), json!(null)];
    let donor = donor[random.usize(..donor.len())].clone();
    let edit = random.usize(..4);
    let (holder, key) = parent(document, pointer);
    match holder {
        Value::Object(map) => match edit {
            0 => drop(map.remove(&key)),
            1 => drop(map.insert(key, donor)),
            2 => {
                let value = map.remove(&key).expect("there");
                map.insert(format!("{key}_too"), value);
            }
            _ => drop(map.insert("x-came".to_owned(), donor)),
        },
        Value::Array(items) => {
            let index: usize = key.parse().expect("an index");
            match edit {
                0 => drop(items.remove(index)),
                1 => items[index] = donor,
                2 => items.insert(index, donor),
                _ => items.push(donor),
            }
        }
        _ => {}
    }
}

fn summary(change: &Change) -> String {
    format!("{} {:?} {:?} {:?}", change.rule.id, change.pointers, change.old, change.new)
}

fn mirrored(change: &Change) -> String {
    let [old, new] = &change.pointers;
    let rule = by_id(change.rule.mirror).expect("a rule");
    format!("{} {:?} {:?} {:?}", rule.id, [new, old], change.new, change.old)
}

fn counted(lines: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    lines.for_each(|line| *counted.entry(line).or_default() += 1);
    counted
}

/// What is wrong with the comparison of two documents that differ.
fn problem(old: &Value, new: &Value) -> Option<String> {
    let there = changes(old, new);
    let back = changes(new, old);
    let (seen, expected) = (counted(there.iter().map(summary)), counted(back.iter().map(mirrored)));
    if seen != expected {
        let only = |a: &BTreeMap<String, usize>, b: &BTreeMap<String, usize>| {
            a.keys().filter(|line| a.get(*line) != b.get(*line)).cloned().collect::<Vec<_>>().join("\n  ")
        };
        let (there, back) = (only(&seen, &expected), only(&expected, &seen));
        return Some(format!("not mirrored\nthere:\n  {there}\nback:\n  {back}"));
    }
    there.is_empty().then(|| "not seen".to_owned())
}

#[test]
fn a_document_does_not_differ_from_itself() {
    let document = overlaid();
    assert!(changes(&document, &document).is_empty());
    assert!(changes(&document, &document.clone()).is_empty());
}

#[test]
fn every_edit_is_seen_and_mirrors() {
    let document = overlaid();
    let mut all = Vec::new();
    places(&document, "", &mut all);
    let mut random = fastrand::Rng::with_seed(4);
    let mut problems = Vec::new();
    for number in 0..MUTANTS {
        let mut mutant = document.clone();
        let pointer = all[random.usize(..all.len())].clone();
        mutate(&mut mutant, &pointer, &mut random);
        if mutant == document {
            continue;
        }
        problems.extend(problem(&document, &mutant).map(|problem| format!("mutant {number} at {pointer}: {problem}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn documents_of_no_shape_do_not_panic() {
    let document = overlaid();
    let odd = [
        json!(null),
        json!([]),
        json!({ "paths": [] }),
        json!({ "paths": { "/a": 1, "/b": { "get": [] } }, "components": { "schemas": { "A": true } } }),
        Value::Object(Map::new()),
    ];
    for other in &odd {
        assert!(!changes(&document, other).is_empty());
        assert!(!changes(other, &document).is_empty());
    }
}

#[test]
fn dialect_is_no_change() {
    let old = json!({
        "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "get": { "operationId": "a", "responses": { "200": { "description": "ok", "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/A" } } } } } } } },
        "components": { "schemas": { "A": { "type": "object", "properties": {
            "n": { "type": "string", "nullable": true },
            "m": { "type": "integer", "minimum": 0, "exclusiveMinimum": true },
            "k": { "type": "string", "enum": ["one"] },
        } } } },
    });
    let new = json!({
        "openapi": "3.1.0", "info": { "title": "T", "version": "1" },
        "paths": old["paths"],
        "components": { "schemas": { "A": { "type": "object", "properties": {
            "n": { "type": ["string", "null"] },
            "m": { "type": "integer", "exclusiveMinimum": 0 },
            "k": { "const": "one" },
        } } } },
    });
    let report = super::support::report(&old, &new);
    let found: Vec<String> = report.changes.iter().map(summary).collect();
    assert!(found.is_empty(), "{found:?}");
}
