//! Which components a place leads to, through any number of references.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{refs, walk};

/// The references from component to component.
pub(super) struct Graph<'a> {
    names: Vec<&'a str>,
    index: BTreeMap<&'a str, usize>,
    next: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    /// The graph of a document's components.
    pub(super) fn of(document: &'a Value) -> Self {
        let components = refs::components(document).into_iter().flatten();
        let (names, schemas): (Vec<&str>, Vec<&Value>) =
            components.map(|(name, schema)| (name.as_str(), schema)).unzip();
        let index: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let edges = |schema: &&Value| {
            let direct = direct(schema);
            direct.iter().filter_map(|name| index.get(name.as_str()).copied()).collect()
        };
        let next = schemas.iter().map(edges).collect();
        Self { names, index, next }
    }

    /// The same with every reference turned around: from what is referred to, to who does.
    pub(super) fn reversed(&self) -> Self {
        let mut next = vec![Vec::new(); self.next.len()];
        for (from, targets) in self.next.iter().enumerate() {
            for &to in targets {
                next[to].push(from);
            }
        }
        Self { names: self.names.clone(), index: self.index.clone(), next }
    }

    /// All that `roots` lead to, themselves included.
    pub(super) fn from<'r>(&self, roots: impl IntoIterator<Item = &'r str>) -> BTreeSet<String> {
        let mut reached = vec![false; self.names.len()];
        let mut pending: Vec<usize> = roots.into_iter().filter_map(|name| self.index.get(name).copied()).collect();
        while let Some(at) = pending.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                pending.extend(&self.next[at]);
            }
        }
        let names = self.names.iter().zip(reached).filter(|(_, reached)| *reached);
        names.map(|(name, _)| (*name).to_owned()).collect()
    }
}

/// All components that `roots` lead to, themselves included.
pub(crate) fn components(document: &Value, roots: &BTreeSet<String>) -> BTreeSet<String> {
    Graph::of(document).from(roots.iter().map(String::as_str))
}

/// The components that operations refer to themselves.
pub(super) fn operations(document: &Value) -> BTreeSet<String> {
    document.get("paths").map(direct).unwrap_or_default()
}

/// The components that responses refer to themselves.
pub(super) fn responses(document: &Value) -> BTreeSet<String> {
    parts(document, &["responses"])
}

/// The components that parameters and bodies refer to themselves.
pub(crate) fn requests(document: &Value) -> BTreeSet<String> {
    parts(document, &["parameters", "requestBody", "x-notte-multipart"])
}

fn parts(document: &Value, keys: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let items = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    for (_, operation) in items.flat_map(|(_, item)| item.as_object().into_iter().flatten()) {
        for part in keys.iter().filter_map(|key| operation.get(key)) {
            found.append(&mut direct(part));
        }
    }
    found
}

/// The components that one value refers to itself.
pub(super) fn direct(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk::references(value, &mut |name| {
        found.insert(name.to_owned());
    });
    found
}
