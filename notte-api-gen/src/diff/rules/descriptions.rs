//! Words: descriptions, titles and examples. A report says that they changed, and does not repeat them.

use super::prelude::*;

const FAMILY: &str = "descriptions";

pub(in crate::diff) const CHANGED: Rule =
    rule("description-changed", FAMILY, "description-changed", "it is described in other words");

pub(in crate::diff) const TITLE: Rule = rule("title-changed", FAMILY, "title-changed", "it has another title")
    .source(Depends("a member of a union may be named after its title"));

pub(in crate::diff) const EXAMPLE: Rule = rule("example-changed", FAMILY, "example-changed", "it has another example");

/// Compares two texts.
pub(in crate::diff) fn compare(
    cx: &mut Comparison<'_>,
    key: &str,
    at: &Place,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    cx.emit(&CHANGED, &at.label(&format!(" ({key})")), old, new);
}
