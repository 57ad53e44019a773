//! Security: who may call what, how that is proven, and what is secret.

use super::prelude::*;

const FAMILY: &str = "security";

pub(in crate::diff) const ADDED: Rule = rule("security-added", FAMILY, "security-removed", "a key is required now")
    .breaks("an older client sends no key there")
    .behaves("the client sends its key");

pub(in crate::diff) const REMOVED: Rule =
    rule("security-removed", FAMILY, "security-added", "no key is required any more")
        .works("an unneeded key does no harm")
        .behaves("the client no longer sends its key");

pub(in crate::diff) const CHANGED: Rule =
    rule("security-changed", FAMILY, "security-changed", "another credential is required")
        .breaks("an older client may send the old credential")
        .behaves("another credential decides");

pub(in crate::diff) const SCOPES: Rule =
    rule("security-scopes-changed", FAMILY, "security-scopes-changed", "the key needs other scopes")
        .works("the same key is sent")
        .behaves("a key may lack a scope");

pub(in crate::diff) const SCHEME_ADDED: Rule =
    rule("security-scheme-added", FAMILY, "security-scheme-removed", "a security scheme was added")
        .works("operations that use it are reported separately");

pub(in crate::diff) const SCHEME_REMOVED: Rule =
    rule("security-scheme-removed", FAMILY, "security-scheme-added", "a security scheme was removed")
        .works("operations that used it are reported separately");

pub(in crate::diff) const SCHEME_CHANGED: Rule =
    rule("security-scheme-changed", FAMILY, "security-scheme-changed", "a security scheme changed")
        .breaks("an older client may send the old credential")
        .behaves("another credential decides");

pub(in crate::diff) const SECRET_MARKED: Rule =
    rule("secret-marked", FAMILY, "secret-unmarked", "a value is a secret now")
        .source(Breaks("the field becomes a secret"))
        .behaves("it is never printed");

pub(in crate::diff) const SECRET_UNMARKED: Rule =
    rule("secret-unmarked", FAMILY, "secret-marked", "a value is no longer a secret")
        .source(Breaks("the field is no longer a secret"))
        .behaves("it may be printed");

/// Compares two lists of alternatives; an absent one of an operation is the document's.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let (old, new) = (old.or_else(|| cx.old_security(at)), new.or_else(|| cx.new_security(at)));
    let rule = match (needed(old), needed(new)) {
        (false, true) => &ADDED,
        (true, false) => &REMOVED,
        _ if schemes(old) == schemes(new) && old != new => &SCOPES,
        _ if old == new => return cx.emit_works(&CHANGED, at, old, new, "it means the same in another place"),
        _ => &CHANGED,
    };
    cx.emit(rule, at, old, new);
}

/// Whether some alternative asks for a credential: the client then sends its key.
fn needed(security: Option<&Value>) -> bool {
    !schemes(security).concat().is_empty()
}

fn schemes(security: Option<&Value>) -> Vec<Vec<String>> {
    let alternatives = security.and_then(Value::as_array).into_iter().flatten();
    let mut all: Vec<Vec<String>> = alternatives
        .map(|alternative| alternative.as_object().into_iter().flat_map(Map::keys).cloned().collect())
        .collect();
    all.sort();
    all
}

/// Compares the schemes that a document describes.
pub(in crate::diff) fn schemes_of(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    cx.each_key(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |cx, name, at, old, new| {
        let at = at.label(&format!("security scheme {name}"));
        match (old, new) {
            (None, _) => cx.emit(&SCHEME_ADDED, &at, old, new),
            (_, None) => cx.emit(&SCHEME_REMOVED, &at, old, new),
            (Some(was), Some(is)) => cx.each_key(&at, was, is, |cx, key, at, old, new| match key {
                "description" => super::descriptions::compare(cx, key, at, old, new),
                // Names of headers and of HTTP's schemes have no case.
                "scheme" if lowercase(old) == lowercase(new) => cx.same(),
                "name" if is.get("in") == Some(&"header".into()) && lowercase(old) == lowercase(new) => cx.same(),
                _ => cx.emit(&SCHEME_CHANGED, at, old, new),
            }),
        }
    });
}

fn lowercase(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::to_lowercase)
}

/// Compares two marks of a secret.
pub(in crate::diff) fn secret(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let marked = |mark: Option<&Value>| mark == Some(&Value::Bool(true));
    match (marked(old), marked(new)) {
        (false, true) => cx.emit(&SECRET_MARKED, at, old, new),
        (true, false) => cx.emit(&SECRET_UNMARKED, at, old, new),
        _ => cx.same(),
    }
}
