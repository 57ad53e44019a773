//! The forms of a report, fingerprints, ignore files and version advice.

use notte_api_gen::diff::{Bump, Format, Report, next, parse_ignored};
use serde_json::{Value, json};

use super::support::{document, pairs, report};

fn sample() -> Report {
    let old = json!({ "sent": { "type": "object", "properties": { "a": { "type": "integer", "default": 3 } } } });
    let new =
        json!({ "sent": { "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } } });
    report(&document(&old), &document(&new))
}

/// Holds a value against a JSON schema: types, properties, required, items, enum and references are what ours uses.
fn check(schema: &Value, root: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return check(&root["$defs"][name], root, value, at);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind,
    };
    assert!(allowed, "{at}: {kind}, not {}", schema["type"]);
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{at}: {value}");
    }
    if let (Value::Object(map), Some(properties)) = (value, schema["properties"].as_object()) {
        for key in map.keys() {
            assert!(properties.contains_key(key), "{at}: `{key}` is not described");
        }
        for key in schema["required"].as_array().expect("required").iter().filter_map(Value::as_str) {
            assert!(map.contains_key(key), "{at}: `{key}` is missing");
        }
        for (key, property) in properties.iter().filter(|(key, _)| map.contains_key(*key)) {
            check(property, root, &map[key], &format!("{at}/{key}"));
        }
    }
    if let (Value::Array(items), Some(item)) = (value, schema.get("items")) {
        for (index, value) in items.iter().enumerate() {
            check(item, root, value, &format!("{at}/{index}"));
        }
    }
}

#[test]
fn the_json_form_is_the_documented_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/diff-report.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).expect(path)).expect("JSON");
    let text = sample().write(Format::Json, ["old.json", "new.json"]);
    let value: Value = serde_json::from_str(&text).expect("JSON");
    check(&schema, &schema, &value, "");
    assert_eq!(value["version"], schema["properties"]["version"]["enum"][0]);
}

#[test]
fn fingerprints_do_not_depend_on_other_changes() {
    let alone = report(
        &document(&json!({ "sent": { "type": "object", "properties": { "a": { "type": "integer", "default": 3 } } } })),
        &document(&json!({ "sent": { "type": "object", "properties": { "a": { "type": "integer" } } } })),
    );
    let wanted = &alone.changes[0].fingerprint;
    assert_eq!(wanted.len(), 12);
    let among = sample();
    assert!(among.changes.len() > 1 && among.changes.iter().any(|change| change.fingerprint == *wanted));
}

#[test]
fn an_accepted_change_is_set_aside_until_its_day() {
    let fingerprint = sample().changes[0].fingerprint.clone();
    let file = format!("ignore:\n- {{fingerprint: {fingerprint}, reason: looked at, expires: '2030-01-31'}}\n");
    let entries = parse_ignored(file.as_bytes(), "ignore.yaml").expect("an ignore file");
    let mut report = sample();
    assert!(report.ignore(&entries, "2030-01-31").is_empty());
    assert!(report.changes.iter().all(|change| change.fingerprint != fingerprint));
    assert_eq!(report.ignored[0].1, "looked at");
    let mut report = sample();
    assert!(report.ignore(&entries, "2030-02-01")[0].contains("expired"));
    assert!(report.ignored.is_empty());
}

#[test]
fn an_ignore_file_needs_reason_and_day() {
    for broken in [
        "ignore:\n- {fingerprint: a, reason: '', expires: '2030-01-01'}",
        "ignore:\n- {fingerprint: a, reason: b, expires: soon}",
        "ignore: 1",
        "- a",
    ] {
        let error = parse_ignored(broken.as_bytes(), "ignore.yaml").expect_err(broken).to_string();
        assert!(error.starts_with("ignore.yaml: ") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn annotations_name_file_and_pointer_on_one_line() {
    let text = sample().write(Format::Github, ["old.json", "new.json"]);
    for line in text.lines() {
        assert!(
            line.starts_with("::error ") || line.starts_with("::warning ") || line.starts_with("::notice "),
            "{line}"
        );
    }
    assert!(text.contains("file=new.json") && text.contains("at /components/schemas/XThing/properties/a"), "{text}");
}

#[test]
fn the_advice_follows_the_rules_below_one() {
    assert_eq!(next("0.4.2", Bump::Breaking), "0.5.0");
    assert_eq!(next("0.4.2", Bump::Compatible), "0.4.3");
    assert_eq!(next("0.0.3", Bump::Compatible), "0.0.4");
    assert_eq!(next("1.2.3", Bump::Breaking), "2.0.0");
    assert_eq!(next("1.2.3", Bump::Compatible), "1.2.4");
    assert_eq!(next("1.2.3", Bump::None), "1.2.3");
    assert_eq!(sample().advice().bump, Bump::Breaking);
    let harmless = pairs().into_iter().find(|pair| pair.rule == "description-changed").expect("a pair");
    let report = report(&document(&harmless.old), &document(&harmless.new));
    assert_eq!(report.advice().bump, Bump::Compatible);
}

#[test]
fn every_form_tells_every_change() {
    let report = sample();
    for format in [Format::Text, Format::Markdown, Format::Json, Format::Github] {
        let text = report.write(format, ["old.json", "new.json"]);
        for change in &report.changes {
            assert!(text.contains(&change.fingerprint), "{format:?}: {}", change.rule.id);
        }
    }
}

#[test]
fn words_of_the_document_are_not_repeated() {
    let old = json!({ "operation": { "description": "Some secret sauce." } });
    let new = json!({ "operation": { "description": "Another sauce." } });
    let report = report(&document(&old), &document(&new));
    for format in [Format::Text, Format::Markdown, Format::Json, Format::Github] {
        assert!(!report.write(format, ["old.json", "new.json"]).contains("sauce"));
    }
}
