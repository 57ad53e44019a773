//! Operations: they come, go, and are called by another name or method.

use super::prelude::*;
use super::{bodies, descriptions, document, lifecycle, parameters, responses, security, tags};

const FAMILY: &str = "operations";

pub(in crate::diff) const ADDED: Rule = rule("operation-added", FAMILY, "operation-removed", "an operation came")
    .works("an older client does not call it")
    .source(Builds("a method and its types come"));

pub(in crate::diff) const REMOVED: Rule = rule("operation-removed", FAMILY, "operation-added", "an operation went")
    .breaks("the server no longer answers it")
    .source(Breaks("its method and its builder go"));

pub(in crate::diff) const RENAMED: Rule =
    rule("operation-renamed", FAMILY, "operation-renamed", "an operation has another id")
        .works("the id is not sent")
        .source(Breaks("its method and its builder have another name"));

pub(in crate::diff) const METHOD: Rule = rule(
    "operation-method-changed",
    FAMILY,
    "operation-method-changed",
    "an operation is called by another HTTP method",
)
.breaks("the server refuses the old method")
.source(Builds("the method is in no signature"))
.behaves("another method may be retried in other cases");

pub(in crate::diff) const EFFECT: Rule =
    rule("effect-changed", FAMILY, "effect-changed", "another effect class says what may be repeated")
        .behaves("calls are retried in other cases, or cost where they did not");

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
