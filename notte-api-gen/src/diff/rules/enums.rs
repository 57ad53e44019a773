//! Enums: the values they list, and whether they list any.

use super::prelude::*;
use crate::diff::rename::words;

const FAMILY: &str = "enums";

pub(in crate::diff) const VALUE_ADDED: Rule =
    rule("enum-value-added", FAMILY, "enum-value-removed", "an enum value was added")
        .sent(Wire::Works("the server still accepts the old values"))
        .answered(Wire::Works("an older client keeps an unknown value as text"))
        .source(Builds("a variant is added, and every enum is non-exhaustive"))
        .behaves("a match on the values meets an unnamed one");

pub(in crate::diff) const VALUE_REMOVED: Rule =
    rule("enum-value-removed", FAMILY, "enum-value-added", "an enum value was removed")
        .sent(Wire::Breaks("an older client may send the removed value"))
        .answered(Wire::Works("the server no longer returns the value"))
        .source(Breaks("its variant is removed"))
        .behaves_where_sent("the value no longer has an effect");

pub(in crate::diff) const VALUE_RENAMED: Rule =
    rule("enum-value-renamed", FAMILY, "enum-value-renamed", "an enum value is spelt differently")
        .sent(Wire::Breaks("an older client sends the old spelling"))
        .answered(Wire::Works("an older client keeps an unknown value as text"))
        .source(Depends("its variant is renamed, unless both spellings give the same name"))
        .behaves("an older client does not recognise the new spelling");

pub(in crate::diff) const CLOSED: Rule = rule("enum-listed", FAMILY, "enum-unlisted", "a text became an enum")
    .sent(Wire::Breaks("an older client may send a value that is not in the enum"))
    .answered(Wire::Works("a value of the enum is a text"))
    .source(Breaks("the type changes from a text to an enum"));

pub(in crate::diff) const OPENED: Rule = rule("enum-unlisted", FAMILY, "enum-listed", "an enum became a text")
    .sent(Wire::Works("the server still accepts the old values"))
    .answered(Wire::Works("an older client keeps an unknown value as text"))
    .source(Breaks("the type changes from an enum to a text"));

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
