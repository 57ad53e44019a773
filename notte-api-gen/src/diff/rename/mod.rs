//! Recognises what was renamed: operations, path prefixes, components, properties and enum values, by what they look like.

pub(super) mod fields;
pub(super) mod operations;
mod schemas;
pub(super) mod words;

use std::collections::BTreeMap;

use serde_json::Value;

use self::operations::Pair;
use self::words::Words;
use crate::model::object;

/// What belongs together in two documents, whatever it is called.
#[derive(Debug, Default)]
pub(super) struct Renames {
    /// Operations that are one.
    pub(super) operations: Vec<Pair>,
    /// Components that have another name: from the old one to the new. Several that became one have the same new name.
    pub(super) schemas: BTreeMap<String, String>,
    /// Components of NEW that were one in OLD, and look the same: from each to the one that took its place.
    pub(super) split: BTreeMap<String, String>,
    /// Words that took the place of others.
    pub(super) words: Words,
}

/// Finds everything that was renamed.
pub(super) fn find(old: &Value, new: &Value) -> Renames {
    let (operations, words) = operations::pairs(old, new);
    let (schemas, split) = schemas::pairs(old, new, &operations, &words);
    Renames { operations, schemas, split, words }
}

/// A document that calls its components what NEW calls them.
pub(super) fn renamed(document: &Value, schemas: &BTreeMap<String, String>) -> Value {
    let mut document = document.clone();
    if schemas.is_empty() {
        return document;
    }
    let components = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    if let Some(components) = components {
        let all = std::mem::take(components);
        components.extend(all.into_iter().map(|(name, schema)| (schemas.get(&name).cloned().unwrap_or(name), schema)));
    }
    refer(&mut document, schemas);
    document
}

fn refer(value: &mut Value, schemas: &BTreeMap<String, String>) {
    const PREFIX: &str = "#/components/schemas/";
    match value {
        Value::String(text) => {
            if let Some(new) = text.strip_prefix(PREFIX).and_then(|name| schemas.get(name)) {
                *text = format!("{PREFIX}{new}");
            }
        }
        Value::Object(map) => map.values_mut().for_each(|value| refer(value, schemas)),
        Value::Array(items) => items.iter_mut().for_each(|value| refer(value, schemas)),
        _ => {}
    }
}

/// The best pairs of two lists, each element in one at most. The same pairs come out with the lists exchanged.
fn best(olds: &[&str], news: &[&str], score: impl Fn(usize, usize) -> Option<f64>) -> Vec<(usize, usize)> {
    let mut scored = Vec::new();
    for old in 0..olds.len() {
        for new in 0..news.len() {
            if let Some(score) = score(old, new) {
                scored.push((score, old, new));
            }
        }
    }
    let names = |old: usize, new: usize| {
        let (a, b) = (olds[old], news[new]);
        if a < b { (a, b) } else { (b, a) }
    };
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| names(a.1, a.2).cmp(&names(b.1, b.2))));
    let (mut old_taken, mut new_taken) = (vec![false; olds.len()], vec![false; news.len()]);
    scored.retain(|(_, old, new)| {
        let free = !old_taken[*old] && !new_taken[*new];
        if free {
            (old_taken[*old], new_taken[*new]) = (true, true);
        }
        free
    });
    scored.into_iter().map(|(_, old, new)| (old, new)).collect()
}

/// The share of what two sorted lists have in common.
fn overlap(a: &[String], b: &[String]) -> f64 {
    let (mut left, mut right, mut common) = (a.iter().peekable(), b.iter().peekable(), 0_usize);
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                common += 1;
                left.next();
                right.next();
            }
        }
    }
    let all = a.len() + b.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

/// The component of this name.
fn component<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    document.get("components")?.get("schemas")?.get(name)
}

/// The names of a schema's properties, seen through references, lists and `allOf`.
fn property_names(document: &Value, schema: &Value, depth: usize) -> Vec<String> {
    if depth == 0 {
        return Vec::new();
    }
    let inner = |schema: &Value| property_names(document, schema, depth - 1);
    if let Some(target) = crate::model::reference(schema).and_then(|name| component(document, name)) {
        return inner(target);
    }
    let mut names: Vec<String> = object(schema.get("properties")).map(|(name, _)| name.clone()).collect();
    for key in ["allOf", "oneOf", "anyOf"] {
        for member in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
            names.extend(inner(member));
        }
    }
    names.extend(schema.get("items").map(inner).unwrap_or_default());
    names
}
