//! Answers: what comes back under each status.

use super::prelude::*;
use super::{descriptions, document, headers, media, status};

const FAMILY: &str = "response bodies";

pub(in crate::diff) const ADDED: Rule =
    rule("response-body-added", FAMILY, "response-body-removed", "a response has a body now")
        .works("an older client does not read it")
        .source(Breaks("the call returns a type instead of nothing"));

pub(in crate::diff) const REMOVED: Rule =
    rule("response-body-removed", FAMILY, "response-body-added", "a response no longer has a body")
        .breaks("an older client expects one")
        .source(Breaks("the call returns nothing instead of a type"));

/// Compares the answers of two operations that are one.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    status::compare(cx, at, old, new, |cx, at, old, new| {
        cx.each_key(at, old, new, |cx, key, at, old, new| match key {
            "content" => content(cx, at, old, new),
            "headers" => headers::compare(cx, at, old, new),
            "description" => descriptions::compare(cx, key, at, old, new),
            _ => document::rest(cx, key, at, old, new),
        });
    });
}

fn content(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let full = |content: Option<&Value>| content.and_then(Value::as_object).is_some_and(|content| !content.is_empty());
    match (full(old), full(new)) {
        (false, true) => cx.emit(&ADDED, at, old, new),
        (true, false) => cx.emit(&REMOVED, at, old, new),
        _ => media::compare_content(cx, at, old, new),
    }
}
