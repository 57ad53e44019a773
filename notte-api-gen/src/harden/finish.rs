//! The last words: remarks join descriptions, and what only the rules needed is taken away.

use serde_json::{Map, Value};

use super::{kinds, limits, refs, walk};

const INTERNAL: [&str; 5] = ["readOnly", "writeOnly", "discriminator", "x-notte-secret", kinds::CONSTANT];

/// Cleans every schema.
pub(super) fn clean(document: &mut Value) {
    walk::schemas(document, &mut |schema, _| {
        limits::append(schema);
        let Some(keywords) = schema.as_object_mut() else {
            return;
        };
        keywords.retain(|key, _| !INTERNAL.contains(&key.as_str()));
        let useless = keywords.get("required").is_some_and(|names| names.as_array().is_some_and(Vec::is_empty));
        if useless || !keywords.contains_key("properties") {
            keywords.remove("required");
        }
        unwrap(schema);
    });
}

/// A wrapper with nothing to carry is not needed.
fn unwrap(schema: &mut Value) {
    if schema.as_object().map(Map::len) == Some(1)
        && let Some(inner) = refs::wrapped(schema)
    {
        *schema = inner.clone();
    }
}
