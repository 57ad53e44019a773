//! Status codes: which ones an operation answers with.

use super::prelude::*;

const FAMILY: &str = "status codes";

pub(in crate::diff) const SUCCESS_ADDED: Rule =
    rule("success-status-added", FAMILY, "success-status-removed", "a success status was added")
        .works("the client treats every 2xx as success")
        .source(Depends("the returned type may change"))
        .behaves("the server may report success with another status");

pub(in crate::diff) const SUCCESS_REMOVED: Rule =
    rule("success-status-removed", FAMILY, "success-status-added", "a success status was removed")
        .works("the client treats every 2xx as success")
        .source(Depends("the returned type may change"))
        .behaves("the server reports success with another status");

pub(in crate::diff) const SUCCESS_CHANGED: Rule =
    rule("success-status-changed", FAMILY, "success-status-changed", "the success status changed")
        .works("the client treats every 2xx as success")
        .source(Depends("the returned type may change"))
        .behaves("code that reads the status sees another one");

pub(in crate::diff) const ERROR_ADDED: Rule =
    rule("error-status-added", FAMILY, "error-status-removed", "an error status was added")
        .works("one error type reads every error");

pub(in crate::diff) const ERROR_REMOVED: Rule =
    rule("error-status-removed", FAMILY, "error-status-added", "an error status was removed")
        .works("one error type reads every error");

/// Compares the responses of two operations that are one; `each` compares two of one status.
pub(in crate::diff) fn compare(
    cx: &mut Comparison<'_>,
    at: &Place,
    old: Option<&Value>,
    new: Option<&Value>,
    mut each: impl FnMut(&mut Comparison<'_>, &Place, &Value, &Value),
) {
    let empty = Value::Object(Map::new());
    let (old, new) = (old.unwrap_or(&empty), new.unwrap_or(&empty));
    let only = |a: &Value, b: &Value| -> Vec<String> {
        let keys = a.as_object().into_iter().flat_map(Map::keys);
        keys.filter(|key| is_success(key) && b.get(key.as_str()).is_none()).cloned().collect()
    };
    let (gone, come) = (only(old, new), only(new, old));
    let moved = if let ([gone], [come]) = (gone.as_slice(), come.as_slice()) { Some((gone, come)) } else { None };
    if let Some((gone, come)) = moved {
        let at = at.answered(&format!("response {gone} -> {come}"), gone, come);
        cx.emit(&SUCCESS_CHANGED, &at, Some(&gone.clone().into()), Some(&come.clone().into()));
        if let (Some(old), Some(new)) = (old.get(gone), new.get(come)) {
            each(cx, &at, old, new);
        }
    }
    cx.each_key(at, old, new, |cx, status, at, old, new| {
        let at = at.response(status);
        match (old, new) {
            (Some(old), Some(new)) => each(cx, &at, old, new),
            _ if moved.is_some() && is_success(status) => cx.elsewhere(),
            _ if status.starts_with("x-") => super::document::rest(cx, status, &at, old, new),
            (None, _) if is_success(status) => cx.emit(&SUCCESS_ADDED, &at, old, new),
            (_, None) if is_success(status) => cx.emit(&SUCCESS_REMOVED, &at, old, new),
            (None, _) => cx.emit(&ERROR_ADDED, &at, old, new),
            (_, None) => cx.emit(&ERROR_REMOVED, &at, old, new),
        }
    });
}

/// Whether an answer under this key of `responses` is one that a caller waits for.
pub(in crate::diff) fn is_success(status: &str) -> bool {
    status.starts_with('2')
}
