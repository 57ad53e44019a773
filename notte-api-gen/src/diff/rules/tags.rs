//! Tags: the areas that operations belong to.

use super::descriptions;
use super::prelude::*;
use crate::model::text;

const FAMILY: &str = "tags";

pub(in crate::diff) const CHANGED: Rule =
    rule("operation-tags-changed", FAMILY, "operation-tags-changed", "the tags of an operation changed")
        .works("tags are not sent")
        .source(Builds("builders have the same public name, whatever the tag"));

pub(in crate::diff) const ADDED: Rule =
    rule("tag-added", FAMILY, "tag-removed", "a tag was added").works("tags are not sent");

pub(in crate::diff) const REMOVED: Rule =
    rule("tag-removed", FAMILY, "tag-added", "a tag was removed").works("tags are not sent");

/// Compares the tags of two operations that are one.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    cx.emit(&CHANGED, at, old, new);
}

/// Compares the tags that two documents describe.
pub(in crate::diff) fn described(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let found = cx.found();
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (olds, news) = (list(old), list(new));
    let same = |a: &Value, b: &Value| text(a, "name") == text(b, "name");
    let place = |tag: &Value, index: usize| {
        at.child(index, index).label(&format!("tag {}", text(tag, "name").unwrap_or_default()))
    };
    for (index, old) in olds.iter().enumerate() {
        match news.iter().find(|new| same(old, new)) {
            None => cx.emit(&REMOVED, &place(old, index), Some(old), None),
            Some(new) if old == new => {}
            Some(new) => cx.each_key(&place(old, index), old, new, |cx, key, at, old, new| match key {
                "description" | "externalDocs" => descriptions::compare(cx, key, at, old, new),
                _ => super::document::rest(cx, key, at, old, new),
            }),
        }
    }
    for (index, new) in news.iter().enumerate() {
        if !olds.iter().any(|old| same(old, new)) {
            cx.emit(&ADDED, &place(new, index), None, Some(new));
        }
    }
    cx.or_reordered(found, at, old, new);
}
