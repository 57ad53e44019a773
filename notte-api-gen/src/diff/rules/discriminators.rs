//! Discriminators: the property by which the members of a union are told apart.

use super::prelude::*;

const FAMILY: &str = "discriminators";

pub(in crate::diff) const ADDED: Rule =
    rule("discriminator-added", FAMILY, "discriminator-removed", "a property tells the members apart now")
        .works("the members themselves are as before")
        .source(Depends("variants may have other names"))
        .behaves("the property decides which member a value is");

pub(in crate::diff) const REMOVED: Rule =
    rule("discriminator-removed", FAMILY, "discriminator-added", "no property tells the members apart any more")
        .works("the members themselves are as before")
        .source(Depends("variants may have other names"))
        .behaves("the members are tried in turn");

pub(in crate::diff) const PROPERTY: Rule =
    rule("discriminator-changed", FAMILY, "discriminator-changed", "another property tells the members apart")
        .breaks("an older client looks at the old property")
        .source(Depends("variants may have other names"))
        .behaves("another property decides which member a value is");

pub(in crate::diff) const MAPPING: Rule =
    rule("discriminator-mapping-changed", FAMILY, "discriminator-mapping-changed", "a value stands for another member")
        .breaks("an older client takes the value for another member")
        .source(Depends("variants are named after the values"))
        .behaves("the same value is another member");

pub(in crate::diff) const VALUE_ADDED: Rule =
    rule("discriminator-value-added", FAMILY, "discriminator-value-removed", "one more value stands for a member")
        .works("a member that came is told on its own")
        .source(Depends("variants are named after the values"));

pub(in crate::diff) const VALUE_REMOVED: Rule =
    rule("discriminator-value-removed", FAMILY, "discriminator-value-added", "a value no longer stands for a member")
        .works("a member that went is told on its own")
        .source(Depends("variants are named after the values"));

/// Compares two discriminators.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let (Some(was), Some(is)) = (old, new) else {
        return cx.emit(if old.is_none() { &ADDED } else { &REMOVED }, at, old, new);
    };
    cx.each_key(at, was, is, |cx, key, at, old, new| match key {
        "propertyName" => cx.emit(&PROPERTY, at, old, new),
        "mapping" => mapping(cx, at, old, new),
        _ => super::document::rest(cx, key, at, old, new),
    });
}

fn mapping(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    cx.each_key(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |cx, value, at, old, new| {
        let at = at.label(&format!(" {value:?}"));
        let rule = match (old, new) {
            (None, _) => &VALUE_ADDED,
            (_, None) => &VALUE_REMOVED,
            _ => &MAPPING,
        };
        cx.emit(rule, &at, old, new);
    });
}
