//! Media types of requests and answers.

use super::prelude::*;
use super::{bodies, descriptions, document, types};

const FAMILY: &str = "media types";

pub(in crate::diff) const REQUEST_ADDED: Rule =
    rule("request-media-type-added", FAMILY, "request-media-type-removed", "a request media type was added")
        .works("an older client sends the media type it knows")
        .source(Depends("the client has one media type, JSON first"));

pub(in crate::diff) const REQUEST_REMOVED: Rule =
    rule("request-media-type-removed", FAMILY, "request-media-type-added", "a request media type was removed")
        .breaks("an older client may send that media type")
        .source(Depends("the client has one media type, JSON first"));

pub(in crate::diff) const RESPONSE_ADDED: Rule =
    rule("response-media-type-added", FAMILY, "response-media-type-removed", "a response media type was added")
        .works("the client asks for the media type it knows")
        .source(Depends("the client has one media type, JSON first"));

pub(in crate::diff) const RESPONSE_REMOVED: Rule =
    rule("response-media-type-removed", FAMILY, "response-media-type-added", "a response media type was removed")
        .breaks("an older client may expect that media type")
        .source(Depends("the client has one media type, JSON first"));

/// Compares two `content` objects.
pub(in crate::diff) fn compare_content(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let [old, new] = [old, new].map(|content| content.map_or_else(|| Value::Object(Map::new()), document::caseless));
    if old == new {
        return cx.same();
    }
    cx.each_key(at, &old, &new, |cx, media, at, old, new| {
        let at = at.media(media);
        match (old, new) {
            (Some(old), Some(new)) => one(cx, &at, old, new),
            (None, _) => cx.emit(if at.is_answered() { &RESPONSE_ADDED } else { &REQUEST_ADDED }, &at, old, new),
            (_, None) => cx.emit(if at.is_answered() { &RESPONSE_REMOVED } else { &REQUEST_REMOVED }, &at, old, new),
        }
    });
}

fn one(cx: &mut Comparison<'_>, at: &Place, old: &Value, new: &Value) {
    cx.each_key(at, old, new, |cx, key, at, old, new| match key {
        "schema" => types::compare(cx, at, old, new),
        "encoding" => cx.emit(&bodies::ENCODING, at, old, new),
        "example" | "examples" => cx.emit(&descriptions::EXAMPLE, at, old, new),
        _ => document::rest(cx, key, at, old, new),
    });
}
