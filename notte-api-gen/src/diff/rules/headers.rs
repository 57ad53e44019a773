//! Headers of answers. Those of requests are parameters.

use super::document::caseless;
use super::prelude::*;

const FAMILY: &str = "headers";

pub(in crate::diff) const ADDED: Rule =
    rule("response-header-added", FAMILY, "response-header-removed", "a response header was added")
        .works("an older client does not read it");

pub(in crate::diff) const REMOVED: Rule =
    rule("response-header-removed", FAMILY, "response-header-added", "a response header was removed")
        .works("headers are not decoded")
        .behaves("code that reads the header finds none");

pub(in crate::diff) const CHANGED: Rule =
    rule("response-header-changed", FAMILY, "response-header-changed", "a response header changed")
        .works("headers are not decoded")
        .behaves("code that reads the header may find another value");

/// Compares the headers of two answers.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let [old, new] = [old, new].map(|headers| headers.map_or_else(|| Value::Object(Map::new()), caseless));
    cx.each_key(at, &old, &new, |cx, header, at, old, new| {
        let rule = match (old, new) {
            (None, _) => &ADDED,
            (_, None) => &REMOVED,
            _ => &CHANGED,
        };
        cx.emit(rule, &at.label(&format!(" {header}")), old, new);
    });
    if old == new {
        cx.same();
    }
}
