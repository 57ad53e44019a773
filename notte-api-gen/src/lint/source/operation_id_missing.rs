//! Operations without an id, or with one that names nothing.

use serde_json::Value;

use crate::lint::document::Document;
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let help = "add an `operationId` in snake_case, such as session_start, in an overlay";
        match operation.value.get("operationId") {
            None => report.note(
                &operation.pointer,
                format!(
                    "{} {} has no operation id: it is named by method and path",
                    operation.method.to_ascii_uppercase(),
                    operation.path
                ),
                help,
            ),
            Some(Value::String(id)) if !names::has_letters(id) => report.note(
                &operation.pointer.child("operationId"),
                format!("the operation id {id:?} has no letter or digit: it is named by method and path"),
                help,
            ),
            Some(_) => {}
        }
    }
}
