//! A change: which rule, where, what it was and is, and what it means.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::place::{Key, Place};
use super::rule::Rule;

/// Whether something is affected, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The wire breaks, callers break, or something behaves differently.
    pub affected: bool,
    /// One line.
    pub reason: String,
}

impl Verdict {
    pub(super) fn yes(reason: impl Into<String>) -> Self {
        Self { affected: true, reason: reason.into() }
    }

    pub(super) fn no(reason: impl Into<String>) -> Self {
        Self { affected: false, reason: reason.into() }
    }
}

/// What became of a public item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It came.
    Added,
    /// It went.
    Removed,
    /// It has another signature.
    Changed,
    /// It has another path.
    Renamed,
}

/// A public item of the generated crate that a change touches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// What became of it.
    pub fate: Fate,
    /// Its path, `notte_api::types::SessionResponse::closed_at`; of one that was renamed, the old one.
    pub path: String,
    /// Its path in NEW, when that is another.
    pub new_path: Option<String>,
    /// Its signature in OLD.
    pub old: Option<String>,
    /// Its signature in NEW.
    pub new: Option<String>,
}

impl Item {
    /// Whether source that uses it no longer builds.
    pub fn breaks(&self) -> bool {
        self.fate != Fate::Added
    }
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The file.
    pub file: String,
    /// The line in it, counted from 1.
    pub line: usize,
    /// The item it may use.
    pub item: String,
}

/// One change between two documents.
#[derive(Debug, Clone)]
pub struct Change {
    /// What kind of change it is.
    pub rule: &'static Rule,
    /// Where, for people: `SessionResponse.closed_at`, `session_start: response 200`.
    pub place: String,
    /// Where in OLD and NEW, as JSON pointers into the normalised documents.
    pub pointers: [String; 2],
    /// The value in OLD; prose is left out.
    pub old: Option<Value>,
    /// The value in NEW; prose is left out.
    pub new: Option<Value>,
    /// Whether a client built from OLD still talks to a server of NEW.
    pub wire: Verdict,
    /// Whether source written against the old crate still builds against the new.
    pub compile: Verdict,
    /// Whether something behaves differently.
    pub behaviour: Verdict,
    /// The public items it touches.
    pub items: Vec<Item>,
    /// An alias that keeps callers building for a while.
    pub alias: Option<String>,
    /// Lines that may use what it touches.
    pub lines: Vec<Line>,
    /// Twelve hex digits that are the same whenever this change is found.
    pub fingerprint: String,
    /// The Rust names of the place.
    pub(super) keys: Vec<Key>,
    /// What it is about, where several places are about the same: the union in them.
    pub(super) subject: Option<String>,
}

impl Change {
    pub(super) fn new(
        rule: &'static Rule,
        at: &Place,
        old: Option<&Value>,
        new: Option<&Value>,
        wire: Verdict,
    ) -> Self {
        let place = at.text().to_owned();
        let fingerprint = fingerprint([rule.id, &place, &json(old), &json(new)]);
        let (old, new) = shown(rule, old, new);
        let behaviour = match rule.behaviour {
            Some(why) => Verdict::yes(why),
            None => Verdict::no("calls and answers mean the same"),
        };
        Self {
            rule,
            place,
            pointers: [at.pointer[0].to_string(), at.pointer[1].to_string()],
            old,
            new,
            wire,
            compile: Verdict::no("not looked at: no crates were generated"),
            behaviour,
            items: Vec::new(),
            alias: None,
            lines: Vec::new(),
            fingerprint,
            keys: vec![at.key.clone()],
            subject: None,
        }
    }

    /// Whether no rule knows it.
    pub fn is_unhandled(&self) -> bool {
        self.rule.id == "unhandled"
    }
}

fn json(value: Option<&Value>) -> String {
    value.map(Value::to_string).unwrap_or_default()
}

/// Twelve hex digits of a text in parts.
pub(super) fn fingerprint(parts: [&str; 4]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Two values as they are reported: without the texts in them, unless those are what differs.
fn shown(rule: &Rule, old: Option<&Value>, new: Option<&Value>) -> (Option<Value>, Option<Value>) {
    if rule.family == "descriptions" {
        let length = |value: &Value| match value {
            Value::String(text) => format!("{} characters", text.chars().count()).into(),
            _ => "not shown".into(),
        };
        return (old.map(length), new.map(length));
    }
    match (old.map(bare), new.map(bare)) {
        (was, is) if was == is => (old.cloned(), new.cloned()),
        shown => shown,
    }
}

/// A value without the prose in it.
pub(super) fn bare(value: &Value) -> Value {
    const PROSE: [&str; 6] = ["description", "title", "summary", "example", "examples", "externalDocs"];
    match value {
        Value::Object(map) => {
            // A property may be called like a keyword: then it holds a schema.
            let prose = |key: &str, value: &Value| PROSE.contains(&key) && !value.is_object();
            let kept = map.iter().filter(|(key, value)| !prose(key, value));
            Value::Object(kept.map(|(key, value)| (key.clone(), bare(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}
