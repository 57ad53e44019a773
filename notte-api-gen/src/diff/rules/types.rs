//! Types: components, references, kinds and formats; and the comparison of two schemas.

use super::prelude::*;
use super::{
    constraints, defaults, descriptions, discriminators, document, enums, lifecycle, nullability, properties, security,
    unions,
};
use crate::model::reference;

const FAMILY: &str = "types";

pub(in crate::diff) const SCHEMA_ADDED: Rule = rule("schema-added", FAMILY, "schema-removed", "a component was added")
    .works("its uses are reported separately")
    .source(Builds("a type is added"));

pub(in crate::diff) const SCHEMA_REMOVED: Rule =
    rule("schema-removed", FAMILY, "schema-added", "a component was removed")
        .works("its uses are reported separately")
        .source(Breaks("its type is removed"));

pub(in crate::diff) const SCHEMA_RENAMED: Rule =
    rule("schema-renamed", FAMILY, "schema-renamed", "a component was renamed")
        .works("names of components are not sent")
        .source(Breaks("its type is renamed"));

pub(in crate::diff) const CHANGED: Rule = rule("type-changed", FAMILY, "type-changed", "the type changed")
    .sent(Wire::Breaks("an older client sends the old type"))
    .answered(Wire::Breaks("an older client cannot decode the new type"))
    .source(Breaks("the field or setter has another type"));

pub(in crate::diff) const WIDENED: Rule = rule("type-widened", FAMILY, "type-narrowed", "an integer became a number")
    .sent(Wire::Works("the server still accepts integers"))
    .answered(Wire::Breaks("an older client cannot decode a fraction"))
    .source(Breaks("the field or setter has another type"));

pub(in crate::diff) const NARROWED: Rule = rule("type-narrowed", FAMILY, "type-widened", "a number became an integer")
    .sent(Wire::Breaks("an older client may send a fraction"))
    .answered(Wire::Works("an integer is a number"))
    .source(Breaks("the field or setter has another type"));

pub(in crate::diff) const RESTRICTED: Rule = rule("type-restricted", FAMILY, "type-lifted", "any value became a type")
    .sent(Wire::Breaks("an older client may send another type"))
    .answered(Wire::Works("an older client accepts any value"))
    .source(Breaks("the field or setter has another type"));

pub(in crate::diff) const LIFTED: Rule = rule("type-lifted", FAMILY, "type-restricted", "a type became any value")
    .sent(Wire::Works("the server still accepts the old type"))
    .answered(Wire::Breaks("an older client cannot decode another type"))
    .source(Breaks("the field or setter has another type"));

pub(in crate::diff) const FORMAT: Rule = rule("format-changed", FAMILY, "format-changed", "its format changed")
    .sent(Wire::Breaks("an older client may write the old format"))
    .answered(Wire::Breaks("an older client may not read the new format"))
    .source(Depends("timestamps, durations, secrets and files have types of their own"))
    .behaves("the same text has another meaning");

pub(in crate::diff) const REFERENCE: Rule =
    rule("reference-changed", FAMILY, "reference-changed", "the reference is to another component")
        .works("their differences are reported separately")
        .source(Breaks("the field, setter or call has another type"));

pub(in crate::diff) const NAMED: Rule =
    rule("schema-named", FAMILY, "schema-inlined", "an inline schema became a component")
        .works("differences are reported separately")
        .source(Depends("the type may have another name"));

pub(in crate::diff) const INLINED: Rule =
    rule("schema-inlined", FAMILY, "schema-named", "a component became an inline schema")
        .works("differences are reported separately")
        .source(Depends("the type may have another name"));

/// What says of what kind a value is; of no use where the kinds differ.
const STRUCTURE: [&str; 14] = [
    "type",
    "format",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "allOf",
    "oneOf",
    "anyOf",
    "discriminator",
    "$ref",
    "pattern",
    "not",
];

/// A schema with a lone `allOf` around it taken off: what stands beside counts.
pub(in crate::diff) fn flat(schema: &Value) -> Map<String, Value> {
    let Some(outer) = schema.as_object() else { return Map::new() };
    let mut flat = outer.clone();
    while let Some([Value::Object(only)]) = flat.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        let mut inner = only.clone();
        flat.remove("allOf");
        inner.extend(flat);
        flat = inner;
    }
    flat
}

/// Compares two schemas; one that is absent is any value.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    if old == new {
        return;
    }
    let (mut old_flat, mut new_flat) = (old.map(flat).unwrap_or_default(), new.map(flat).unwrap_or_default());
    if old_flat == new_flat {
        return cx.same();
    }
    let (old_ref, new_ref) = (target(&old_flat), target(&new_flat));
    let member = unions::has(&new_flat, old_ref.as_deref()) || unions::has(&old_flat, new_ref.as_deref());
    if old_ref != new_ref && !member {
        let rule = match (&old_ref, &new_ref) {
            (Some(_), Some(_)) => &REFERENCE,
            (None, _) => &NAMED,
            (_, None) => &INLINED,
        };
        cx.emit(rule, at, old_ref.clone().map(Value::from).as_ref(), new_ref.clone().map(Value::from).as_ref());
        if !cx.enter(old_ref.as_ref(), new_ref.as_ref()) {
            return;
        }
        old_flat = resolved(cx.old_schema(old_ref.as_deref()), old_flat);
        new_flat = resolved(cx.new_schema(new_ref.as_deref()), new_flat);
        both(cx, at, old_flat, new_flat);
        cx.leave();
        return;
    }
    both(cx, at, old_flat, new_flat);
}

