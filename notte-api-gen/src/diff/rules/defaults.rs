//! Defaults: what the server does when a value is not sent.

use super::prelude::*;

const FAMILY: &str = "defaults";
const SENT: Wire = Wire::Works("the client does not send what the caller did not set");
const ANSWERED: Wire = Wire::Works("the client fills in no defaults");

pub(in crate::diff) const ADDED: Rule = rule("default-added", FAMILY, "default-removed", "a default was added")
    .sent(SENT)
    .answered(ANSWERED)
    .behaves_where_sent("leaving it out means the default");

pub(in crate::diff) const REMOVED: Rule = rule("default-removed", FAMILY, "default-added", "the default was removed")
    .sent(SENT)
    .answered(ANSWERED)
    .behaves_where_sent("the document no longer says what leaving it out means");

pub(in crate::diff) const CHANGED: Rule = rule("default-changed", FAMILY, "default-changed", "the default changed")
    .sent(SENT)
    .answered(ANSWERED)
    .behaves_where_sent("leaving it out means the new default");

/// Compares two defaults.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let rule = match (old, new) {
        (None, _) => &ADDED,
        (_, None) => &REMOVED,
        _ => &CHANGED,
    };
    cx.emit(rule, at, old, new);
}
