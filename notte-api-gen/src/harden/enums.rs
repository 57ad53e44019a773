//! Enums are open: a value that is not listed is kept as text, so every use of one is `Open<…>`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{refs, rust_type, shape, walk};

/// Opens every use of an enum.
pub(super) fn open(document: &mut Value) {
    let mut enums: BTreeSet<String> = BTreeSet::new();
    for (name, schema) in refs::components_mut(document).into_iter().flatten() {
        if schema.get("enum").is_some() {
            enums.insert(name.clone());
        }
    }
    walk::schemas(document, &mut |schema, _| {
        let Some(name) = refs::target(schema).filter(|name| enums.contains(*name)) else {
            return;
        };
        let mut text = json!({ "type": "string" });
        rust_type::mark(&mut text, "Open", &[refs::to(name)]);
        let annotations = shape::take_annotations(schema);
        *schema = shape::annotate(text, annotations);
    });
}
