//! Deprecation.

use super::prelude::*;

const FAMILY: &str = "deprecation";

pub(in crate::diff) const DEPRECATED: Rule =
    rule("deprecated", FAMILY, "undeprecated", "it is deprecated").source(Builds("what is marked deprecated warns"));

pub(in crate::diff) const UNDEPRECATED: Rule = rule("undeprecated", FAMILY, "deprecated", "it is deprecated no longer");

/// Compares two `deprecated` flags.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let deprecated = |flag: Option<&Value>| flag.and_then(Value::as_bool) == Some(true);
    match (deprecated(old), deprecated(new)) {
        (false, true) => cx.emit(&DEPRECATED, at, old, new),
        (true, false) => cx.emit(&UNDEPRECATED, at, old, new),
        _ => cx.same(),
    }
}
