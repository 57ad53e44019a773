//! What a report shows of a document is text: on a page, in a terminal, in a pull request.

use std::collections::BTreeSet;

use notte_api_gen::diff::{Format, Report, escape};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{document, report};

/// Strings that end something, begin something, or turn something round.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'--><!--",
    "</pre></style><style>",
    "&lt;b&gt;&amp;",
    "]]>",
    "\u{202e}evil\u{2066}",
    "\u{0}\u{7}\u{1b}[31mred\u{1b}]8;;http://x\u{7}",
    "line\nline\r\nline\u{2028}line",
    "```\n# title\n<img src=x>",
    "`code` **bold** [link](javascript:x)",
    "::error::x%0A",
    "javascript:alert(1)",
    "{{7*7}}",
];

fn assert_text(escaped: &str) {
    assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped:?}");
    assert!(!escaped.chars().any(|c| c != '\n' && c.is_control()), "{escaped:?}");
    assert!(!escaped.contains(['\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}']), "{escaped:?}");
    for (start, _) in escaped.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
        assert!(known.iter().any(|entity| escaped[start..].starts_with(entity)), "{escaped:?}");
    }
}

proptest! {
    #[test]
    fn escaped_text_is_text(text in any::<String>(), hostile in prop::sample::select(HOSTILE)) {
        assert_text(&escape(&text));
        assert_text(&escape(&format!("{text}{hostile}{text}")));
    }
}

/// Documents with hostile strings in every name and value that a report may repeat.
fn hostile_report() -> Report {
    let mut properties = json!({});
    let mut values = Vec::new();
    for text in HOSTILE {
        properties[*text] = json!({ "type": "string", "default": text, "title": text, "description": text });
        values.push(*text);
    }
    let side = |properties: &Value, values: &[&str], meta: &str| {
        document(&json!({
            "answered": { "type": "object", "properties": properties },
            "operation": { "x-meta": meta, "parameters": [{ "name": "kind", "in": "query",
                "schema": { "type": "string", "enum": values } }] },
            "schemas": { meta: { "type": "object" } },
        }))
    };
    let empty = json!({});
    let mut report = report(&side(&empty, &["one"], "plain"), &side(&properties, &values, HOSTILE[0]));
    report.new.name = HOSTILE.concat();
    report.new.title = HOSTILE.concat();
    report
}

#[test]
fn a_page_holds_no_tag_but_its_own() {
    let page = hostile_report().write(Format::Html, ["old", "new"]);
    let tags: BTreeSet<String> = page
        .split('<')
        .skip(1)
        .map(|rest| rest.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect())
        .collect();
    let known = [
        "", "code", "details", "div", "h1", "html", "input", "label", "li", "main", "meta", "p", "pre", "small",
        "span", "style", "summary", "table", "td", "th", "title", "tr", "ul",
    ];
    let foreign: Vec<&String> = tags.iter().filter(|tag| !known.contains(&tag.as_str())).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert_eq!(page.matches("<style>").count(), 1);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn no_report_has_a_character_that_a_terminal_obeys_or_a_line_that_a_document_wrote() {
    let report = hostile_report();
    for format in [Format::Digest, Format::Text, Format::Markdown] {
        let text = report.write(format, ["old", "new"]);
        assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{format:?}: {text:?}");
        assert!(!text.contains(['\u{202e}', '\u{2066}']), "{format:?}");
        for line in text.lines() {
            assert!(!["# title", "::error", "line"].iter().any(|start| line.starts_with(start)), "{format:?}: {line}");
        }
    }
}

#[test]
fn markdown_keeps_what_a_document_says_in_code() {
    let text = hostile_report().write(Format::Markdown, ["old", "new"]);
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let outside: String = line.split('`').step_by(2).collect();
        if !fenced {
            assert!(!outside.contains("<script") && !outside.contains("<img") && !outside.contains("](java"), "{line}");
        }
    }
}

#[test]
fn a_digest_fits_on_a_page_however_much_changed() {
    let api = |word: &str, kind: &str, count: usize| {
        let mut paths = json!({});
        let mut schemas = json!({});
        for n in 0..count {
            let name = format!("Thing{n}");
            schemas[&name] = json!({ "type": "object", "required": ["a"], "properties": { "a": { "type": kind }, word: { "type": "string" } } });
            paths[format!("/{n}/things")] = json!({ "get": { "operationId": format!("get_{n}"), "responses": { "200": {
                "description": "done", "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } } } } } });
        }
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": paths, "components": { "schemas": schemas } })
    };
    let report = report(&api("flow", "string", 60), &api("task", "integer", 70));
    let digest = report.write(Format::Digest, ["old", "new"]);
    assert!(digest.lines().count() <= 60, "{}:\n{digest}", digest.lines().count());
    let lines: Vec<&str> = digest.lines().collect();
    assert!(lines[1].starts_with("BREAKING") && lines[2].starts_with("Release"), "{digest}");
    assert!(digest.contains(" more, of ") && digest.contains("New operations"), "{digest}");
}
