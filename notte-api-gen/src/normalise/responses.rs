//! Every operation has responses and every response a description, as 3.0 requires.

use serde_json::{Map, Value, json};

use super::Note;
use super::walk::{self, Node};

pub(super) fn run(document: &mut Value, _: &mut Vec<Note>) {
    walk::enter(document, &mut |node, value, _| {
        let Some(object) = value.as_object_mut() else {
            return;
        };
        match node {
            Node::Operation => {
                let responses = object.entry("responses").or_insert(Value::Null);
                if responses.is_null() || responses.as_object().is_some_and(Map::is_empty) {
                    *responses = json!({"default": {}});
                }
                if let Value::Object(responses) = responses {
                    // `2xx` is written `2XX`.
                    for code in ["1XX", "2XX", "3XX", "4XX", "5XX"] {
                        if let Some(response) = responses.remove(&code.to_lowercase()) {
                            responses.entry(code).or_insert(response);
                        }
                    }
                }
            }
            Node::Response if !object.contains_key("$ref") => {
                let description = object.entry("description").or_insert(Value::Null);
                if description.is_null() {
                    *description = json!("");
                }
            }
            _ => {}
        }
    });
}
