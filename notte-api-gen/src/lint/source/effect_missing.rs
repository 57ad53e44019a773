//! A POST must say whether it may be retried: nothing else about it does.

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        if operation.method != "post" || operation.value.contains_key("x-notte-effect") {
            continue;
        }
        let message = "a POST without an effect class counts as costly and is hardly ever retried";
        let help = "add `x-notte-effect: read|idempotent|costly|page` in an overlay";
        if document.options.effect_required {
            report.error(&operation.pointer, message, help);
        } else {
            report.note(&operation.pointer, message, help);
        }
    }
}
