//! Nothing is reported twice, as worse than it is, or not at all.

use notte_api_gen::diff::{Change, Format, Report, Side};
use notte_api_gen::{Input, Options};
use serde_json::{Value, json};

use super::support::{document, report};

fn rules(report: &Report) -> Vec<(&'static str, &str)> {
    report.changes.iter().map(|change| (change.rule.id, change.place.as_str())).collect()
}

fn only<'a>(report: &'a Report, rule: &str) -> &'a Change {
    let found: Vec<&Change> = report.changes.iter().filter(|change| change.rule.id == rule).collect();
    let [change] = found.as_slice() else { panic!("{rule}: {:?}", rules(report)) };
    change
}

fn body(name: &str) -> Value {
    json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } })
}

/// A union of two members that is sent, and one of them is answered alone.
fn union(sent: &str, answered: &str) -> Value {
    let wait = json!({ "type": "object", "required": ["type", "ms"], "properties": {
        "type": { "type": "string", "enum": ["wait"] }, "ms": { "type": "integer" } } });
    let go = json!({ "type": "object", "required": ["type"], "properties": {
        "type": { "type": "string", "enum": ["go"] }, "to": { "type": "string" } } });
    let reference = |name: &str| format!("#/components/schemas/{name}");
    let union = json!({ "oneOf": [{ "$ref": reference(sent) }, { "$ref": reference("Go") }],
        "discriminator": { "propertyName": "type", "mapping": { "wait": reference(sent), "go": reference("Go") } } });
    json!({
        "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
        "paths": { "/x": {
            "put": { "operationId": "x_put", "requestBody": { "required": true,
                "content": { "application/json": { "schema": union } } }, "responses": { "204": { "description": "done" } } },
            "get": { "operationId": "x_get", "responses": { "200": { "description": "done", "content": body(answered) } } },
        } },
        "components": { "schemas": { "Go": go, sent: wait, answered: wait } },
    })
}

#[test]
fn a_component_that_became_two_of_one_shape_has_another_name_and_the_wire_holds() {
    for (old, new) in [(("Wait", "Wait"), ("core__Wait", "Wait-Output")), (("WaitIn", "WaitOut"), ("Wait", "Wait"))] {
        let report = report(&union(old.0, old.1), &union(new.0, new.1));
        let change = only(&report, "schema-renamed");
        assert_eq!(report.changes.len(), 1, "{:?}", rules(&report));
        assert!(!change.wire.affected && change.compile.affected, "{:?}", change.items);
    }
}

#[test]
fn what_is_split_with_all_it_refers_to_is_a_rename_and_a_difference_deep_inside_is_not_lost() {
    let document = |sent: &str, answered: &str| {
        let thing = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        let of = |name: &str| {
            json!({ "type": "object", "properties": { "items": { "type": "array",
                "items": { "$ref": format!("#/components/schemas/Thing{name}") } } } })
        };
        let mut schemas = json!({});
        for name in [sent, answered] {
            schemas[format!("Box{name}")] = of(name);
            schemas[format!("Thing{name}")] = thing.clone();
        }
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
            "paths": { "/x": { "post": { "operationId": "x", "requestBody": { "content": body(&format!("Box{sent}")) },
                "responses": { "200": { "description": "done", "content": body(&format!("Box{answered}")) } } } } },
            "components": { "schemas": schemas } })
    };
    let (one, mut two) = (document("", ""), document("-Input", "-Output"));
    let same = report(&one, &two);
    let found: Vec<&str> = same.changes.iter().map(|change| change.rule.id).collect();
    assert_eq!(found, ["schema-renamed", "schema-renamed"], "{:?}", rules(&same));
    two["components"]["schemas"]["Thing-Output"]["properties"]["a"]["type"] = json!("integer");
    let other = report(&one, &two);
    let breaks = |change: &&Change| change.rule.id == "type-changed" && change.wire.affected;
    assert!(other.changes.iter().any(|change| breaks(&change)), "{:?}", rules(&other));
}

/// Twins of one shape, each used in its direction.
fn twins(property: &Value) -> Value {
    let thing = json!({ "type": "object", "properties": { "a": property } });
    json!({
        "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
        "paths": { "/x": { "post": { "operationId": "x", "requestBody": { "content": body("Thing-Input") },
            "responses": { "200": { "description": "done", "content": body("Thing-Output") } } } } },
        "components": { "schemas": { "Thing-Input": thing, "Thing-Output": thing } },
    })
}

#[test]
fn twins_are_reported_once_and_break_if_either_breaks() {
    let (integer, number) = (json!({ "type": "integer" }), json!({ "type": "number" }));
    let report = report(&twins(&integer), &twins(&number));
    let [change] = report.changes.as_slice() else { panic!("{:?}", rules(&report)) };
    assert_eq!(change.place, "Thing-{Input,Output}.a");
    // Sent it works, answered it does not.
    assert!(change.wire.affected && change.wire.reason.contains("decode"), "{:?}", change.wire);
}

#[test]
fn one_twin_alone_keeps_its_name() {
    let old = twins(&json!({ "type": "integer" }));
    let mut new = old.clone();
    new["components"]["schemas"]["Thing-Output"]["properties"]["a"] = json!({ "type": "string" });
    let report = report(&old, &new);
    assert!(report.changes.iter().any(|change| change.place == "Thing-Output.a"), "{:?}", rules(&report));
}

