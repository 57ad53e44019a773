//! Enums used without `Open`: a value that the server adds later would make the whole answer undecodable.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;
use crate::lint::schemas::Place;

use super::BUG;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        let inline = schema.value.get("enum").is_some_and(Value::is_array);
        if inline && !matches!(schema.place, Place::Component(_)) {
            report.error(&schema.pointer.child("enum"), "an enum that is no component", BUG);
        }
        let target = schema.reference().and_then(|_| document.resolve(schema.value));
        if target.is_some_and(|target| target.get("enum").is_some()) && schema.place != Place::TypeParameter {
            report.error(&schema.pointer, "an enum that is used without `Open`", BUG);
        }
    }
}
