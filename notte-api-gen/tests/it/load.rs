//! What is read, what is refused, and that a refusal is one line with its place and a way out.

use std::fmt::Write;

use notte_api_gen::{Dialect, Document, load};
use serde_json::json;

fn read(text: &str) -> Document {
    load(text.as_bytes(), "doc").unwrap()
}

fn refusal(bytes: impl AsRef<[u8]>) -> String {
    load(bytes.as_ref(), "doc").unwrap_err().to_string()
}

#[test]
fn both_formats_and_both_dialects_are_read() {
    let yaml = read("openapi: 3.0.1\npaths: {}\n");
    let json = read(r#"{"openapi": "3.1.0", "paths": {}}"#);
    assert_eq!(yaml.dialect, Dialect::V30);
    assert_eq!(json.dialect, Dialect::V31);
    assert_eq!(json.value, json!({"openapi": "3.1.0", "paths": {}}));
    assert_eq!(json.name, "doc");
    assert_eq!(json.sha256, "67ed5da69abc14c2d3297d29ad46684935f330fea5e844d959832277d7a577c0");
}

#[test]
fn content_decides_the_format() {
    // A flow mapping is YAML, JSON after a byte order mark is JSON.
    assert_eq!(read("{openapi: 3.0.0, paths: {}}").dialect, Dialect::V30);
    assert_eq!(read("\u{feff} \n{\"openapi\": \"3.1.0\", \"paths\": {}}").dialect, Dialect::V31);
    assert!(refusal(r#"{"openapi": "3.1.0", "paths": {},}"#).contains("broken JSON"));
}

#[test]
fn yaml_keys_are_strings_as_they_are_spelled() {
    let document = read("openapi: 3.0.0\npaths: {}\nx:\n  200: a\n  true: b\n  1.10: c\n  ~: d\n");
    assert_eq!(document.value["x"], json!({"200": "a", "true": "b", "1.10": "c", "~": "d"}));
}

#[test]
fn yaml_merge_keys_are_followed() {
    let document = read(
        "openapi: 3.0.0\npaths: {}\nx: &x {a: 1, b: 2}\ny: &y {b: 4, c: 5}\nz: {<<: [*x, *y], a: 3}\nw: {<<: *x}\n",
    );
    assert_eq!(document.value["z"], json!({"a": 3, "b": 2, "c": 5}));
    assert_eq!(document.value["w"], json!({"a": 1, "b": 2}));
}

#[test]
fn what_is_no_document_is_refused_in_one_line() {
    let ok = "openapi: 3.1.0\npaths: {}\n";
    let table: [(&str, &str); 23] = [
        ("", "doc: the document is empty ("),
        (" \n\t", "doc: the document is empty ("),
        ("# nothing\n", "doc: the document is null, not an object ("),
        ("[1, 2]", "doc: the document is a list, not an object ("),
        ("hello", "doc: the document is a string, not an object ("),
        ("<!doctype html><html>", "doc: this is HTML or XML"),
        ("a: 1\n", "doc: there is no `openapi` key"),
        (r#"{"swagger": "2.0", "paths": {}}"#, "doc: Swagger 2.0 (OpenAPI 2.0) is not supported"),
        ("swagger: 2.0\n", "doc: Swagger 2.0 (OpenAPI 2.0) is not supported"),
        ("openapi: 3.2.0\npaths: {}", "doc: OpenAPI version \"3.2.0\" is not supported"),
        ("openapi: '4'\npaths: {}", "doc: OpenAPI version \"4\" is not supported"),
        ("openapi: 3.1\npaths: {}", "doc: `openapi` is a number, not a version in quotes"),
        ("openapi: 3.1.0\n", "doc: `paths` is missing"),
        ("openapi: 3.1.0\npaths: []\n", "doc: `paths` is a list, not an object"),
        (r#"{"openapi": "3.1.0","#, "doc:1:20: broken JSON: EOF while parsing a value"),
        ("{\n  \"a\": trus\n}", "doc:2:11: broken JSON: expected ident"),
        (r#"{"a": 1} x"#, "doc:1:10: broken JSON: trailing characters"),
        (r#"{"a": 1, "a": 2}"#, "doc:1:12: broken JSON: the key \"a\" is there twice"),
        ("a: 1\nb: 2\na: 3\n", "doc:3:1: broken YAML: the key \"a\" is there twice"),
        ("a: [1, 2\nb: 3\n", "doc:2:2: broken YAML: did not find expected"),
        ("a: !thing 1\n", "doc:1:4: broken YAML: a: YAML tags have no place"),
        ("a: .nan\n", "doc:1:4: broken YAML: a: NaN is no JSON number"),
        ("? [a]\n: 1\n", "doc:1:3: broken YAML: invalid type: sequence"),
    ];
    for (text, start) in table {
        let line = refusal(text);
        assert!(line.starts_with(start), "{text:?}: {line}");
        assert!(!line.contains('\n') && line.ends_with(')'), "{line}");
    }
    let two = refusal(format!("{ok}---\n{ok}"));
    assert!(two.contains("more than one YAML document"), "{two}");
    let latin = refusal(b"openapi: 3.1.0 # \xe9\n");
    assert!(latin.contains("not UTF-8 text at byte 17"), "{latin}");
    let zipped = refusal([0x1f, 0x8b, 8, 0]);
    assert!(zipped.contains("not UTF-8"), "{zipped}");
}

#[test]
fn absurd_nesting_is_refused_and_not_followed() {
    for open in ["{\"a\":", "{\"a\":[", "[", "{a: ", "- ", "? "] {
        for depth in [200, 50_000] {
            let line = refusal(open.repeat(depth));
            assert!(!line.contains('\n'), "{line}");
        }
    }
    let mut lines = String::new();
    for depth in 0..1_000 {
        writeln!(lines, "{}a:", " ".repeat(depth)).unwrap();
    }
    for text in ["{\"a\":".repeat(200), "[".repeat(200), lines] {
        let line = refusal(text);
        assert!(line.contains("nested deeper than 128 levels"), "{line}");
    }
}

#[test]
fn aliases_cannot_blow_a_document_up() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        writeln!(text, "a{level}: &a{level} [{before}]").unwrap();
    }
    assert!(refusal(text).contains("aliases"));
    // A few aliases of something large count by its size, not one each.
    let large: String = (0..20_000).map(|line| format!("  k{line}: some text\n")).collect();
    let aliases = "- *a\n".repeat(3_000);
    let started = std::time::Instant::now();
    assert!(
        refusal(format!("a: &a\n{large}b:\n{aliases}")).contains("aliases make the document more than twice its size")
    );
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let shared =
        "openapi: 3.0.0\npaths: {}\nx: &x {description: shared by many}\ny:\n".to_owned() + &"- *x\n".repeat(500);
    assert_eq!(read(&shared).value["y"][499]["description"], "shared by many");
    let looped = refusal("a: &a [*a]\n");
    assert!(looped.contains("nested deeper"), "{looped}");
}

#[test]
fn a_document_cut_anywhere_is_read_or_refused() {
    let documents: [&[u8]; 3] = [
        include_bytes!("../documents/fastapi-3.1.json"),
        include_bytes!("../documents/plain-3.0.yaml"),
        include_bytes!("../documents/plain-3.1.yaml"),
    ];
    for document in documents {
        for end in (0..document.len()).step_by(97) {
            if let Err(error) = load(&document[..end], "doc") {
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        }
    }
}
