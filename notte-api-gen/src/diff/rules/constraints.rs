//! Limits: bounds, lengths, counts, patterns.

use super::prelude::*;

const FAMILY: &str = "constraints";
const UNCHECKED: Wire = Wire::Works("the client does not check answers against limits");

pub(in crate::diff) const ADDED: Rule = rule("limit-added", FAMILY, "limit-removed", "there is a limit now")
    .sent(Wire::Breaks("a value that was fine may be refused"))
    .answered(UNCHECKED)
    .behaves("a value beyond the limit is refused");

pub(in crate::diff) const REMOVED: Rule = rule("limit-removed", FAMILY, "limit-added", "a limit went")
    .sent(Wire::Works("what was fine still is"))
    .answered(UNCHECKED)
    .behaves("values beyond the old limit are fine");

pub(in crate::diff) const TIGHTENED: Rule = rule("limit-tightened", FAMILY, "limit-loosened", "a limit is closer")
    .sent(Wire::Breaks("a value that was fine may be refused"))
    .answered(UNCHECKED)
    .behaves("a value beyond the new limit is refused");

pub(in crate::diff) const LOOSENED: Rule = rule("limit-loosened", FAMILY, "limit-tightened", "a limit is wider")
    .sent(Wire::Works("what was fine still is"))
    .answered(UNCHECKED)
    .behaves("values beyond the old limit are fine");

pub(in crate::diff) const PATTERN: Rule =
    rule("pattern-changed", FAMILY, "pattern-changed", "the text must look otherwise")
        .sent(Wire::Breaks("a text that was fine may be refused"))
        .answered(UNCHECKED)
        .behaves("other texts are refused");

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
