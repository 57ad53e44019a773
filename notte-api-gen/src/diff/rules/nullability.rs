//! Whether a value may be null.

use super::prelude::*;

const FAMILY: &str = "nullability";

pub(in crate::diff) const BECAME_NULLABLE: Rule =
    rule("became-nullable", FAMILY, "became-non-nullable", "it may be null now")
        .sent(Wire::Works("the server still accepts a value"))
        .answered(Wire::Breaks("an older client cannot decode null where it expects a value"))
        .source(Depends("a required field becomes an option; an optional one is one already"));

pub(in crate::diff) const BECAME_NON_NULLABLE: Rule =
    rule("became-non-nullable", FAMILY, "became-nullable", "it is no longer null")
        .sent(Wire::Works("the client omits nulls"))
        .answered(Wire::Works("an older client accepts a value"))
        .source(Depends("a required field is no longer an option; an optional one still is"));

/// Compares two `nullable` flags.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let nullable = |flag: Option<&Value>| flag.and_then(Value::as_bool) == Some(true);
    match (nullable(old), nullable(new)) {
        (false, true) if at.is_optional() => {
            cx.emit_works(&BECAME_NULLABLE, at, old, new, "an older client reads null for an optional value as absent");
        }
        (false, true) => cx.emit(&BECAME_NULLABLE, at, old, new),
        (true, false) => cx.emit(&BECAME_NON_NULLABLE, at, old, new),
        // Only one of the dialects can say that it is not.
        _ => cx.elsewhere(),
    }
}
