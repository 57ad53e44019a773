//! Request bodies: whether there is one, and whether it must be.

use super::prelude::*;
use super::{descriptions, document, media};

const FAMILY: &str = "request bodies";

pub(in crate::diff) const ADDED: Rule =
    rule("request-body-added", FAMILY, "request-body-removed", "an operation takes a body now")
        .breaks("an older client sends none, or an empty one")
        .source(Depends("a setter comes; an upload's builder can no longer be cloned"))
        .behaves("what the body says applies");

pub(in crate::diff) const REMOVED: Rule =
    rule("request-body-removed", FAMILY, "request-body-added", "an operation takes no body any more")
        .works("a server ignores a body it does not read")
        .source(Breaks("its setters go"))
        .behaves("what the body asked for no longer happens");

pub(in crate::diff) const BECAME_REQUIRED: Rule =
    rule("request-body-became-required", FAMILY, "request-body-became-optional", "the body must be sent now")
        .works("this client always sends one");

pub(in crate::diff) const BECAME_OPTIONAL: Rule =
    rule("request-body-became-optional", FAMILY, "request-body-became-required", "the body may be left out now")
        .works("this client always sends one");

pub(in crate::diff) const ENCODING: Rule =
    rule("form-encoding-changed", FAMILY, "form-encoding-changed", "a part of a form is written in another way")
        .breaks("an older client writes the part in the old way");

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
