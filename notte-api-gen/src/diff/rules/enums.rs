//! Enums: the values they list, and whether they list any.

use super::prelude::*;
use crate::diff::rename::words;

const FAMILY: &str = "enums";

pub(in crate::diff) const VALUE_ADDED: Rule = rule("enum-value-added", FAMILY, "enum-value-removed", "one more value")
    .sent(Wire::Works("the old values are still taken"))
    .answered(Wire::Works("an older client keeps a value it does not know as text"))
    .source(Builds("a variant comes, and every enum is non-exhaustive"))
    .behaves("code that matches on the values meets one it does not name");

pub(in crate::diff) const VALUE_REMOVED: Rule = rule("enum-value-removed", FAMILY, "enum-value-added", "a value less")
    .sent(Wire::Breaks("an older client may send the value that went"))
    .answered(Wire::Works("the value no longer comes"))
    .source(Breaks("its variant goes"))
    .behaves("what the value stood for no longer happens");

pub(in crate::diff) const VALUE_RENAMED: Rule =
    rule("enum-value-renamed", FAMILY, "enum-value-renamed", "a value is written otherwise")
        .sent(Wire::Breaks("an older client sends the old spelling"))
        .answered(Wire::Works("an older client keeps a value it does not know as text"))
        .source(Depends("its variant has another name, unless both spell the same one"))
        .behaves("an older client does not recognise the new spelling");

pub(in crate::diff) const CLOSED: Rule = rule("enum-listed", FAMILY, "enum-unlisted", "the values are listed now")
    .sent(Wire::Breaks("an older client may send a value that is not listed"))
    .answered(Wire::Works("a listed value is a value"))
    .source(Breaks("a text becomes an enum"));

pub(in crate::diff) const OPENED: Rule =
    rule("enum-unlisted", FAMILY, "enum-listed", "the values are not listed any more")
        .sent(Wire::Works("the old values are still taken"))
        .answered(Wire::Works("an older client keeps a value it does not know as text"))
        .source(Breaks("an enum becomes a text"));

/// Compares two lists of values.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let list = |values: Option<&Value>| values.and_then(Value::as_array).cloned();
    let (olds, news) = match (list(old), list(new)) {
        (Some(olds), Some(news)) => (olds, news),
        (None, Some(_)) => return cx.emit(&CLOSED, at, old, new),
        (Some(_), None) => return cx.emit(&OPENED, at, old, new),
        (None, None) => return cx.same(),
    };
    let mut gone: Vec<&Value> = olds.iter().filter(|value| !news.contains(value)).collect();
    let mut come: Vec<&Value> = news.iter().filter(|value| !olds.contains(value)).collect();
    let found = cx.found();
    for (old, new) in words::pairs(&cx.renames.words, &mut gone, &mut come) {
        cx.emit(&VALUE_RENAMED, &at.value(old, new), Some(old), Some(new));
    }
    for value in gone {
        cx.emit(&VALUE_REMOVED, &at.value(value, value), Some(value), None);
    }
    for value in come {
        cx.emit(&VALUE_ADDED, &at.value(value, value), None, Some(value));
    }
    cx.or_reordered(found, at, old, new);
}
