//! Headers of answers. Those of requests are parameters.

use super::prelude::*;

const FAMILY: &str = "headers";

pub(in crate::diff) const ADDED: Rule =
    rule("response-header-added", FAMILY, "response-header-removed", "an answer has one more header")
        .works("an older client does not look at it");

pub(in crate::diff) const REMOVED: Rule =
    rule("response-header-removed", FAMILY, "response-header-added", "an answer has a header less")
        .works("headers are not decoded")
        .behaves("code that reads the header finds nothing");

pub(in crate::diff) const CHANGED: Rule =
    rule("response-header-changed", FAMILY, "response-header-changed", "a header of an answer is described otherwise")
        .works("headers are not decoded")
        .behaves("code that reads the header may find something else");

/// Compares the headers of two answers.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    cx.each_key(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |cx, header, at, old, new| {
        let rule = match (old, new) {
            (None, _) => &ADDED,
            (_, None) => &REMOVED,
            _ => &CHANGED,
        };
        cx.emit(rule, &at.label(&format!(" {header}")), old, new);
    });
}
