//! Security: who may call what, how that is proven, and what is secret.

use super::prelude::*;

const FAMILY: &str = "security";

pub(in crate::diff) const ADDED: Rule = rule("security-added", FAMILY, "security-removed", "a key is needed now")
    .breaks("an older client sends no key there")
    .behaves("the key is sent");

pub(in crate::diff) const REMOVED: Rule =
    rule("security-removed", FAMILY, "security-added", "no key is needed any more")
        .works("a key too many does no harm")
        .behaves("the key is not sent any more");

pub(in crate::diff) const CHANGED: Rule =
    rule("security-changed", FAMILY, "security-changed", "another proof is asked for")
        .breaks("an older client may prove itself in the old way")
        .behaves("another credential decides");

pub(in crate::diff) const SCOPES: Rule =
    rule("security-scopes-changed", FAMILY, "security-scopes-changed", "the key needs other rights")
        .works("the same key is sent")
        .behaves("a key may have too few rights");

pub(in crate::diff) const SCHEME_ADDED: Rule =
    rule("security-scheme-added", FAMILY, "security-scheme-removed", "a way to prove oneself is described")
        .works("what asks for it is told on its own");

pub(in crate::diff) const SCHEME_REMOVED: Rule =
    rule("security-scheme-removed", FAMILY, "security-scheme-added", "a way to prove oneself is no longer described")
        .works("what asked for it is told on its own");

pub(in crate::diff) const SCHEME_CHANGED: Rule =
    rule("security-scheme-changed", FAMILY, "security-scheme-changed", "a way to prove oneself is another")
        .breaks("an older client may prove itself in the old way")
        .behaves("another credential decides");

pub(in crate::diff) const SECRET_MARKED: Rule =
    rule("secret-marked", FAMILY, "secret-unmarked", "a value is never printed any more")
        .source(Breaks("the field becomes a secret"))
        .behaves("it is left out of everything that prints");

pub(in crate::diff) const SECRET_UNMARKED: Rule =
    rule("secret-unmarked", FAMILY, "secret-marked", "a value may be printed now")
        .source(Breaks("the field is no secret any more"))
        .behaves("it is no longer left out of what prints");

/// Compares two lists of alternatives; an absent one of an operation is the document's.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let (old, new) = (old.or_else(|| cx.old_security(at)), new.or_else(|| cx.new_security(at)));
    let rule = match (needed(old), needed(new)) {
        (false, true) => &ADDED,
        (true, false) => &REMOVED,
        _ if schemes(old) == schemes(new) && old != new => &SCOPES,
        _ if old == new => return cx.emit_works(&CHANGED, at, old, new, "said in another place, it means the same"),
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
            (Some(old), Some(new)) => cx.each_key(&at, old, new, |cx, key, at, old, new| match key {
                "description" => super::descriptions::compare(cx, key, at, old, new),
                _ => cx.emit(&SCHEME_CHANGED, at, old, new),
            }),
        }
    });
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
