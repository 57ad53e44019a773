//! A reference with something beside it becomes `allOf` that reference: 3.0 ignores what is beside one.

use serde_json::{Value, json};

use super::Note;
use super::walk;

pub(super) fn run(document: &mut Value, _: &mut Vec<Note>) {
    walk::schemas(document, &mut |schema, _| {
        let alone = schema.len() == 1;
        if alone || !schema.get("$ref").is_some_and(Value::is_string) {
            return;
        }
        if let all_of @ Value::Array(_) = schema.entry("allOf").or_insert_with(|| json!([])) {
            let mut members = all_of.take();
            let reference = schema.remove("$ref");
            if let (Value::Array(members), Some(reference)) = (&mut members, reference) {
                members.insert(0, json!({"$ref": reference}));
            }
            schema.insert("allOf".to_owned(), members);
        }
    });
}
