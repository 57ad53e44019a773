//! Operations: they come, go, and are called by another name or method.

use super::prelude::*;
use super::{bodies, descriptions, document, lifecycle, parameters, responses, security, tags};

const FAMILY: &str = "operations";

pub(in crate::diff) const ADDED: Rule = rule("operation-added", FAMILY, "operation-removed", "an operation was added")
    .works("an older client does not call it")
    .source(Builds("a method and its types are added"));

pub(in crate::diff) const REMOVED: Rule =
    rule("operation-removed", FAMILY, "operation-added", "an operation was removed")
        .breaks("the server no longer serves it")
        .source(Breaks("its method and its builder are removed"));

pub(in crate::diff) const RENAMED: Rule =
    rule("operation-renamed", FAMILY, "operation-renamed", "an operation was renamed")
        .works("the id is not sent")
        .source(Breaks("its method and its builder are renamed"));

pub(in crate::diff) const METHOD: Rule =
    rule("operation-method-changed", FAMILY, "operation-method-changed", "the HTTP method of an operation changed")
        .breaks("the server refuses the old method")
        .source(Builds("the method is in no signature"))
        .behaves("the client may retry it in other cases");

pub(in crate::diff) const EFFECT: Rule = rule("effect-changed", FAMILY, "effect-changed", "the effect class changed")
    .behaves("the client retries calls in other cases");

/// Compares two operations that are one.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: &Value, new: &Value) {
    parameters::compare(cx, at, old.get("parameters"), new.get("parameters"));
    cx.each_key(at, old, new, |cx, key, at, old, new| match key {
        // The id and the method are compared where operations are paired, the parameters above.
        "operationId" | "parameters" => cx.elsewhere(),
        "requestBody" => bodies::compare(cx, at, old, new),
        "responses" => responses::compare(cx, at, old, new),
        "security" => security::compare(cx, at, old, new),
        "tags" => tags::compare(cx, at, old, new),
        "deprecated" => lifecycle::compare(cx, at, old, new),
        "summary" | "description" | "externalDocs" => descriptions::compare(cx, key, at, old, new),
        "servers" => cx.emit(&document::SERVERS, at, old, new),
        "x-notte-effect" => cx.emit(&EFFECT, at, old, new),
        _ => document::rest(cx, key, at, old, new),
    });
}
