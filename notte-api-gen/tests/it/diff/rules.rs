//! Every rule finds its change, in both directions, and judges it as documented.

use std::collections::BTreeSet;

use notte_api_gen::diff::{Change, Item, RULES, Report, by_id};
use serde_json::json;

use super::support::{document, pairs, report};

fn affected(change: &Change) -> BTreeSet<&'static str> {
    let verdicts = [("wire", &change.wire), ("compile", &change.compile), ("behaviour", &change.behaviour)];
    verdicts.into_iter().filter(|(_, verdict)| verdict.affected).map(|(name, _)| name).collect()
}

/// What is wrong with a report of which `rule` should be a part, affecting `breaks` with the changes it brings along.
fn problems(report: &Report, rule: &str, breaks: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    let found: Vec<&Change> = report.changes.iter().filter(|change| change.rule.id == rule).collect();
    let all: Vec<String> = report
        .changes
        .iter()
        .map(|change| format!("{} at {} {:?}", change.rule.id, change.place, affected(change)))
        .collect();
    if found.is_empty() {
        problems.push(format!("not found; found instead: {all:?}"));
    }
    if let Some(why) = report.old.surface.as_ref().err().or(report.new.surface.as_ref().err()) {
        problems.push(format!("not generated: {why}"));
    }
    // What a change brings along, such as the fields of a type that became another, may be judged more harshly.
    let expected: BTreeSet<&str> = breaks.iter().map(String::as_str).collect();
    let got: BTreeSet<&str> = found.iter().flat_map(|change| affected(change)).collect();
    if got != expected {
        problems.push(format!("affects {got:?}, not {expected:?}: {all:?}"));
    }
    for change in &report.changes {
        for verdict in [&change.wire, &change.compile, &change.behaviour] {
            if verdict.reason.is_empty() || verdict.reason.contains('\n') {
                problems.push(format!("{}: a verdict without one line of reason", change.rule.id));
            }
        }
        if rule != "unhandled" && change.is_unhandled() {
            problems.push(format!("unhandled at {}: {:?}", change.place, change.items));
        }
    }
    problems
}

#[test]
fn every_pair_is_found_and_judged_in_both_directions() {
    let mut failures = Vec::new();
    for (index, pair) in pairs().iter().enumerate() {
        let Some(rule) = by_id(&pair.rule) else {
            failures.push(format!("{}: no such rule", pair.rule));
            continue;
        };
        let (old, new) = (document(&pair.old), document(&pair.new));
        for problem in problems(&report(&old, &new), rule.id, &pair.breaks) {
            failures.push(format!("{index} {}: {problem}", pair.rule));
        }
        for problem in problems(&report(&new, &old), rule.mirror, &pair.back) {
            failures.push(format!("{index} {} back: {problem}", pair.rule));
        }
    }
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n"), failures.len());
}

#[test]
fn every_rule_has_a_pair() {
    let tested: BTreeSet<String> = pairs().into_iter().map(|pair| pair.rule).collect();
    // No document makes it happen: it is a mistake of ours that does no harm.
    let possible = RULES.iter().map(|rule| rule.id).filter(|id| *id != "items-added");
    let untested: Vec<&str> = possible.filter(|id| !tested.contains(*id)).collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[test]
fn rules_have_names_of_their_own_and_mirror_each_other() {
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(names.len(), RULES.len());
    for rule in RULES {
        let mirror = by_id(rule.mirror).expect(rule.mirror);
        assert_eq!(mirror.mirror, rule.id);
        assert_eq!(mirror.family, rule.family);
    }
}

#[test]
fn every_family_of_change_has_rules() {
    let families: BTreeSet<&str> = RULES.iter().map(|rule| rule.family).collect();
    let wanted = [
        "paths",
        "operations",
        "parameters",
        "request bodies",
        "response bodies",
        "properties",
        "types",
        "nullability",
        "enums",
        "constraints",
        "defaults",
        "unions",
        "discriminators",
        "media types",
        "status codes",
        "headers",
        "security",
        "tags",
        "deprecation",
        "descriptions",
        "document",
    ];
    assert_eq!(families, BTreeSet::from(wanted));
}

#[test]
fn the_documented_table_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/diff-rules.md");
    let written = std::fs::read_to_string(path).expect("docs/diff-rules.md");
    assert!(written == notte_api_gen::diff::rule_table(), "run `cargo xtask spec rules > docs/diff-rules.md`");
}

#[test]
fn a_union_that_is_named_after_twins_belongs_to_their_property() {
    let document = |selector: serde_json::Value| {
        let body = |name: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } });
        let check = json!({ "type": "object", "properties": { "selector": selector } });
        json!({
            "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
            "paths": { "/check": { "post": { "operationId": "check", "requestBody": { "content": body("Check-Input") },
                "responses": { "200": { "description": "done", "content": body("Check-Output") } } } } },
            "components": { "schemas": { "Check-Input": check, "Check-Output": check,
                "Selectors": { "type": "object", "properties": { "css": { "type": "string" } } } } },
        })
    };
    let selectors = json!({ "$ref": "#/components/schemas/Selectors" });
    let either = json!({ "anyOf": [{ "type": "string" }, selectors] });
    for (old, new) in [(&selectors, &either), (&either, &selectors)] {
        let report = report(&document(old.clone()), &document(new.clone()));
        let found: Vec<_> = report.changes.iter().map(|change| (change.rule.id, &change.items)).collect();
        assert!(report.changes.iter().all(|change| !change.is_unhandled()), "{found:?}");
        let named = |item: &Item| item.path == "notte_api::types::CheckSelector";
        assert!(report.changes.iter().any(|change| change.items.iter().any(named)), "{found:?}");
    }
}
