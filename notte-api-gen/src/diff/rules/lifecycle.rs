//! Deprecation.

use super::prelude::*;

const FAMILY: &str = "deprecation";

pub(in crate::diff) const DEPRECATED: Rule =
    rule("deprecated", FAMILY, "undeprecated", "it is deprecated").source(Builds("uses of deprecated items warn"));

pub(in crate::diff) const UNDEPRECATED: Rule = rule("undeprecated", FAMILY, "deprecated", "it is no longer deprecated");

/// Compares two `deprecated` flags.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let deprecated = |flag: Option<&Value>| flag.and_then(Value::as_bool) == Some(true);
    match (deprecated(old), deprecated(new)) {
        (false, true) => cx.emit(&DEPRECATED, at, old, new),
        (true, false) => cx.emit(&UNDEPRECATED, at, old, new),
        _ => cx.same(),
    }
}
