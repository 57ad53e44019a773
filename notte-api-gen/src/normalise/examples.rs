//! A list of `examples` becomes one `example`: the first.

use serde_json::Value;

use super::Note;
use super::walk::{self, Node};

pub(super) fn run(document: &mut Value, _: &mut Vec<Note>) {
    walk::enter(document, &mut |node, value, _| {
        let carries =
            matches!(node, Node::Schema | Node::OpenSchema | Node::Parameter | Node::Header | Node::MediaType);
        if !carries || !value.get("examples").is_some_and(Value::is_array) {
            return;
        }
        if let Value::Object(carrier) = value
            && let Some(Value::Array(examples)) = carrier.remove("examples")
            && let Some(first) = examples.into_iter().next()
        {
            carrier.entry("example").or_insert(first);
        }
    });
}
