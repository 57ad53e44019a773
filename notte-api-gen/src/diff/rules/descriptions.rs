//! Words: descriptions, titles and examples. A report says that they changed, and does not repeat them.

use super::prelude::*;

const FAMILY: &str = "descriptions";

pub(in crate::diff) const CHANGED: Rule =
    rule("description-changed", FAMILY, "description-changed", "its description changed");

pub(in crate::diff) const TITLE: Rule = rule("title-changed", FAMILY, "title-changed", "its title changed")
    .source(Depends("a variant of a union may be named after its title"));

pub(in crate::diff) const EXAMPLE: Rule = rule("example-changed", FAMILY, "example-changed", "its example changed");

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
