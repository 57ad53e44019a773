//! Reads a document: YAML or JSON, OpenAPI 3.0 or 3.1, everything else a clear error.

mod tree;

use std::cell::Cell;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use self::tree::Tree;
use crate::Error;

/// Which OpenAPI a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// OpenAPI 3.0.x
    V30,
    /// OpenAPI 3.1.x
    V31,
}

/// A document as it was read: nothing in `value` has been changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The whole document; keys that YAML does not write as strings are strings here.
    pub value: Value,
    /// The OpenAPI version it says it is.
    pub dialect: Dialect,
    /// SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
    /// The name it was loaded under, for messages.
    pub name: String,
}

/// Reads a document from its bytes; `name` is what errors call it.
///
/// # Errors
/// When the bytes are no OpenAPI 3.0 or 3.1 document that can be read to its end. The error says where and what to do.
pub fn load(bytes: &[u8], name: &str) -> Result<Document, Error> {
    let text = text(bytes).map_err(|error| error.at(name))?;
    let value = parse(text, name)?;
    let dialect = dialect(&value).map_err(|error| error.at(name))?;
    Ok(Document { value, dialect, sha256: hex(&Sha256::digest(bytes)), name: name.to_owned() })
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(bytes: &[u8]) -> Result<&str, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::new(format!("not UTF-8 text at byte {}", error.valid_up_to()))
            .help("save the document as UTF-8, unpacked")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.trim_start();
    if start.is_empty() {
        return Err(Error::new("the document is empty").help("was the download cut off?"));
    }
    if start.starts_with('<') {
        return Err(Error::new("this is HTML or XML, not an OpenAPI document")
            .help("take the address of the JSON or YAML itself, often /openapi.json"));
    }
    Ok(text)
}

/// JSON is told from YAML by its first two tokens: `{"` and `{}` begin no YAML that anybody writes.
fn is_json(text: &str) -> bool {
    text.trim_start().strip_prefix('{').is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.is_empty() || rest.starts_with(['"', '}'])
    })
}

fn parse(text: &str, name: &str) -> Result<Value, Error> {
    // What is read takes about as many bytes as it is written in; only aliases make more of them.
    const SMALL: usize = 256 * 1024;
    let budget = Cell::new(text.len().saturating_mul(2).saturating_add(SMALL));
    let seed = Tree { budget: &budget, yaml: !is_json(text) };
    if seed.yaml {
        if let Some(place) = absurd_brackets(text) {
            return Err(syntax("YAML", "recursion limit", Some(place), name));
        }
        seed.deserialize(yaml_serde::Deserializer::from_str(text)).map_err(|error| {
            let place = error.location().map(|at| (at.line(), at.column()));
            syntax("YAML", &error.to_string(), place, name)
        })
    } else {
        let mut reader = serde_json::Deserializer::from_str(text);
        seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value)).map_err(|error| {
            let place = Some((error.line(), error.column()));
            syntax("JSON", &error.to_string(), place, name)
        })
    }
}

/// Where more brackets are open than any document has. The YAML parser reads to the end before it looks at the depth, and its
/// time grows with the square of it.
fn absurd_brackets(text: &str) -> Option<(usize, usize)> {
    // High enough for brackets in texts that nobody closes, as in "[0, 1)".
    const LIMIT: usize = 4096;
    let mut open = 0_usize;
    for (index, line) in text.lines().enumerate() {
        for (column, byte) in line.bytes().enumerate() {
            match byte {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open > LIMIT {
                return Some((index + 1, column + 1));
            }
        }
    }
    None
}

fn syntax(format: &str, message: &str, place: Option<(usize, usize)>, name: &str) -> Error {
    let place = place.map_or_else(|| name.to_owned(), |(line, column)| format!("{name}:{line}:{column}"));
    // Both parsers repeat the place at the end of their message.
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    if message.contains("recursion limit") {
        return Error::new("nested deeper than 128 levels")
            .at(place)
            .help("an OpenAPI document is not that deep; is the file damaged?");
    }
    if message.contains("more than one document") {
        return Error::new("the file holds more than one YAML document")
            .at(place)
            .help("keep one, without a second `---` line");
    }
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    Error::new(format!("broken {format}: {message}"))
        .at(place)
        .help("correct the document there; is the file complete?")
}

fn dialect(value: &Value) -> Result<Dialect, Error> {
    let Value::Object(root) = value else {
        return Err(Error::new(format!("the document is {}, not an object", kind(value)))
            .help("an OpenAPI document starts with `openapi: 3.1.0`"));
    };
    let dialect = match root.get("openapi") {
        Some(Value::String(version)) => version_of(version)?,
        Some(other) => {
            return Err(Error::new(format!("`openapi` is {}, not a version in quotes", kind(other)))
                .help("write it as \"3.1.0\""));
        }
        None => return Err(no_version(root)),
    };
    match root.get("paths") {
        Some(Value::Object(_)) => Ok(dialect),
        Some(other) => Err(Error::new(format!("`paths` is {}, not an object", kind(other)))
            .help("its keys are paths such as /items/{id}")),
        None => Err(Error::new("`paths` is missing").help("without it there is no operation")),
    }
}

fn version_of(version: &str) -> Result<Dialect, Error> {
    let mut parts = version.trim().splitn(3, '.');
    match (parts.next(), parts.next()) {
        (Some("3"), Some("0")) => Ok(Dialect::V30),
        (Some("3"), Some("1")) => Ok(Dialect::V31),
        _ => Err(Error::new(format!("OpenAPI version {:?} is not supported", excerpt(version)))
            .help("3.0.x and 3.1.x are; convert the document to one of them")),
    }
}

fn no_version(root: &Map<String, Value>) -> Error {
    match root.get("swagger") {
        Some(version) => {
            let version = version.as_str().map_or("2.0", excerpt);
            Error::new(format!("Swagger {version} (OpenAPI 2.0) is not supported, 3.0.x and 3.1.x are"))
                .help("convert the document, for example with swagger2openapi")
        }
        None => Error::new("there is no `openapi` key, so this is no OpenAPI document")
            .help("its first line would be `openapi: 3.1.0`"),
    }
}

fn excerpt(text: &str) -> &str {
    let text = text.lines().next().unwrap_or_default();
    text.char_indices().nth(20).map_or(text, |(end, _)| &text[..end])
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
