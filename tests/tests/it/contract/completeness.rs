//! The fixtures are complete: every operation, every field, and nothing but what is required where nothing else is due.

use std::collections::BTreeSet;

use notte_api::OPERATIONS;
use serde_json::Value;

use crate::contract::{
    coverage::{declared, present, undeclared},
    derive,
    failures::Failures,
    fixture::{self, Call},
    schema::{self, Document},
    table::TABLE,
};

#[test]
fn every_operation_has_a_row_and_a_fixture() {
    let operations: BTreeSet<_> = OPERATIONS.iter().map(|meta| meta.id).collect();
    let rows: BTreeSet<_> = TABLE.iter().map(|(id, _)| *id).collect();
    let fixtures = fixture::all();
    let files: BTreeSet<_> = fixtures.keys().map(String::as_str).collect();
    assert_eq!(operations, rows, "operations and rows of the table");
    assert_eq!(operations, files, "operations and fixtures");
    assert_eq!((TABLE.len(), OPERATIONS.len()), (rows.len(), rows.len()), "something is there twice");
}

#[test]
fn fixtures_and_the_static_table_agree() {
    let (fixtures, mut failures) = (fixture::all(), Failures::default());
    for meta in OPERATIONS {
        let Some(fixture) = fixtures.get(meta.id) else { continue };
        let expected = (fixture.method.as_str(), fixture.template.as_str(), fixture.auth);
        if expected != (meta.method, meta.path, meta.auth) {
            failures.add(meta.id, "OPERATIONS", format!("{meta:?} instead of {expected:?}"));
        }
    }
    failures.check();
}

/// Names of an operation's parameters that are in `place`, or of its form fields.
fn names(operation: &Value, place: &str, only_required: bool) -> BTreeSet<String> {
    if place == "form" {
        let form = &operation["x-notte-multipart"];
        let fields = form["properties"].as_object().into_iter().flat_map(serde_json::Map::keys);
        return fields.filter(|name| !only_required || schema::is_required(form, name)).cloned().collect();
    }
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters
        .filter(|parameter| parameter["in"] == place && (!only_required || parameter["required"] == true))
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect()
}

fn parameter_faults(operation: &Value, call: &Call, only_required: bool) -> Vec<String> {
    let places = [("path", &call.path), ("query", &call.query), ("form", &call.form)];
    let faults = places.into_iter().filter_map(|(place, given)| {
        let given: BTreeSet<_> = given.keys().cloned().collect();
        let expected = names(operation, place, only_required);
        (given != expected).then(|| format!("{place}: {given:?} instead of {expected:?}"))
    });
    faults.collect()
}

#[test]
fn every_field_of_a_request_is_in_its_fixture() {
    let (document, fixtures, mut failures) = (Document::load(), fixture::all(), Failures::default());
    for (id, operation) in document.operations() {
        let Some(fixture) = fixtures.get(id) else { continue };
        let schema = schema::content(&operation["requestBody"]);
        let mut there = BTreeSet::new();
        for call in fixture.full() {
            failures.add_all(id, &call.variant, parameter_faults(operation, &call, false));
            match (schema, &call.body) {
                (Some(schema), Some(body)) => {
                    present(&document, id, schema, body, &mut there);
                    failures.add_all(id, &call.variant, undeclared(&document, schema, body));
                }
                (None, None) => {}
                _ => failures.add(id, &call.variant, "either the fixture or the document has no body"),
            }
        }
        let declared = schema.map(|schema| declared(&document, id, schema, true)).unwrap_or_default();
        failures.add_all(id, "request lacks", declared.difference(&there).cloned().collect());
    }
    failures.check();
}

#[test]
fn the_least_request_has_what_is_required_and_nothing_else() {
    let (document, fixtures, mut failures) = (Document::load(), fixture::all(), Failures::default());
    for (id, operation) in document.operations() {
        let Some(fixture) = fixtures.get(id) else { continue };
        let schema = schema::content(&operation["requestBody"]);
        for call in fixture.bare() {
            failures.add_all(id, &call.variant, parameter_faults(operation, &call, true));
            match (schema, &call.body) {
                (Some(schema), Some(body)) => {
                    let minimal = derive::minimal(&document, schema, body);
                    let mut body = body.clone();
                    // The service wants either, which a schema does not say.
                    if id == "page_execute" && body.get("id").is_some() != body.get("selector").is_some() {
                        body.as_object_mut().unwrap().retain(|key, _| key != "id" && key != "selector");
                    }
                    if minimal != body {
                        failures.add(id, &call.variant, format!("{body} is more than {minimal}"));
                    }
                }
                (None, None) => {}
                _ => failures.add(id, &call.variant, "either the fixture or the document has no body"),
            }
        }
    }
    failures.check();
}

#[test]
fn every_field_of_an_answer_is_in_its_fixture() {
    let (document, fixtures, mut failures) = (Document::load(), fixture::all(), Failures::default());
    let (mut declared_anywhere, mut there_anywhere) = (BTreeSet::new(), BTreeSet::new());
    for (id, operation) in document.operations() {
        let Some(fixture) = fixtures.get(id) else { continue };
        // A member of a union that is sent is answered as well: see `what_an_answer_may_be_tomorrow_loses_nothing`.
        for body in fixture.full().iter().filter_map(|call| call.body.as_ref()) {
            let schema = schema::content(&operation["requestBody"]).unwrap();
            present(&document, id, schema, body, &mut there_anywhere);
        }
        let Some(schema) = schema::answer(operation) else { continue };
        let mut there = BTreeSet::new();
        for answer in &fixture.answers {
            present(&document, id, schema, answer, &mut there);
            failures.add_all(id, "answer", undeclared(&document, schema, answer));
        }
        if let Some(vendored) = &fixture.vendored {
            present(&document, id, schema, vendored, &mut there);
        }
        let lacking = &declared(&document, id, schema, false) - &there;
        failures.add_all(id, "answer lacks", lacking.into_iter().collect());
        declared_anywhere.append(&mut declared(&document, id, schema, true));
        there_anywhere.append(&mut there);
    }
    failures.add_all("unions", "no fixture has", (&declared_anywhere - &there_anywhere).into_iter().collect());
    failures.check();
}