/// A reference's target with what stands beside the reference.
fn resolved(target: Option<&Value>, beside: Map<String, Value>) -> Map<String, Value> {
    let Some(target) = target else { return beside };
    let mut resolved = flat(target);
    resolved.extend(beside.into_iter().filter(|(key, _)| key != "$ref"));
    resolved
}

fn target(schema: &Map<String, Value>) -> Option<String> {
    reference(&Value::Object(schema.clone())).map(str::to_owned)
}

fn both(cx: &mut Comparison<'_>, at: &Place, old: Map<String, Value>, new: Map<String, Value>) {
    let same_kind = kind(cx, at, &old, &new);
    let (old, new) = (Value::Object(old), Value::Object(new));
    properties::compare(cx, at, &old, &new, same_kind);
    cx.each_key(at, &old, &new, |cx, key, at, old, new| match key {
        _ if !same_kind && STRUCTURE.contains(&key) => cx.elsewhere(),
        "properties" | "required" => cx.elsewhere(),
        "type" | "$ref" => cx.same(),
        "format" => format(cx, at, old, new),
        "nullable" => nullability::compare(cx, at, old, new),
        "enum" => enums::compare(cx, at, old, new),
        "default" => defaults::compare(cx, at, old, new),
        "items" => compare(cx, &at.items(), old, new),
        "additionalProperties" => properties::extras(cx, at, old, new),
        "allOf" | "oneOf" | "anyOf" => unions::compare(cx, key, at, old, new),
        "discriminator" => discriminators::compare(cx, at, old, new),
        "title" => cx.emit(&descriptions::TITLE, at, old, new),
        "description" | "externalDocs" | "xml" => descriptions::compare(cx, key, at, old, new),
        "example" | "examples" => cx.emit(&descriptions::EXAMPLE, at, old, new),
        "deprecated" => lifecycle::compare(cx, at, old, new),
        "readOnly" | "writeOnly" => properties::access(cx, key, at, old, new),
        "x-notte-secret" => security::secret(cx, at, old, new),
        _ if constraints::is_limit(key) => constraints::compare(cx, key, at, old, new),
        _ => document::rest(cx, key, at, old, new),
    });
}

/// Tells whether the two are of one kind, and what happened where they are not.
fn kind(cx: &mut Comparison<'_>, at: &Place, old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let (was, is) = (kind_of(old), kind_of(new));
    if was == is {
        return true;
    }
    let rule = match (was.as_str(), is.as_str()) {
        ("integer", "number") => &WIDENED,
        ("number", "integer") => &NARROWED,
        ("anything", _) => &RESTRICTED,
        (_, "anything") => &LIFTED,
        ("oneOf", "anyOf") | ("anyOf", "oneOf") => {
            let (old_key, new_key) = (was.as_str(), is.as_str());
            cx.emit(&unions::KIND, at, Some(&old_key.into()), Some(&new_key.into()));
            unions::compare(cx, new_key, &at.key2(old_key, new_key), old.get(old_key), new.get(new_key));
            return false;
        }
        (_, "oneOf" | "anyOf") if unions::holds(new, &was) => &unions::MADE,
        ("oneOf" | "anyOf", _) if unions::holds(old, &is) => &unions::DISSOLVED,
        _ => &CHANGED,
    };
    let shape = |schema: &Map<String, Value>| {
        let structure = schema.iter().filter(|(key, _)| STRUCTURE.contains(&key.as_str()));
        Value::Object(structure.map(|(key, value)| (key.clone(), value.clone())).collect())
    };
    cx.emit(rule, at, Some(&shape(old)), Some(&shape(new)));
    false
}

/// In one word what a schema is.
pub(in crate::diff) fn kind_of(schema: &Map<String, Value>) -> String {
    for union in ["oneOf", "anyOf", "allOf"] {
        if schema.get(union).and_then(Value::as_array).is_some_and(|members| !members.is_empty()) {
            return union.to_owned();
        }
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return name.to_owned();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some(kind) => kind.to_owned(),
        None if schema.contains_key("properties") => "object".to_owned(),
        None if schema.contains_key("items") => "array".to_owned(),
        None => "anything".to_owned(),
    }
}

fn format(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    // A width says nothing that JSON or the client's own integers would notice.
    const WIDTHS: [&str; 4] = ["int32", "int64", "float", "double"];
    let only_width =
        [old, new].into_iter().flatten().all(|format| format.as_str().is_some_and(|f| WIDTHS.contains(&f)));
    if only_width {
        return cx.emit_works(&FORMAT, at, old, new, "JSON numbers have no width");
    }
    cx.emit(&FORMAT, at, old, new);
}
