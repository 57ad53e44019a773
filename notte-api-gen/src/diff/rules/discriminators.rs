//! Discriminators: the property by which the members of a union are told apart.

use super::prelude::*;

const FAMILY: &str = "discriminators";

pub(in crate::diff) const ADDED: Rule =
    rule("discriminator-added", FAMILY, "discriminator-removed", "a discriminator was added")
        .works("the members themselves did not change")
        .source(Depends("variants may have other names"))
        .behaves("the property selects the member");

pub(in crate::diff) const REMOVED: Rule =
    rule("discriminator-removed", FAMILY, "discriminator-added", "the discriminator was removed")
        .works("the members themselves did not change")
        .source(Depends("variants may have other names"))
        .behaves("the client tries the members in order");

pub(in crate::diff) const PROPERTY: Rule =
    rule("discriminator-changed", FAMILY, "discriminator-changed", "the discriminator is another property")
        .breaks("an older client reads the old property")
        .source(Depends("variants may have other names"))
        .behaves("another property selects the member");

pub(in crate::diff) const MAPPING: Rule = rule(
    "discriminator-mapping-changed",
    FAMILY,
    "discriminator-mapping-changed",
    "a discriminator value selects another member",
)
.breaks("an older client decodes the value as another member")
.source(Depends("variants are named after the values"))
.behaves("the same value selects another member");

pub(in crate::diff) const VALUE_ADDED: Rule =
    rule("discriminator-value-added", FAMILY, "discriminator-value-removed", "a discriminator value was added")
        .works("an added member is reported separately")
        .source(Depends("variants are named after the values"));

pub(in crate::diff) const VALUE_REMOVED: Rule =
    rule("discriminator-value-removed", FAMILY, "discriminator-value-added", "a discriminator value was removed")
        .works("a removed member is reported separately")
        .source(Depends("variants are named after the values"));

/// Compares two discriminators.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let (Some(was), Some(is)) = (old, new) else {
        return cx.emit(if old.is_none() { &ADDED } else { &REMOVED }, at, old, new);
    };
    cx.about(old, new, |cx| {
        cx.each_key(at, was, is, |cx, key, at, old, new| match key {
            "propertyName" => cx.emit(&PROPERTY, at, old, new),
            "mapping" => mapping(cx, at, old, new),
            _ => super::document::rest(cx, key, at, old, new),
        });
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
