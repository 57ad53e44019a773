//! Webhooks and callbacks are requests that the service makes: a client has no use for them.

use serde_json::Value;

use super::walk::{self, Node, Place};
use super::{Note, note};

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    if let Some(root) = document.as_object_mut()
        && root.remove("webhooks").is_some()
    {
        let message = "webhooks are requests that the service makes: ignored";
        note(notes, &Place::ROOT.key("webhooks"), message);
    }
    walk::enter(document, &mut |node, value, place| {
        if matches!(node, Node::Operation | Node::Components)
            && let Some(object) = value.as_object_mut()
            && object.remove("callbacks").is_some()
        {
            let message = "callbacks are requests that the service makes: ignored";
            note(notes, &place.key("callbacks"), message);
        }
    });
}
