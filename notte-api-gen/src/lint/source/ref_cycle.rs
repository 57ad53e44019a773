//! Components that are nothing but each other: a cycle of references with no object or list in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Pointer;
use crate::lint::Report;
use crate::lint::document::Document;
use crate::lint::schemas::COMPOSED;

type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for section in ["schemas", "parameters", "requestBodies", "responses"] {
        let prefix = format!("#/components/{section}/");
        let graph: Graph<'_> = document
            .components(section)
            .map(|(name, at)| {
                let mut targets = BTreeSet::new();
                targets_of(at.value, &prefix, &mut targets);
                (name, targets)
            })
            .collect();
        for cycle in cycles(&graph) {
            let at = Pointer::root().child("components").child(section).child(cycle[0]);
            let path = [cycle.as_slice(), &cycle[..1]].concat().join(" -> ");
            report.error(
                &at,
                format!("`{}` is nothing but itself: {path}", cycle[0]),
                "put an object or a list in between, or remove one of the references, in an overlay",
            );
        }
    }
}

/// The components that `value` is, all or one of: not those that its properties or items are.
fn targets_of<'a>(value: &'a Value, prefix: &str, targets: &mut BTreeSet<&'a str>) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        targets.extend(reference.strip_prefix(prefix));
        return;
    }
    for member in COMPOSED.iter().filter_map(|key| value.get(key)?.as_array()).flatten() {
        targets_of(member, prefix, targets);
    }
}

/// The cycles that a depth-first search meets, each starting with its first name.
fn cycles<'a>(graph: &Graph<'a>) -> BTreeSet<Vec<&'a str>> {
    let mut found = BTreeSet::new();
    let mut done = BTreeSet::new();
    for start in graph.keys().copied() {
        // A stack of its own: a chain of references may be as long as the document.
        let mut path: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(name) = next.take() {
                if let Some(begin) = path.iter().position(|(seen, _)| *seen == name) {
                    let mut cycle: Vec<_> = path[begin..].iter().map(|(name, _)| *name).collect();
                    let first = cycle.iter().enumerate().min_by_key(|(_, name)| **name);
                    let first = first.map_or(0, |(index, _)| index);
                    cycle.rotate_left(first);
                    found.insert(cycle);
                } else if done.insert(name) {
                    let targets = graph.get(name).into_iter().flatten().copied().collect();
                    path.push((name, targets));
                }
            }
            let Some((_, targets)) = path.last_mut() else {
                break;
            };
            next = targets.pop();
            if next.is_none() {
                path.pop();
            }
        }
    }
    found
}
