//! Defaults: what the server does when a value is not sent.

use super::prelude::*;

const FAMILY: &str = "defaults";
const SENT: Wire = Wire::Works("what is not set is not sent");
const ANSWERED: Wire = Wire::Works("the client fills in no defaults");

pub(in crate::diff) const ADDED: Rule = rule("default-added", FAMILY, "default-removed", "there is a default now")
    .sent(SENT)
    .answered(ANSWERED)
    .behaves("not sending it means the default");

pub(in crate::diff) const REMOVED: Rule = rule("default-removed", FAMILY, "default-added", "the default went")
    .sent(SENT)
    .answered(ANSWERED)
    .behaves("not sending it means something the document does not say");

pub(in crate::diff) const CHANGED: Rule =
    rule("default-changed", FAMILY, "default-changed", "there is another default")
        .sent(SENT)
        .answered(ANSWERED)
        .behaves("not sending it means something else");

/// Compares two defaults.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let rule = match (old, new) {
        (None, _) => &ADDED,
        (_, None) => &REMOVED,
        _ => &CHANGED,
    };
    cx.emit(rule, at, old, new);
}
