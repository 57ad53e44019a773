//! The document itself: its version, servers, extensions; and what no rule knows.

use super::prelude::*;
use super::{descriptions, security, tags};

const FAMILY: &str = "document";

pub(in crate::diff) const VERSION: Rule =
    rule("version-changed", FAMILY, "version-changed", "the API says another version of itself");

pub(in crate::diff) const INFO: Rule =
    rule("info-changed", FAMILY, "info-changed", "it says something else about itself");

pub(in crate::diff) const SERVERS: Rule = rule("servers-changed", FAMILY, "servers-changed", "it is served elsewhere")
    .works("the client is told its server, and reads none from the document")
    .behaves("the address to configure may be another");

pub(in crate::diff) const EXTENSION: Rule =
    rule("extension-changed", FAMILY, "extension-changed", "an extension (`x-…`) changed");

pub(in crate::diff) const REORDERED: Rule = rule("reordered", FAMILY, "reordered", "the same things in another order")
    .source(Depends("of a union, the order decides which member is tried first"));

pub(in crate::diff) const RESPELLED: Rule = rule("respelled", FAMILY, "respelled", "the same said in another way");

pub(in crate::diff) const UNHANDLED: Rule =
    rule("unhandled", FAMILY, "unhandled", "something changed that no rule knows")
        .breaks("nobody knows: look at it, and write a rule")
        .source(Depends("see the items"))
        .behaves("nobody knows");

/// Compares all of two documents but the operations and the components, which are paired first.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, old: &Value, new: &Value) {
    let root = Place::root();
    cx.each_key(&root, old, new, |cx, key, at, old, new| match key {
        "paths" | "openapi" => cx.elsewhere(),
        "components" => components(cx, at, old, new),
        "info" => info(cx, at, old, new),
        "servers" => cx.emit(&SERVERS, &at.label("servers"), old, new),
        "security" => security::compare(cx, &at.label("every operation"), old, new),
        "tags" => tags::described(cx, at, old, new),
        "externalDocs" => descriptions::compare(cx, key, &at.label("document"), old, new),
        _ => rest(cx, key, &at.label(key), old, new),
    });
}

fn components(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    cx.each_key(at, old.unwrap_or(&empty), new.unwrap_or(&empty), |cx, key, at, old, new| match key {
        "schemas" => cx.elsewhere(),
        "securitySchemes" => security::schemes_of(cx, at, old, new),
        // No place refers to them any more once they are resolved.
        "examples" => cx.emit(&descriptions::EXAMPLE, &at.label("components"), old, new),
        _ => rest(cx, key, &at.label("components"), old, new),
    });
}

fn info(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let empty = Value::Object(Map::new());
    let at = at.label("info");
    cx.each_key(&at, old.unwrap_or(&empty), new.unwrap_or(&empty), |cx, key, at, old, new| match key {
        "version" => cx.emit(&VERSION, at, old, new),
        "title" | "license" | "contact" | "termsOfService" => cx.emit(&INFO, &at.label(&format!(" {key}")), old, new),
        "description" => descriptions::compare(cx, key, at, old, new),
        _ => rest(cx, key, at, old, new),
    });
}

/// What no family has a rule for: an extension, or something new to this tool.
pub(in crate::diff) fn rest(cx: &mut Comparison<'_>, key: &str, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let rule = if key.starts_with("x-") { &EXTENSION } else { &UNHANDLED };
    cx.emit(rule, &at.label(&format!(" ({key})")), old, new);
}
