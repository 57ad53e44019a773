//! `oneOf`, `anyOf` and `allOf`: their members.

use super::prelude::*;
use super::types;
use crate::model::{reference, text};

const FAMILY: &str = "unions";

pub(in crate::diff) const MEMBER_ADDED: Rule =
    rule("union-member-added", FAMILY, "union-member-removed", "it may be one more thing")
        .sent(Wire::Works("the old members are still taken"))
        .answered(Wire::Works("an older client keeps a member it does not know whole"))
        .source(Depends("a variant comes, and unions are non-exhaustive; two members may take another form than one"))
        .behaves("code that matches on the members meets one it does not name");

pub(in crate::diff) const MEMBER_REMOVED: Rule =
    rule("union-member-removed", FAMILY, "union-member-added", "it may be one thing less")
        .sent(Wire::Breaks("an older client may send the member that went"))
        .answered(Wire::Works("the member no longer comes"))
        .source(Breaks("its variant goes"))
        .behaves("what the member asked for no longer happens");

pub(in crate::diff) const PART_ADDED: Rule =
    rule("all-of-part-added", FAMILY, "all-of-part-removed", "it must be one more thing as well")
        .sent(Wire::Breaks("an older client may not send what the part requires"))
        .answered(Wire::Works("what an older client does not know, it keeps"))
        .source(Depends("the part's fields come"));

pub(in crate::diff) const PART_REMOVED: Rule =
    rule("all-of-part-removed", FAMILY, "all-of-part-added", "it need no longer be one thing as well")
        .sent(Wire::Works("what an older client sends is still described, or ignored"))
        .answered(Wire::Breaks("an older client may wait for what the part required"))
        .source(Breaks("the part's fields go"));

pub(in crate::diff) const KIND: Rule =
    rule("union-kind-changed", FAMILY, "union-kind-changed", "`oneOf` became `anyOf`, or the other way round")
        .works("a value of one member is a value of either");

pub(in crate::diff) const MADE: Rule =
    rule("union-made", FAMILY, "union-dissolved", "it may be other things besides what it was")
        .sent(Wire::Works("what it was is still taken"))
        .answered(Wire::Breaks("an older client cannot decode the other things"))
        .source(Breaks("the field or setter has another type"));

pub(in crate::diff) const DISSOLVED: Rule =
    rule("union-dissolved", FAMILY, "union-made", "it is always one of the things it could be")
        .sent(Wire::Breaks("an older client may send the other things"))
        .answered(Wire::Works("what it is, it could be before"))
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
    for index in gone {
        cx.emit(went, &at.member(&label(&olds[index], index), index, index), Some(&olds[index]), None);
    }
    for index in left {
        cx.emit(came, &at.member(&label(&news[index], index), index, index), None, Some(&news[index]));
    }
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
