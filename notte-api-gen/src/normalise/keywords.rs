//! Keywords that 3.0 does not know are dropped, with a note when something is lost.

use serde_json::Value;

use super::walk;
use super::{Note, note};

/// They say nothing about a value.
const SILENT: [&str; 5] = ["$schema", "$comment", "$vocabulary", "$dynamicAnchor", "$recursiveAnchor"];

/// They do.
const LOST: [&str; 19] = [
    "$id",
    "$anchor",
    "$dynamicRef",
    "$recursiveRef",
    "$defs",
    "definitions",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "additionalItems",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
    "if",
    "then",
    "else",
    "contains",
    "minContains",
    "maxContains",
];

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, place| {
        for key in SILENT {
            schema.remove(key);
        }
        for key in LOST {
            if schema.remove(key).is_some() {
                note(notes, &place.key(key), format!("OpenAPI 3.0 has no {key}: ignored"));
            }
        }
    });
}
