//! Text of a document stays text: whatever it says, the generated code is the same but for literals and docs.

use std::collections::BTreeMap;

use notte_api_gen::{File, Input, Options, Severity, generate, lint};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use serde_json::{Value, json};

const OPTIONS: Options = Options { effect_required: false, strict: true };

/// What might end a comment, a literal or a doc comment, and shows.
const MARKS: &str = "*/ \"# #![x] // ``` ~~~ ` `` <script>y</script> [Vec] {} { \\ ' \" | \\n";

/// What does so and is not seen.
const HIDDEN: [&str; 9] = ["\n", "\r", "\u{b}", "\u{85}", "\u{2028}", "\u{2029}", "\u{202e}", "\u{2066}", "\0"];

/// A document with one of everything that has a name.
fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Title", "version": "1", "description": "About" },
        "servers": [{ "url": "https://a.example", "description": "One" }],
        "tags": [{ "name": "things", "description": "Tagged" }],
        "security": [{ "key": [] }],
        "paths": {
            "/things/{thing_id}": {
                "post": {
                    "operationId": "thing_set",
                    "tags": ["things"],
                    "summary": "Sets", "description": "Sets it. Then more",
                    "parameters": [
                        { "name": "thing_id", "in": "path", "required": true, "schema": { "type": "string" } },
                        { "name": "a-query", "in": "query", "description": "Asks", "schema": { "type": "string", "default": "d" } },
                        { "name": "X-Header", "in": "header", "schema": { "type": "string" } },
                    ],
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
                    "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } },
                },
            },
            "/upload": {
                "post": {
                    "operationId": "upload",
                    "requestBody": { "content": { "multipart/form-data": { "schema": {
                        "type": "object",
                        "properties": { "a-file": { "type": "string", "format": "binary" }, "a-text": { "type": "string", "description": "Text" } },
                        "required": ["a-file"],
                    } } } },
                    "responses": { "204": { "description": "Done" } },
                },
            },
        },
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "Thing": {
                    "type": "object", "title": "Thing", "description": "A thing", "required": ["a-name"],
                    "properties": {
                        "a-name": { "type": "string", "description": "Named", "pattern": "^a$", "example": "a" },
                        "a-kind": { "type": "string", "enum": ["first-kind", "second-kind"], "default": "first-kind" },
                        "a-shape": { "oneOf": [{ "$ref": "#/components/schemas/Round" }, { "$ref": "#/components/schemas/Flat" }],
                            "discriminator": { "propertyName": "a-type", "mapping": { "round-one": "#/components/schemas/Round", "flat-one": "#/components/schemas/Flat" } } },
                        "a-map": { "type": "object", "additionalProperties": { "type": "integer" }, "x-note": "own" },
                    },
                },
                "Round": { "type": "object", "properties": { "a-type": { "type": "string" }, "a-size": { "type": "integer", "maximum": 3 } } },
                "Flat": { "type": "object", "description": "Flat", "properties": { "a-type": { "type": "string" } } },
            },
        },
    })
}

/// The document with `change` made to the string or key of this number; `None` past the last.
fn changed(document: &Value, number: usize, change: &dyn Fn(&str) -> String) -> Option<Value> {
    let mut seen = 0;
    let value = map(document, &mut |text| {
        seen += 1;
        if seen == number + 1 { change(text) } else { text.to_owned() }
    });
    (number < seen).then_some(value)
}

fn map(value: &Value, change: &mut dyn FnMut(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(list) => list.iter().map(|value| map(value, change)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (change(key), map(value, change))).collect(),
        other => other.clone(),
    }
}

fn generated(document: &Value) -> Option<Vec<File>> {
    let text = document.to_string();
    let input = Input { name: "hostile", bytes: text.as_bytes() };
    generate(input, &[], OPTIONS).ok().map(|generation| generation.files)
}

/// What a reader of the code sees of it when neither literals nor docs have a meaning.
fn skeleton(files: &[File]) -> BTreeMap<&str, Vec<String>> {
    let rust = files.iter().filter(|file| file.path.ends_with(".rs"));
    rust.map(|file| {
        let tokens: TokenStream = file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
        let mut out = Vec::new();
        flatten(tokens, &mut out);
        (file.path.as_str(), out)
    })
    .collect()
}

fn flatten(tokens: TokenStream, out: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                let inner = matches!(tokens.peek(), Some(TokenTree::Punct(bang)) if bang.as_char() == '!');
                let bang = inner.then(|| tokens.next());
                match tokens.next() {
                    Some(TokenTree::Group(group)) if group.stream().to_string().starts_with("doc =") => {}
                    Some(other) => {
                        out.push(format!("#{}", if bang.is_some() { "!" } else { "" }));
                        flatten(other.into(), out);
                    }
                    None => {}
                }
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                out.push(open.to_owned());
                flatten(group.stream(), out);
                trailing_comma(out);
                out.push(close.to_owned());
            }
            TokenTree::Literal(_) => out.push("LITERAL".to_owned()),
            other => {
                if other.to_string() == ">" {
                    trailing_comma(out);
                }
                out.push(other.to_string());
            }
        }
    }
}

