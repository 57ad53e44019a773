//! Request bodies: whether there is one, and whether it must be.

use super::prelude::*;
use super::{descriptions, document, media};

const FAMILY: &str = "request bodies";

pub(in crate::diff) const ADDED: Rule =
    rule("request-body-added", FAMILY, "request-body-removed", "an operation accepts a body now")
        .breaks("an older client sends no body, or an empty one")
        .source(Depends("a setter is added; an upload's builder can no longer be cloned"))
        .behaves("the server applies what the body says");

pub(in crate::diff) const REMOVED: Rule =
    rule("request-body-removed", FAMILY, "request-body-added", "an operation no longer accepts a body")
        .works("a server ignores a body that it does not read")
        .source(Breaks("its setters are removed"))
        .behaves("the server no longer does what the body asked for");

pub(in crate::diff) const BECAME_REQUIRED: Rule =
    rule("request-body-became-required", FAMILY, "request-body-became-optional", "the body is required now")
        .works("the client always sends one");

pub(in crate::diff) const BECAME_OPTIONAL: Rule =
    rule("request-body-became-optional", FAMILY, "request-body-became-required", "the body is optional now")
        .works("the client always sends one");

pub(in crate::diff) const ENCODING: Rule =
    rule("form-encoding-changed", FAMILY, "form-encoding-changed", "a part of a form is encoded differently")
        .breaks("an older client uses the old encoding");

/// Compares two request bodies.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let at = at.sent("request");
    let (Some(old), Some(new)) = (old, new) else {
        return cx.emit(if old.is_none() { &ADDED } else { &REMOVED }, &at, old, new);
    };
    cx.each_key(&at, old, new, |cx, key, at, old, new| match key {
        "content" => media::compare_content(cx, at, old, new),
        "required" => {
            let required = |value: Option<&Value>| value.and_then(Value::as_bool) == Some(true);
            match (required(old), required(new)) {
                (false, true) => cx.emit(&BECAME_REQUIRED, at, old, new),
                (true, false) => cx.emit(&BECAME_OPTIONAL, at, old, new),
                _ => cx.same(),
            }
        }
        "description" => descriptions::compare(cx, key, at, old, new),
        _ => document::rest(cx, key, at, old, new),
    });
}
