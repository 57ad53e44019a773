//! Operations that are one: at one place, of one id, or alike with one word for another.

use std::collections::BTreeMap;

use serde_json::Value;

use super::words::{Words, split};
use super::{best, overlap, property_names};
use crate::diff::rules::paths::shape;
use crate::diff::rules::status::is_success;
use crate::model::{METHODS, object, text};

/// Where an operation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::diff) struct Spot {
    /// Lower case.
    pub(in crate::diff) method: String,
    pub(in crate::diff) path: String,
    pub(in crate::diff) id: String,
}

impl Spot {
    /// The operation itself.
    pub(in crate::diff) fn operation<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        document.get("paths")?.get(&self.path)?.get(&self.method)
    }
}

/// An operation in OLD and in NEW; one of them at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::diff) struct Pair {
    pub(in crate::diff) old: Option<Spot>,
    pub(in crate::diff) new: Option<Spot>,
}

/// Pairs every operation of both, and learns which words took the place of others.
pub(super) fn pairs(old: &Value, new: &Value) -> (Vec<Pair>, Words) {
    let (mut olds, mut news) = (spots(old), spots(new));
    let mut pairs = Vec::new();
    let mut take = |olds: &mut Vec<Spot>, news: &mut Vec<Spot>, key: fn(&Spot) -> String| {
        let mut index: BTreeMap<String, Vec<Spot>> = BTreeMap::new();
        for spot in news.drain(..).rev() {
            index.entry(key(&spot)).or_default().push(spot);
        }
        olds.retain(|spot| match index.get_mut(&key(spot)).and_then(Vec::pop) {
            Some(new) => {
                pairs.push(Pair { old: Some(spot.clone()), new: Some(new) });
                false
            }
            None => true,
        });
        news.extend(index.into_values().flatten());
    };
    take(&mut olds, &mut news, |spot| format!("{} {}", spot.method, spot.path));
    take(&mut olds, &mut news, |spot| format!("{} {}", spot.method, shape(&spot.path)));
    take(&mut olds, &mut news, |spot| format!("{} {}", spot.method, shape(&spot.path).trim_end_matches('/')));
    take(&mut olds, &mut news, |spot| spot.id.clone());
    let mut words = Words::default();
    let names = |spots: &[Spot]| spots.iter().map(|spot| format!("{} {}", spot.path, spot.method)).collect::<Vec<_>>();
    let (old_names, new_names) = (names(&olds), names(&news));
    let (old_refs, new_refs): (Vec<&str>, Vec<&str>) =
        (old_names.iter().map(String::as_str).collect(), new_names.iter().map(String::as_str).collect());
    let segments = |spots: &[Spot]| spots.iter().map(|spot| segments(&spot.path)).collect::<Vec<_>>();
    let (old_segments, new_segments) = (segments(&olds), segments(&news));
    let exchanged = |a: usize, b: usize| exchanged(&old_segments[a], &new_segments[b]);
    let found = best(&old_refs, &new_refs, |a, b| {
        let same_method = olds[a].method == news[b].method;
        likeness((old, &olds[a]), (new, &news[b]), &same_method.then(|| exchanged(a, b)).flatten()?)
    });
    for (a, b) in &found {
        for (word, other) in exchanged(*a, *b).unwrap_or_default() {
            words.exchange(&word, &other);
        }
        pairs.push(Pair { old: Some(olds[*a].clone()), new: Some(news[*b].clone()) });
    }
    let left = |spots: Vec<Spot>, taken: Vec<usize>| {
        spots.into_iter().enumerate().filter(move |(index, _)| !taken.contains(index)).map(|(_, spot)| spot)
    };
    pairs.extend(left(olds, found.iter().map(|pair| pair.0).collect()).map(|spot| Pair { old: Some(spot), new: None }));
    pairs.extend(left(news, found.iter().map(|pair| pair.1).collect()).map(|spot| Pair { old: None, new: Some(spot) }));
    (pairs, words)
}

fn spots(document: &Value) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (path, item) in object(document.get("paths")) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let id = text(operation, "operationId").unwrap_or_else(|| format!("{method} {path}"));
                spots.push(Spot { method: method.to_owned(), path: path.clone(), id });
            }
        }
    }
    spots
}

/// How alike two operations are that share neither place nor id.
fn likeness(
    (old_document, old): (&Value, &Spot),
    (new_document, new): (&Value, &Spot),
    exchanged: &[(String, String)],
) -> Option<f64> {
    let mut words = Words::default();
    for (word, other) in exchanged {
        words.exchange(word, other);
    }
    let ids = words.likeness(&old.id, &new.id);
    let parts = overlap(&parts(old_document, old, &words), &parts(new_document, new, &words));
    // One word for another, and nearly the same name: or less alike in name, and in what is sent and answered.
    (ids >= 0.5 && (parts >= 0.5 || ids >= 0.99)).then_some(ids + parts)
}

/// A part of a path: its words, and whether it is a variable.
type Segment = (bool, Vec<String>);

fn segments(path: &str) -> Vec<Segment> {
    path.split('/').map(|segment| (segment.starts_with('{'), split(segment))).collect()
}

/// The words that were exchanged between two paths of one form; none if more than words differ.
fn exchanged(olds: &[Segment], news: &[Segment]) -> Option<Vec<(String, String)>> {
    if olds.len() != news.len() {
        return None;
    }
    let mut found: Vec<(&String, &String)> = Vec::new();
    for ((old_variable, olds), (new_variable, news)) in olds.iter().zip(news) {
        if old_variable != new_variable || olds.len() != news.len() {
            return None;
        }
        for pair in olds.iter().zip(news).filter(|(old, new)| old != new) {
            let clash = found.iter().any(|other| (other.0 == pair.0) != (other.1 == pair.1));
            if clash {
                return None;
            }
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    let few = !found.is_empty() && found.len() <= 2;
    few.then(|| found.into_iter().map(|(old, new)| (old.clone(), new.clone())).collect())
}

/// What is sent and answered: names of parameters and of properties.
fn parts(document: &Value, spot: &Spot, words: &Words) -> Vec<String> {
    let Some(operation) = spot.operation(document) else { return Vec::new() };
    let mut parts = Vec::new();
    let mut add = |prefix: &str, name: &str| parts.push(format!("{prefix} {}", words.in_order(name).join("_")));
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        add(&text(parameter, "in").unwrap_or_default(), &text(parameter, "name").unwrap_or_default());
    }
    let schemas = |content: Option<&Value>| -> Vec<String> {
        let schemas = object(content).filter_map(|(_, media)| media.get("schema"));
        schemas.flat_map(|schema| property_names(document, schema, 6)).collect()
    };
    for name in schemas(operation.pointer("/requestBody/content")) {
        add("sent", &name);
    }
    for (_, response) in object(operation.get("responses")).filter(|(status, _)| is_success(status)) {
        for name in schemas(response.get("content")) {
            add("answered", &name);
        }
    }
    parts.sort();
    parts.dedup();
    parts
}