/// A list that takes several lines ends with a comma.
fn trailing_comma(out: &mut Vec<String>) {
    if out.last().is_some_and(|last| last == ",") {
        out.pop();
    }
}

/// Marks that mean nothing, where those of the hostile text stand.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect()
}

#[test]
fn hostile_text_changes_nothing_but_literals_and_docs() {
    let original = document();
    assert!(generated(&original).is_some(), "the document as it is");
    let mut compared = 0;
    let mut number = 0;
    while let Some(hostile) = changed(&original, number, &|text| format!("{text} {MARKS}")) {
        let twin = changed(&original, number, &|text| format!("{text}-{}", harmless(MARKS))).unwrap();
        if let (Some(hostile), Some(twin)) = (generated(&hostile), generated(&twin)) {
            compared += 1;
            let (hostile, twin) = (skeleton(&hostile), skeleton(&twin));
            assert!(hostile.keys().eq(twin.keys()), "at string {number} the files are {:?}", hostile.keys());
            for (path, tokens) in &hostile {
                let difference = tokens.iter().zip(&twin[path]).position(|(a, b)| a != b);
                if difference.is_some() || tokens.len() != twin[path].len() {
                    let at = difference.unwrap_or_default().saturating_sub(10);
                    let end =
                        |tokens: &Vec<String>| tokens[at..].iter().take(30).cloned().collect::<Vec<_>>().join(" ");
                    panic!("string {number}, {path}:\n{}\n{}", end(tokens), end(&twin[path]));
                }
            }
        }
        number += 1;
    }
    assert!(compared > 100, "{compared} of {number} strings were compared");
}

#[test]
fn a_hidden_character_is_refused_or_only_shown() {
    let original = document();
    let mut refused = 0;
    for hidden in HIDDEN {
        let mut number = 0;
        while let Some(hostile) = changed(&original, number, &|text| format!("{text}{hidden}}} #[test] fn x() {{")) {
            number += 1;
            let text = hostile.to_string();
            let found = lint(Input { name: "hostile", bytes: text.as_bytes() }, &[], OPTIONS);
            let error = |findings: Vec<notte_api_gen::Finding>| {
                findings.iter().any(|finding| finding.severity == Severity::Error)
            };
            if found.map_or(true, error) {
                refused += 1;
                continue;
            }
            // One generation each would take minutes: prose is the same to every stage whatever it says.
            if hidden != "\n" {
                continue;
            }
            let files = generated(&hostile).unwrap_or_default();
            for (path, tokens) in skeleton(&files) {
                assert!(!tokens.windows(2).any(|pair| pair == ["fn", "x"]), "{path} has the function");
            }
        }
    }
    assert!(refused > 300, "{refused}");
}

/// Every string of the document that is only shown, made a hundred kilobytes of everything.
#[test]
fn descriptions_hold_no_doctest() {
    let mut document = document();
    let blocks = "```\nfn main() {}\n```\n\n    indented();\n\n~~~rust\nx\n~~~\n- ```python\n  print()\n  ```\n> ```\n";
    let prose = format!("{}{}\u{202e}\0\r\n```", blocks.repeat(900), HIDDEN.concat());
    for at in [
        "/info/description",
        "/tags/0/description",
        "/components/schemas/Thing/description",
        "/components/schemas/Thing/properties/a-name/description",
        "/components/schemas/Thing/properties/a-kind/default",
        "/paths/~1things~1{thing_id}/post/description",
        "/paths/~1things~1{thing_id}/post/parameters/1/description",
        "/paths/~1upload/post/requestBody/content/multipart~1form-data/schema/properties/a-text/description",
    ] {
        *document.pointer_mut(at).unwrap() = prose.clone().into();
    }
    let files = generated(&document).expect("prose refuses nothing");
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        assert!(!file.text.contains(['\0', '\r', '\u{202e}', '\u{2028}', '\u{85}']), "{}", file.path);
        let mut docs = String::new();
        for line in file.text.lines().chain([""]) {
            match line.trim_start().strip_prefix("///").or(line.trim_start().strip_prefix("//!")) {
                Some(doc) => docs.extend([doc.strip_prefix(' ').unwrap_or(doc), "\n"]),
                None => {
                    for event in Parser::new(&std::mem::take(&mut docs)) {
                        if let Event::Start(Tag::CodeBlock(kind)) = event {
                            assert_eq!(kind, CodeBlockKind::Fenced("text".into()), "{}", file.path);
                        }
                    }
                }
            }
        }
    }
}
