//! Which components are sent, and which are answered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::{METHODS, object, reference};

/// The components that requests lead to, and those that answers lead to.
#[derive(Debug, Default)]
pub(super) struct Uses {
    sent: BTreeSet<String>,
    answered: BTreeSet<String>,
}

impl Uses {
    /// Reads both documents, in which a component that was renamed has one name.
    pub(super) fn of(documents: [&Value; 2]) -> Self {
        let mut uses = Self::default();
        for document in documents {
            let graph = graph(document);
            for (_, item) in object(document.get("paths")) {
                for operation in METHODS.iter().filter_map(|method| item.get(method)) {
                    for part in [operation.get("requestBody"), operation.get("parameters")].into_iter().flatten() {
                        follow(part, &graph, &mut uses.sent);
                    }
                    if let Some(responses) = operation.get("responses") {
                        follow(responses, &graph, &mut uses.answered);
                    }
                }
            }
        }
        uses
    }

    pub(super) fn sent(&self, component: &str) -> bool {
        self.sent.contains(component)
    }

    pub(super) fn answered(&self, component: &str) -> bool {
        self.answered.contains(component)
    }
}

/// The ids of the operations that lead to each component.
pub(super) fn operations_by_component(document: &Value) -> BTreeMap<String, BTreeSet<&str>> {
    let graph = graph(document);
    let mut operations: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (_, item) in object(document.get("paths")) {
        for operation in METHODS.iter().filter_map(|method| item.get(method)) {
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
            let mut reached = BTreeSet::new();
            follow(operation, &graph, &mut reached);
            for component in reached {
                operations.entry(component).or_default().insert(id);
            }
        }
    }
    operations
}

/// What each component refers to.
pub(super) fn graph(document: &Value) -> BTreeMap<&str, BTreeSet<&str>> {
    object(document.pointer("/components/schemas"))
        .map(|(name, schema)| {
            let mut found = BTreeSet::new();
            references(schema, &mut found);
            (name.as_str(), found)
        })
        .collect()
}

/// The components that a value refers to.
pub(super) fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    if let Some(name) = reference(value) {
        found.insert(name);
    }
    match value {
        Value::Object(map) => map.values().for_each(|value| references(value, found)),
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn follow(value: &Value, graph: &BTreeMap<&str, BTreeSet<&str>>, reached: &mut BTreeSet<String>) {
    let mut todo = BTreeSet::new();
    references(value, &mut todo);
    while let Some(name) = todo.pop_first() {
        if reached.insert(name.to_owned()) {
            todo.extend(graph.get(name).into_iter().flatten());
        }
    }
}
