//! What an operation is told about its types: whether they hold a secret, and whether its answer is a page.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{reach, refs, rust_type, walk};

/// The properties of a page that a bare list can be read as.
const PAGE: [&str; 4] = ["items", "page", "page_size", "has_next"];

/// Marks secret-bearing and paged operations.
pub(super) fn mark(document: &mut Value) {
    let components = || refs::components(document).into_iter().flatten();
    let own: Vec<&str> =
        components().filter(|(_, schema)| holds_secret(schema)).map(|(name, _)| name.as_str()).collect();
    let secret = reach::Graph::of(document).reversed().from(own);
    let pages: BTreeSet<String> =
        components().filter(|(_, schema)| is_page(schema)).map(|(name, _)| name.clone()).collect();
    walk::operations(document, &mut |_, _, operation| {
        let whole = Value::Object(std::mem::take(operation));
        let bearing = holds_secret(&whole) || reach::direct(&whole).iter().any(|name| secret.contains(name));
        if let Value::Object(whole) = whole {
            *operation = whole;
        }
        let mut page = false;
        walk::roots(operation, &mut |schema, site| {
            page |= site.root == walk::Root::Response && refs::target(schema).is_some_and(|name| pages.contains(name));
        });
        for (flag, set) in [("x-notte-secret-bearing", bearing), ("x-notte-page", page)] {
            if set {
                operation.insert(flag.to_owned(), true.into());
            }
        }
    });
}

fn is_page(schema: &Value) -> bool {
    let properties = &schema["properties"];
    PAGE.iter().all(|name| properties.get(name).is_some()) && properties["items"]["type"] == "array"
}

fn holds_secret(value: &Value) -> bool {
    let mut pending = vec![value];
    while let Some(next) = pending.pop() {
        if rust_type::name(next) == Some("Secret") {
            return true;
        }
        match next {
            Value::Object(keywords) => pending.extend(keywords.values()),
            Value::Array(values) => pending.extend(values),
            _ => {}
        }
    }
    false
}
