//! Operations without an id, or with one that names nothing.

use serde_json::Value;

use crate::lint::document::Document;
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let help = "add an `operationId` in snake_case, such as session_start, in an overlay";
        match operation.value.get("operationId") {
            None => report.error(
                &operation.pointer,
                format!(
                    "{} {} has no operation id to name its method by",
                    operation.method.to_ascii_uppercase(),
                    operation.path
                ),
                help,
            ),
            Some(Value::String(id)) if !names::has_letters(id) => report.error(
                &operation.pointer.child("operationId"),
                format!("the operation id {id:?} has no letter or digit to name a method by"),
                help,
            ),
            Some(_) => {}
        }
    }
}