#[test]
fn a_union_in_many_places_is_reported_once() {
    let holding = |members: &[&str]| {
        let members: Vec<Value> =
            members.iter().map(|name| json!({ "$ref": format!("#/components/schemas/{name}") })).collect();
        let union = json!({ "oneOf": members });
        let mut schemas = json!({});
        for name in ["A", "B", "C"] {
            schemas[name] =
                json!({ "type": "object", "required": [name], "properties": { name: { "type": "string" } } });
        }
        for name in ["First", "Second", "Third"] {
            schemas[name] = json!({ "type": "object", "properties": { "action": union } });
        }
        let paths: serde_json::Map<String, Value> = ["First", "Second", "Third"]
            .into_iter()
            .map(|name| {
                (
                    format!("/{name}"),
                    json!({ "get": { "operationId": format!("get_{name}"),
                "responses": { "200": { "description": "done", "content": body(name) } } } }),
                )
            })
            .collect();
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": paths,
            "components": { "schemas": schemas } })
    };
    let report = report(&holding(&["A", "B"]), &holding(&["A", "B", "C"]));
    let change = only(&report, "union-member-added");
    assert!(change.place.ends_with(" and 2 more places"), "{}", change.place);
}

#[test]
fn an_operation_whose_name_rust_does_not_allow_explains_its_method_too() {
    let api = |ids: &[&str]| {
        let paths: serde_json::Map<String, Value> = ids
            .iter()
            .map(|id| {
                (
                    format!("/{id}"),
                    json!({ "get": { "operationId": id, "responses": { "204": { "description": "done" } } } }),
                )
            })
            .collect();
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": paths, "components": { "schemas": {} } })
    };
    let (one, all) = (api(&["one"]), api(&["one", "result", "clone", "gen", "send", "self", "default", "Option"]));
    for (old, new) in [(&one, &all), (&all, &one)] {
        let report = report(old, new);
        let other: Vec<&Change> =
            report.changes.iter().filter(|change| !change.rule.id.starts_with("operation-")).collect();
        assert!(other.is_empty(), "{other:?}");
    }
}

#[test]
fn a_title_is_never_why_a_type_is_another() {
    let thing = |title: &str, kind: &str| {
        document(&json!({ "answered": { "type": "object", "title": title, "required": ["a"],
            "properties": { "a": { "type": kind, "title": title } } } }))
    };
    let report = report(&thing("One", "string"), &thing("Two", "integer"));
    for change in report.changes.iter().filter(|change| change.rule.id == "title-changed") {
        assert!(change.items.is_empty() && !change.compile.affected, "{:?}", change.items);
    }
    assert!(only(&report, "type-changed").compile.affected);
}

#[test]
fn what_cannot_be_generated_leaves_one_verdict_open_and_accuses_no_change() {
    let side = |description: &str| {
        let mut document = document(&json!({ "operation": { "description": description } }));
        // A tag that ends a line is refused by every version of lint.
        document["paths"]["/x/things"]["get"]["operationId"] = json!("");
        let bytes = document.to_string();
        let input = Input { name: "d.json", bytes: bytes.as_bytes() };
        let side = Side::read(input, &[], Options::default()).expect("a document");
        Side { surface: Err("GET /x/things has no operation id".to_owned()), ..side }
    };
    let report = Report::of(side("one"), side("two"));
    assert!(report.changes.iter().all(|change| !change.compile.affected), "{:?}", report.changes);
    assert!(report.compile_unknown().is_some());
    for format in [Format::Digest, Format::Text, Format::Markdown, Format::Html] {
        let text = report.write(format, ["old", "new"]);
        assert_eq!(text.matches("has no operation id").count(), 1, "{format:?}: {text}");
        assert!(text.contains("unknown"), "{text}");
    }
}

#[test]
fn a_long_value_is_shown_where_it_differs() {
    let long = |end: &str| {
        document(
            &json!({ "operation": { "x-meta": { "name": "n", "example": format!("{}{end}", "aaaa ".repeat(60)) } } }),
        )
    };
    let report = report(&long("1"), &long("2"));
    let change = only(&report, "extension-changed");
    assert_ne!(change.old, change.new);
    for format in [Format::Text, Format::Markdown] {
        let text = report.write(format, ["old", "new"]);
        assert!(text.contains("aaaa 1") && text.contains("aaaa 2"), "{text}");
    }
}

#[test]
fn parts_that_are_not_compared_are_named_by_place() {
    let thing = |more: Value| {
        let mut thing =
            json!({ "type": "object", "properties": { "p": { "type": "string" }, "if": { "type": "string" } } });
        thing.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        document(&json!({ "answered": thing }))
    };
    let report = report(
        &thing(json!({})),
        &thing(
            json!({ "if": { "required": ["p"] }, "then": { "required": ["r"] }, "propertyNames": { "maxLength": 3 } }),
        ),
    );
    let found = rules(&report);
    for keyword in ["if", "then", "propertyNames"] {
        assert!(found.contains(&("not-compared", format!("XThing ({keyword})").as_str())), "{found:?}");
    }
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(report.changes.iter().all(|change| !change.wire.affected && !change.compile.affected));
    let digest = report.write(Format::Digest, ["old", "new"]);
    assert!(
        digest.lines().take(6).any(|line| line.starts_with("Not compared") && line.contains("XThing (if)")),
        "{digest}"
    );
}
