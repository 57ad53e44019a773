//! The schemas `true` and `false` become `{}`.

use serde_json::{Value, json};

use super::walk::{self, Node};
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    walk::leave(Node::Document, document, &mut |node, value, place| {
        if node != Node::Schema {
            return;
        }
        if let Value::Bool(allowed) = value {
            if !*allowed {
                note(notes, place, "a schema that allows nothing: any value");
            }
            *value = json!({});
        }
    });
}
