//! Components that have another name: they look alike, are called alike, and stand where the old one stood.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::operations::Pair;
use super::words::Words;
use super::{best, component, overlap};
use crate::diff::change::bare;
use crate::diff::rules::types::flat;
use crate::diff::uses;
use crate::model::{object, reference};

/// Old names of components beside new ones.
type Pairs = BTreeMap<String, String>;

/// Finds the components that were renamed, and those of NEW that look like one that was.
pub(super) fn pairs(old: &Value, new: &Value, operations: &[Pair], words: &Words) -> (Pairs, Pairs) {
    let names = |document: &'_ Value| -> BTreeSet<String> {
        object(document.pointer("/components/schemas")).map(|(name, _)| name.clone()).collect()
    };
    let (old_names, new_names) = (names(old), names(new));
    // What the other document still refers to, or did already, was not renamed: the reference leads nowhere.
    let (mut old_references, mut new_references) = (BTreeSet::new(), BTreeSet::new());
    uses::references(old, &mut old_references);
    uses::references(new, &mut new_references);
    let gone = old_names.difference(&new_names).map(String::as_str).filter(|name| !new_references.contains(name));
    let come = new_names.difference(&old_names).map(String::as_str).filter(|name| !old_references.contains(name));
    let (gone, come): (Vec<&str>, Vec<&str>) = (gone.collect(), come.collect());
    if gone.is_empty() || come.is_empty() {
        return Default::default();
    }
    let votes = Votes::count(old, new, operations, &old_names.intersection(&new_names).cloned().collect::<Vec<_>>());
    let old_looks: Vec<Vec<String>> = gone.iter().map(|name| look(old, name, words)).collect();
    let new_looks: Vec<Vec<String>> = come.iter().map(|name| look(new, name, words)).collect();
    let old_words: Vec<Vec<String>> = gone.iter().map(|name| words.of(name)).collect();
    let new_words: Vec<Vec<String>> = come.iter().map(|name| words.of(name)).collect();
    let score = |a: usize, b: usize| {
        let shape = overlap(&old_looks[a], &new_looks[b]);
        let name = overlap(&old_words[a], &new_words[b]);
        let placed = votes.pairs.contains(&(gone[a], come[b]));
        let alike = shape >= 0.6 && (name >= 0.3 || placed);
        let moved = placed && shape >= 0.3 && name >= 0.3;
        let namesake = name >= 0.6 && shape >= 0.5;
        (alike || moved || namesake).then_some(shape + name + if placed { 1.0 } else { 0.0 })
    };
    let found = best(&gone, &come, score);
    let (mut renamed, mut split) = (Pairs::new(), Pairs::new());
    for (a, b) in found {
        let (was, is) = (gone[a], come[b]);
        renamed.insert(was.to_owned(), is.to_owned());
        // One became several of one shape, or several of one shape became one.
        for other in come.iter().filter(|other| **other != is && votes.pairs.contains(&(was, **other))) {
            if alike(new, is, other, &mut BTreeSet::new()) {
                split.insert((*other).to_owned(), is.to_owned());
            }
        }
        for other in gone.iter().filter(|other| **other != was && votes.pairs.contains(&(**other, is))) {
            if alike(old, was, other, &mut BTreeSet::new()) {
                renamed.insert((*other).to_owned(), is.to_owned());
            }
        }
    }
    (renamed, split)
}

/// Whether two components are of one shape, and so is whatever they refer to.
fn alike<'a>(document: &'a Value, a: &'a str, b: &'a str, met: &mut BTreeSet<(&'a str, &'a str)>) -> bool {
    if a == b || !met.insert((a, b)) {
        return true;
    }
    let (Some(a), Some(b)) = (component(document, a), component(document, b)) else { return false };
    if bare(&nameless(a)) != bare(&nameless(b)) {
        return false;
    }
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    referred(a, &mut of_a);
    referred(b, &mut of_b);
    of_a.len() == of_b.len() && of_a.into_iter().zip(of_b).all(|(a, b)| alike(document, a, b, met))
}

/// A schema in which all references are alike.
fn nameless(schema: &Value) -> Value {
    match schema {
        _ if reference(schema).is_some() => Value::Null,
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), nameless(value))).collect(),
        Value::Array(items) => items.iter().map(nameless).collect(),
        other => other.clone(),
    }
}

/// The components that a schema refers to, in its order.
fn referred<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    match schema {
        _ if reference(schema).is_some() => found.extend(reference(schema)),
        Value::Object(map) => map.values().for_each(|value| referred(value, found)),
        Value::Array(items) => items.iter().for_each(|value| referred(value, found)),
        _ => {}
    }
}

/// What a component looks like: its kind, properties and values, a line each, sorted.
fn look(document: &Value, name: &str, words: &Words) -> Vec<String> {
    let schema = component(document, name).map(flat).unwrap_or_default();
    let mut look = Vec::new();
    for (name, property) in object(schema.get("properties")) {
        look.push(format!("property {}", words.in_order(name).join("_")));
        // What a property refers to may have been renamed as well.
        let kind = property.get("type").and_then(Value::as_str).unwrap_or("other");
        look.push(format!("property {} {kind}", words.in_order(name).join("_")));
    }
    for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
        look.push(format!("value {value}"));
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for member in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
            look.push(format!("{key} {}", words.in_order(reference(member).unwrap_or("inline")).join("_")));
        }
    }
    if look.is_empty() {
        look.push(format!("kind {}", schema.get("type").cloned().unwrap_or_default()));
    }
    look.sort();
    look
}

/// Pairs of components that stand in the same place of both documents.
#[derive(Debug, Default)]
struct Votes<'a> {
    pairs: BTreeSet<(&'a str, &'a str)>,
    /// Those that were not looked into yet.
    todo: Vec<(&'a str, &'a str)>,
}

impl<'a> Votes<'a> {
    fn count(old: &'a Value, new: &'a Value, operations: &[Pair], shared: &[String]) -> Self {
        let mut votes = Self::default();
        for pair in operations {
            if let (Some(old_spot), Some(new_spot)) = (&pair.old, &pair.new)
                && let (Some(old), Some(new)) = (old_spot.operation(old), new_spot.operation(new))
            {
                votes.walk(old, new);
            }
        }
        for name in shared {
            votes.components(old, new, name, name);
        }
        // What stands in the same place in two components that stand in the same place does so too.
        while let Some((old_name, new_name)) = votes.todo.pop() {
            votes.components(old, new, old_name, new_name);
        }
        votes
    }

    fn components(&mut self, old: &'a Value, new: &'a Value, old_name: &str, new_name: &str) {
        if let (Some(old), Some(new)) = (component(old, old_name), component(new, new_name)) {
            self.walk(old, new);
        }
    }

    fn walk(&mut self, old: &'a Value, new: &'a Value) {
        let (old, new) = (alone(old), alone(new));
        if let (Some(old), Some(new)) = (reference(old), reference(new)) {
            if old != new && self.pairs.insert((old, new)) {
                self.todo.push((old, new));
            }
            return;
        }
        for (key, value) in object(Some(old)) {
            match (value, new.get(key)) {
                (Value::Object(_), Some(other @ Value::Object(_))) => self.walk(value, other),
                (Value::Array(olds), Some(Value::Array(news))) => {
                    olds.iter().zip(news).for_each(|(old, new)| self.walk(old, new));
                }
                _ => {}
            }
        }
    }
}

/// What a lone `allOf` is around.
fn alone(schema: &Value) -> &Value {
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => alone(only),
        _ => schema,
    }
}
