//! Drops the components that hardening left without a use; those nobody referred to before are kept, somebody wrote them for a reason.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{reach, refs};

/// The mark of a component that no operation referred to.
pub(super) const KEEP: &str = "x-notte-keep";

/// Marks the components that no operation leads to.
pub(super) fn keep_unreferenced(document: &mut Value) {
    let reached = reach::components(document, &reach::operations(document));
    for (name, schema) in refs::components_mut(document).into_iter().flatten() {
        if let Some(schema) = schema.as_object_mut()
            && !reached.contains(name)
        {
            schema.insert(KEEP.to_owned(), true.into());
        }
    }
}

/// Drops what neither an operation nor a kept component leads to, and the marks.
pub(super) fn unused(document: &mut Value) {
    let mut roots = reach::operations(document);
    roots.extend(kept(document));
    let reached = reach::components(document, &roots);
    if let Some(components) = refs::components_mut(document) {
        components.retain(|name, _| reached.contains(name));
        for schema in components.values_mut().filter_map(Value::as_object_mut) {
            schema.remove(KEEP);
        }
    }
}

/// The components that are kept without a use.
pub(super) fn kept(document: &Value) -> BTreeSet<String> {
    let components = refs::components(document).into_iter().flatten();
    components.filter(|(_, schema)| schema.get(KEEP).is_some()).map(|(name, _)| name.clone()).collect()
}
