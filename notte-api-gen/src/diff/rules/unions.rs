//! `oneOf`, `anyOf` and `allOf`: their members.

use super::prelude::*;
use super::types;
use crate::model::{reference, text};

const FAMILY: &str = "unions";

pub(in crate::diff) const MEMBER_ADDED: Rule =
    rule("union-member-added", FAMILY, "union-member-removed", "a union member was added")
        .sent(Wire::Works("the server still accepts the old members"))
        .answered(Wire::Works("an older client keeps an unknown member as JSON"))
        .source(Depends("a variant is added, and unions are non-exhaustive; one member has another form than two"))
        .behaves("a match on the members meets an unnamed one");

pub(in crate::diff) const MEMBER_REMOVED: Rule =
    rule("union-member-removed", FAMILY, "union-member-added", "a union member was removed")
        .sent(Wire::Breaks("an older client may send the removed member"))
        .answered(Wire::Works("the server no longer returns the member"))
        .source(Breaks("its variant is removed"))
        .behaves_where_sent("the server no longer does what the member asked for");

pub(in crate::diff) const PART_ADDED: Rule =
    rule("all-of-part-added", FAMILY, "all-of-part-removed", "a part of `allOf` was added")
        .sent(Wire::Breaks("an older client may not send what the part requires"))
        .answered(Wire::Works("an older client keeps unknown fields"))
        .source(Depends("the part's fields are added"));

pub(in crate::diff) const PART_REMOVED: Rule =
    rule("all-of-part-removed", FAMILY, "all-of-part-added", "a part of `allOf` was removed")
        .sent(Wire::Works("the server ignores what the part described"))
        .answered(Wire::Breaks("an older client may expect what the part required"))
        .source(Breaks("the part's fields are removed"));

pub(in crate::diff) const KIND: Rule =
    rule("union-kind-changed", FAMILY, "union-kind-changed", "`oneOf` became `anyOf`, or the reverse")
        .works("a value of a member is valid in both");

pub(in crate::diff) const MADE: Rule =
    rule("union-made", FAMILY, "union-dissolved", "a type became a union that includes it")
        .sent(Wire::Works("the server still accepts the old type"))
        .answered(Wire::Breaks("an older client cannot decode the other members"))
        .source(Breaks("the field or setter has another type"));

pub(in crate::diff) const DISSOLVED: Rule =
    rule("union-dissolved", FAMILY, "union-made", "a union became one of its members")
        .sent(Wire::Breaks("an older client may send the other members"))
        .answered(Wire::Works("it was a member of the union before"))
        .source(Breaks("the field or setter has another type"));

/// Compares the members of two unions, or the parts of two `allOf`.
pub(in crate::diff) fn compare(
    cx: &mut Comparison<'_>,
    key: &str,
    at: &Place,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    let found = cx.found();
    let (came, went) = if key == "allOf" { (&PART_ADDED, &PART_REMOVED) } else { (&MEMBER_ADDED, &MEMBER_REMOVED) };
    let list = |value: Option<&'_ Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (olds, news) = (list(old), list(new));
    let mut left: Vec<usize> = (0..news.len()).collect();
    let mut gone = Vec::new();
    let mut pair = |cx: &mut Comparison<'_>, index: usize, same: &dyn Fn(&Value, &Value) -> bool| {
        let position = left.iter().position(|other| same(&olds[index], &news[*other]));
        let Some(other) = position.map(|position| left.remove(position)) else { return false };
        let at = at.member(&label(&olds[index], index), index, other);
        types::compare(cx, &at, Some(&olds[index]), Some(&news[other]));
        true
    };
    for index in 0..olds.len() {
        if !pair(cx, index, &|a, b| a == b || identity(a).is_some_and(|name| Some(name) == identity(b))) {
            gone.push(index);
        }
    }
    // What is left is paired by kind, if there is only one of the kind.
    gone.retain(|index| {
        !pair(cx, *index, &|a, b| reference(a).is_none() && reference(b).is_none() && kind(a) == kind(b))
    });
    cx.about(old, new, |cx| {
        for index in gone {
            cx.emit(went, &at.member(&label(&olds[index], index), index, index), Some(&olds[index]), None);
        }
        for index in left {
            cx.emit(came, &at.member(&label(&news[index], index), index, index), None, Some(&news[index]));
        }
    });
    cx.or_reordered(found, at, old, new);
}

/// By what a member is known: its component, its title, or the value of its tag.
fn identity(member: &Value) -> Option<String> {
    let constant = |name: &str| {
        let values = member.get("properties")?.get(name)?.get("enum")?.as_array()?;
        if values.len() == 1 { values[0].as_str().map(str::to_owned) } else { None }
    };
    let flat = Value::Object(types::flat(member));
    let component = reference(&flat).map(str::to_owned);
    component.or_else(|| ["type", "kind"].into_iter().find_map(constant)).or_else(|| text(member, "title"))
}

fn label(member: &Value, index: usize) -> String {
    identity(member).unwrap_or_else(|| match kind(member).as_str() {
        "anything" => format!("member {index}"),
        kind => kind.to_owned(),
    })
}

fn kind(member: &Value) -> String {
    types::kind_of(&types::flat(member))
}

/// Whether a union has this component as a member.
pub(in crate::diff) fn has(union: &Map<String, Value>, component: Option<&str>) -> bool {
    component.is_some_and(|name| holds(union, &format!("#/components/schemas/{name}")))
}

/// Whether a union has a member of this kind.
pub(in crate::diff) fn holds(union: &Map<String, Value>, wanted: &str) -> bool {
    ["oneOf", "anyOf"]
        .into_iter()
        .filter_map(|key| union.get(key)?.as_array())
        .flatten()
        .any(|member| kind(member) == wanted)
}
