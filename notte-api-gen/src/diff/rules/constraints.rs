//! Limits: bounds, lengths, counts, patterns.

use super::prelude::*;

const FAMILY: &str = "constraints";
const UNCHECKED: Wire = Wire::Works("the client does not check responses against limits");

pub(in crate::diff) const ADDED: Rule = rule("limit-added", FAMILY, "limit-removed", "a limit was added")
    .sent(Wire::Breaks("the server may refuse a value that it accepted before"))
    .answered(UNCHECKED)
    .behaves_where_sent("the server refuses a value beyond the limit");

pub(in crate::diff) const REMOVED: Rule = rule("limit-removed", FAMILY, "limit-added", "a limit was removed")
    .sent(Wire::Works("what was accepted before still is"))
    .answered(UNCHECKED)
    .behaves_where_sent("the server accepts values beyond the old limit");

pub(in crate::diff) const TIGHTENED: Rule = rule("limit-tightened", FAMILY, "limit-loosened", "a limit is tighter")
    .sent(Wire::Breaks("the server may refuse a value that it accepted before"))
    .answered(UNCHECKED)
    .behaves_where_sent("the server refuses a value beyond the new limit");

pub(in crate::diff) const LOOSENED: Rule = rule("limit-loosened", FAMILY, "limit-tightened", "a limit is looser")
    .sent(Wire::Works("what was accepted before still is"))
    .answered(UNCHECKED)
    .behaves_where_sent("the server accepts values beyond the old limit");

pub(in crate::diff) const PATTERN: Rule =
    rule("pattern-changed", FAMILY, "pattern-changed", "the pattern of a text changed")
        .sent(Wire::Breaks("the server may refuse a text that it accepted before"))
        .answered(UNCHECKED)
        .behaves_where_sent("the server refuses other texts");

const UPPER: [&str; 5] = ["maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum"];
const LOWER: [&str; 5] = ["minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum"];

/// Whether the keyword limits a value.
pub(in crate::diff) fn is_limit(key: &str) -> bool {
    UPPER.contains(&key) || LOWER.contains(&key) || ["multipleOf", "uniqueItems", "pattern", "not"].contains(&key)
}

/// Compares two limits of one keyword.
pub(in crate::diff) fn compare(
    cx: &mut Comparison<'_>,
    key: &str,
    at: &Place,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    let at = &at.label(&format!(" ({key})"));
    // A flag that is off is no limit.
    let set = |limit: Option<&Value>| limit.is_some_and(|limit| *limit != Value::Bool(false));
    match (set(old), set(new)) {
        // Only one of the dialects can say that there is none.
        (false, false) => return cx.elsewhere(),
        (false, true) => return cx.emit(&ADDED, at, old, new),
        (true, false) => return cx.emit(&REMOVED, at, old, new),
        (true, true) => {}
    }
    let (Some(was), Some(is)) = (old.and_then(Value::as_f64), new.and_then(Value::as_f64)) else {
        return cx.emit(&PATTERN, at, old, new);
    };
    let tighter = match key {
        _ if UPPER.contains(&key) => is < was,
        _ if LOWER.contains(&key) => is > was,
        // Multiples of a larger step are fewer.
        _ => is > was,
    };
    cx.emit(if tighter { &TIGHTENED } else { &LOOSENED }, at, old, new);
}
