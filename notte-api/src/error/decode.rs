//! Decodes JSON into a type, or reports where and why it does not match, without repeating any value.

use serde::de::{DeserializeOwned, Deserializer};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::Misfit;
use crate::wire::{reason, strictly};

/// Decodes a whole JSON text.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Misfit> {
    if let Some(Ok(value)) = strictly(|| serde_json::from_slice(text)) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = tracked(&mut deserializer)?;
    deserializer.end().map_err(|error| Misfit { path: None, reason: words(&error) })?;
    Ok(value)
}

/// Returns where and why `value` does not match `T`.
pub(crate) fn misfit<T: DeserializeOwned>(value: &serde_json::Value) -> Misfit {
    tracked::<_, T>(value).err().unwrap_or(Misfit { path: None, reason: String::new() })
}

fn tracked<'de, D, T>(deserializer: D) -> Result<T, Misfit>
where
    D: Deserializer<'de, Error = serde_json::Error>,
    T: DeserializeOwned,
{
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| Misfit { path: path(error.path()), reason: words(error.inner()) })
}

/// Formats a path such as `items[2].status`. The server chooses the keys, so they are truncated and stripped of line
/// breaks.
fn path(path: &Path) -> Option<String> {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.extend(key.chars().filter(|c| !c.is_control()).take(64));
            }
            Segment::Unknown => {}
        }
    }
    (!text.is_empty()).then_some(text)
}

/// serde's messages quote the offending value. These do not.
fn words(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "the JSON ends too early".into(),
        Category::Syntax => format!("no JSON at line {} column {}", error.line(), error.column()),
        Category::Io => "it cannot be read".into(),
        Category::Data => data(&error.to_string()),
    }
}

/// The kinds of value that serde names. Of two with the same beginning, the longer comes first.
const FOUND: [&str; 17] = [
    "boolean",
    "integer",
    "floating point",
    "character",
    "string",
    "byte array",
    "unit value",
    "unit variant",
    "Option value",
    "newtype struct",
    "newtype variant",
    "sequence",
    "map",
    "enum",
    "tuple variant",
    "struct variant",
    "null",
];

fn data(message: &str) -> String {
    for mistake in ["invalid type", "invalid value"] {
        let Some(rest) = message.strip_prefix(mistake).and_then(|rest| rest.strip_prefix(": ")) else {
            continue;
        };
        let found = FOUND.iter().find(|kind| rest.starts_with(*kind)).copied().unwrap_or("another value");
        // The value may contain the same words, so only the text after their last occurrence is serde's.
        let expected = rest.rsplit_once(", expected ").map(|(_, expected)| without_place(expected));
        return match expected {
            Some(expected) if is_plain(expected) => {
                format!("{mistake}: {found}, expected {expected}")
            }
            _ => format!("{mistake}: {found}"),
        };
    }
    for mistake in ["missing field", "duplicate field"] {
        let field = message.strip_prefix(mistake).and_then(|rest| rest.split('`').nth(1));
        if let Some(field) = field.filter(|field| is_plain(field)) {
            return format!("{mistake} `{field}`");
        }
    }
    for mistake in ["unknown variant", "unknown field", "invalid length"] {
        if message.starts_with(mistake) {
            return mistake.into();
        }
    }
    let known = reason::ALL.iter().find(|reason| without_place(message) == **reason);
    known.copied().unwrap_or("it does not fit").into()
}

fn without_place(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message)
}

/// Returns whether this looks like the name of a field or type.
fn is_plain(text: &str) -> bool {
    text.len() <= 80 && text.chars().all(|c| c.is_alphanumeric() || "_- :<>".contains(c))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Page {
        items: Vec<Row>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        id: i64,
        #[serde(default)]
        state: Option<State>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    enum State {
        Open,
    }

    fn misfit_of(text: &str) -> (Option<String>, String) {
        let Misfit { path, reason } = read::<Page>(text.as_bytes()).unwrap_err();
        (path, reason)
    }

    #[test]
    fn the_place_and_the_mistake_are_named_and_the_value_is_not() {
        for (text, path, reason) in [
            (r#"{"items":[{"id":"hunter2"}]}"#, Some("items[0].id"), "invalid type: string, expected i64"),
            (
                r#"{"items":[{"id":"hunter2, expected hunter2"}]}"#,
                Some("items[0].id"),
                "invalid type: string, expected i64",
            ),
            (r#"{"items":[{"id":1.5}]}"#, Some("items[0].id"), "invalid type: floating point, expected i64"),
            (r#"{"items":[{"id":18446744073709551615}]}"#, Some("items[0].id"), "invalid value: integer, expected i64"),
            (r#"{"items":[{"id":1,"state":"hunter2"}]}"#, Some("items[0].state"), "unknown variant"),
            (r#"{"items":[{}]}"#, Some("items[0]"), "missing field `id`"),
            (r#"{"items":[],"hunter2":1}"#, Some("hunter2"), "unknown field"),
            (r#"{"items":[],"items":[]}"#, None, "duplicate field `items`"),
            (r#"{"items":null}"#, Some("items"), "invalid type: null, expected a sequence"),
            ("[]", None, "invalid length"),
            ("{}", None, "missing field `items`"),
            (r#"{"items":[{"id":"#, Some("items[0].id"), "the JSON ends too early"),
            (r#"{"items":[]} hunter2"#, None, "no JSON at line 1 column 14"),
            ("<html>hunter2</html>", None, "no JSON at line 1 column 1"),
        ] {
            let (at, why) = misfit_of(text);
            assert_eq!((at.as_deref(), why.as_str()), (path, reason), "{text}");
        }
    }

    #[test]
    fn words_of_unknown_origin_are_not_repeated() {
        #[derive(Debug)]
        struct Loud;

        impl<'de> Deserialize<'de> for Loud {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Err(serde::de::Error::custom(format!("{text} is wrong")))
            }
        }

        assert_eq!(misfit::<Loud>(&"hunter2".into()).reason, "it does not fit");
        let map = serde_json::json!({"a\nb": "hunter2"});
        let Misfit { path, reason } = misfit::<BTreeMap<String, Loud>>(&map);
        assert_eq!((path.as_deref(), reason.as_str()), (Some("ab"), "it does not fit"));
        assert_eq!(misfit::<crate::wire::Timestamp>(&"hunter2".into()).reason, "not a timestamp");
    }
}
