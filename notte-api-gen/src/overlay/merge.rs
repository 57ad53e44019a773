//! Merges an update into the node it targets, and notes what it changed and what stood in the way.

use std::fmt;

use serde_json::{Map, Value};

use super::apply::{Kind, Trouble};
use super::excerpt;
use crate::{Error, Pointer};

const LOOK: &str = "the document changed: look whether the action is still right";

/// What an update did to all the nodes that its target matched.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    changed: bool,
    conflicts: Vec<Trouble>,
    /// Parts of the update that the document has by now, although `x-expect` says otherwise.
    superseded: Vec<Trouble>,
}

impl Outcome {
    /// What is wrong with the action. A stale action is one trouble, however many of its parts are stale.
    pub(super) fn into_troubles(mut self, target: &str) -> Vec<Trouble> {
        if !self.changed && self.conflicts.is_empty() {
            let error =
                Error::new(format!("stale: the update of {target} changes nothing, the document already says this"))
                    .help("delete the action");
            return vec![(Kind::Stale, None, error)];
        }
        self.conflicts.append(&mut self.superseded);
        self.conflicts
    }

    fn conflict(&mut self, at: &Pointer, message: impl fmt::Display, help: &str) {
        let message = format!("conflict: {message}");
        self.conflicts.push((Kind::Conflict, Some(at.clone()), Error::new(message).help(help)));
    }

    fn said(&mut self, at: &Pointer, message: impl fmt::Display) {
        let error = Error::new(format!("stale: {message}")).help("delete this part of the action");
        self.superseded.push((Kind::Said, Some(at.clone()), error));
    }
}

/// Merges `update` into a target: an object is merged key by key, a list gets its items (or the one item) appended.
pub(super) fn merge_into(
    node: &mut Value,
    update: &Value,
    expect: Option<&Value>,
    at: &Pointer,
    outcome: &mut Outcome,
) {
    match (&mut *node, update) {
        (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)) => {
            merge(node, update, expect, at, outcome);
        }
        (Value::Array(_), item) => {
            let items = Value::Array(vec![item.clone()]);
            merge(node, &items, expect, at, outcome);
        }
        (Value::Object(_), other) => outcome.conflict(
            at,
            format!("updates the object at {at} with {}", excerpt(other)),
            "an object is updated with an object",
        ),
        (primitive, _) => outcome.conflict(
            at,
            format!("the target {at} is {}, neither object nor list", excerpt(primitive)),
            "target the object that holds it",
        ),
    }
}

fn merge(node: &mut Value, update: &Value, expect: Option<&Value>, at: &Pointer, outcome: &mut Outcome) {
    match (&mut *node, update) {
        (Value::Object(map), Value::Object(update)) => {
            expect_beside(map, update, expect, at, outcome);
            for (key, new) in update {
                let at = at.child(key);
                let expect = expect.and_then(|expect| expect.get(key));
                match map.get_mut(key) {
                    Some(old) => merge(old, new, expect, &at, outcome),
                    None => {
                        if let Some(expect) = expect {
                            let message = format!("nothing at {at}, where x-expect says {}", excerpt(expect));
                            outcome.conflict(&at, message, LOOK);
                        }
                        map.insert(key.clone(), new.clone());
                        outcome.changed = true;
                    }
                }
            }
        }
        (Value::Array(items), Value::Array(update)) => {
            append(items, update, expect, at, outcome);
        }
        _ => replace(node, update, expect, at, outcome),
    }
}

/// Holds an object against the keys of `x-expect` that the update does not touch: they guard what the action relies on.
fn expect_beside(
    map: &Map<String, Value>,
    update: &Map<String, Value>,
    expect: Option<&Value>,
    at: &Pointer,
    outcome: &mut Outcome,
) {
    let Some(expect) = expect else { return };
    let Value::Object(expect) = expect else {
        let message = format!("an object at {at}, where x-expect says {}", excerpt(expect));
        return outcome.conflict(at, message, LOOK);
    };
    for (key, expected) in expect.iter().filter(|(key, _)| !update.contains_key(*key)) {
        let found = map.get(key);
        if found != Some(expected) {
            let message = format!(
                "{} at {}, where x-expect says {}",
                found.map_or_else(|| "nothing".to_owned(), excerpt),
                at.child(key),
                excerpt(expected)
            );
            outcome.conflict(&at.child(key), message, LOOK);
        }
    }
}

fn append(items: &mut Vec<Value>, update: &[Value], expect: Option<&Value>, at: &Pointer, outcome: &mut Outcome) {
    if let Some(expect) = expect
        && expect.as_array() != Some(items)
    {
        let message = format!("a list of {} at {at}, where x-expect says {}", items.len(), excerpt(expect));
        outcome.conflict(at, message, LOOK);
    }
    for (index, new) in update.iter().enumerate() {
        // No list of an OpenAPI document gains from holding the same item twice: the document caught up.
        if items.contains(new) {
            outcome.said(&at.child(index), format!("the list at {at} already holds {}", excerpt(new)));
        } else {
            items.push(new.clone());
            outcome.changed = true;
        }
    }
}

fn replace(old: &mut Value, new: &Value, expect: Option<&Value>, at: &Pointer, outcome: &mut Outcome) {
    if old == new {
        if expect.is_some_and(|expect| expect != old) {
            outcome.said(at, format!("{at} already is {}", excerpt(new)));
        }
        return;
    }
    match expect {
        Some(expect) if expect == old => {}
        Some(expect) => {
            let message = format!("{} at {at}, where x-expect says {}", excerpt(old), excerpt(expect));
            outcome.conflict(at, message, LOOK);
        }
        None => outcome.conflict(
            at,
            format!("replaces {} at {at} by {} without x-expect", excerpt(old), excerpt(new)),
            "add the value that it replaces as x-expect, at the same place as in `update`",
        ),
    }
    // Done all the same, so that the actions that build on this one are judged on their own.
    *old = new.clone();
    outcome.changed = true;
}
