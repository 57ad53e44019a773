//! Properties of objects, and what may stand beside them.

use super::document::RESPELLED;
use super::prelude::*;
use super::types;
use crate::diff::rename;

const FAMILY: &str = "properties";

pub(in crate::diff) const ADDED: Rule =
    rule("property-added", FAMILY, "property-removed", "an optional property was added")
        .sent(Wire::Works("it need not be sent"))
        .answered(Wire::Works("an older client keeps unknown fields"))
        .source(Builds("a field and a setter are added, and structs are non-exhaustive"));

pub(in crate::diff) const REMOVED: Rule =
    rule("property-removed", FAMILY, "property-added", "an optional property was removed")
        .sent(Wire::Breaks("the server may refuse an unknown key"))
        .answered(Wire::Works("an older client accepts its absence"))
        .source(Breaks("its field and setter are removed"))
        .behaves("its information is no longer sent or returned");

pub(in crate::diff) const ADDED_REQUIRED: Rule =
    rule("required-property-added", FAMILY, "required-property-removed", "a required property was added")
        .sent(Wire::Breaks("an older client does not send it"))
        .answered(Wire::Works("an older client keeps unknown fields"))
        .source(Builds("a field is added; a request needs one more value"))
        .behaves_where_sent("the server refuses requests without it");

pub(in crate::diff) const REMOVED_REQUIRED: Rule =
    rule("required-property-removed", FAMILY, "required-property-added", "a required property was removed")
        .sent(Wire::Breaks("the server may refuse an unknown key"))
        .answered(Wire::Breaks("an older client cannot decode a response without it"))
        .source(Breaks("its field and setter are removed"))
        .behaves("its information is no longer sent or returned");

pub(in crate::diff) const BECAME_REQUIRED: Rule =
    rule("property-became-required", FAMILY, "property-became-optional", "a property is required now")
        .sent(Wire::Breaks("an older client may leave it out"))
        .answered(Wire::Works("an older client accepts its presence"))
        .source(Breaks("the field is no longer an option"))
        .behaves_where_sent("the server refuses requests without it");

pub(in crate::diff) const BECAME_OPTIONAL: Rule =
    rule("property-became-optional", FAMILY, "property-became-required", "a property is optional now")
        .sent(Wire::Works("an older client still sends it"))
        .answered(Wire::Breaks("an older client cannot decode a response without it"))
        .source(Breaks("the field becomes an option"));

pub(in crate::diff) const RENAMED: Rule =
    rule("property-renamed", FAMILY, "property-renamed", "a property was renamed")
        .sent(Wire::Breaks("an older client sends the old name"))
        .answered(Wire::Breaks("an older client reads the old name"))
        .source(Breaks("its field and setter are renamed"));

pub(in crate::diff) const ACCESS: Rule =
    rule("property-access-changed", FAMILY, "property-access-changed", "`readOnly` or `writeOnly` changed")
        .sent(Wire::Breaks("the server may refuse a read-only property"))
        .answered(Wire::Breaks("the server no longer returns a write-only property"))
        .source(Depends("a required field becomes an option, or stops being one"));

pub(in crate::diff) const EXTRAS_FORBIDDEN: Rule =
    rule("extra-keys-forbidden", FAMILY, "extra-keys-allowed", "unknown keys are forbidden now")
        .sent(Wire::Breaks("an older client may send such keys"))
        .answered(Wire::Works("the server no longer returns such keys"))
        .source(Depends("a map without described keys has another type"))
        .behaves_where_sent("the server refuses requests with such keys");

pub(in crate::diff) const EXTRAS_ALLOWED: Rule =
    rule("extra-keys-allowed", FAMILY, "extra-keys-forbidden", "unknown keys are allowed now")
        .sent(Wire::Works("an older client need not send such keys"))
        .answered(Wire::Works("an older client keeps unknown fields"))
        .source(Depends("a map without described keys has another type"));

/// Compares two `readOnly` or two `writeOnly` flags.
pub(in crate::diff) fn access(
    cx: &mut Comparison<'_>,
    key: &str,
    at: &Place,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    let set = |flag: Option<&Value>| flag.and_then(Value::as_bool) == Some(true);
    let at = at.label(&format!(" ({key})"));
    let matters = if key == "readOnly" { at.is_sent() } else { at.is_answered() };
    match (set(old), set(new)) {
        (false, true) if matters => cx.emit(&ACCESS, &at, old, new),
        (false, false) | (true, true) => cx.same(),
        _ => cx.emit_works(&ACCESS, &at, old, new, "an older client is not concerned"),
    }
}

/// A property beside its schema.
type Property<'a> = (&'a String, &'a Value);

/// Compares the properties of two objects, `required` included. Of two that are no objects both there is nothing to say.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: &Value, new: &Value, same_kind: bool) {
    if !same_kind || (old.get("properties") == new.get("properties") && old.get("required") == new.get("required")) {
        return;
    }
    let found = cx.found();
    let (olds, news) = (all(old), all(new));
    let mut gone: Vec<Property<'_>> = olds.iter().filter(|(name, _)| !has(&news, name)).copied().collect();
    let mut come: Vec<Property<'_>> = news.iter().filter(|(name, _)| !has(&olds, name)).copied().collect();
    for ((was, old_schema), (is, new_schema)) in rename::fields::pairs(&cx.renames.words.clone(), &mut gone, &mut come)
    {
        let at = at.property(was, is, requires(old, was) && requires(new, is));
        cx.emit(&RENAMED, &at, Some(&was.clone().into()), Some(&is.clone().into()));
        requiredness(cx, &at, requires(old, was), requires(new, is), old_schema);
        types::compare(cx, &at, Some(old_schema), Some(new_schema));
    }
    for (name, schema) in gone {
        let required = requires(old, name);
        let at = at.property(name, name, required);
        let rule = if required { &REMOVED_REQUIRED } else { &REMOVED };
        if required && nullable(schema) && !at.is_sent() {
            cx.emit_works(rule, &at, Some(schema), None, "an older client accepts null in its place");
        } else {
            cx.emit(rule, &at, Some(schema), None);
        }
    }
    for (name, schema) in come {
        let required = requires(new, name);
        let rule = if required { &ADDED_REQUIRED } else { &ADDED };
        cx.emit(rule, &at.property(name, name, required), None, Some(schema));
    }
    for (name, old_schema) in &olds {
        let Some((_, new_schema)) = news.iter().find(|(other, _)| other == name) else { continue };
        let (was, is) = (requires(old, name), requires(new, name));
        let at = at.property(name, name, was && is);
        requiredness(cx, &at, was, is, old_schema);
        types::compare(cx, &at, Some(old_schema), Some(new_schema));
    }
    // `required` may name what is no property.
    for (from, to, rule) in [(old, new, &BECAME_OPTIONAL), (new, old, &BECAME_REQUIRED)] {
        for name in required(from).filter(|name| !requires(to, name)) {
            if !has(&olds, name) && !has(&news, name) {
                cx.emit(rule, &at.property(name, name, false), None, None);
            }
        }
    }
    cx.or_reordered(found, at, old.get("required"), new.get("required"));
    // Twice the same name, or what is no name.
    let odd = |schema: &Value| schema.get("properties").is_some_and(|properties| !properties.is_object());
    if cx.found() == found && (old.get("required") != new.get("required") || odd(old) || odd(new)) {
        cx.emit(&RESPELLED, at, old.get("required"), new.get("required"));
    }
}

fn requiredness(cx: &mut Comparison<'_>, at: &Place, was: bool, is: bool, old: &Value) {
    match (was, is) {
        (false, true) => cx.emit(&BECAME_REQUIRED, at, None, None),
        (true, false) if nullable(old) => {
            cx.emit_works(
                &BECAME_OPTIONAL,
                at,
                None,
                None,
                "an older client accepts null, and reads absence the same way",
            );
        }
        (true, false) => cx.emit(&BECAME_OPTIONAL, at, None, None),
        _ => {}
    }
}

/// Compares two `additionalProperties`.
pub(in crate::diff) fn extras(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    let forbidden = |value: Option<&Value>| value == Some(&Value::Bool(false));
    let any = |value: Option<&Value>| !forbidden(value) && !value.is_some_and(Value::is_object);
    match (forbidden(old), forbidden(new)) {
        (false, true) => cx.emit(&EXTRAS_FORBIDDEN, at, old, new),
        (true, false) => cx.emit(&EXTRAS_ALLOWED, at, old, new),
        _ if any(old) && any(new) => cx.same(),
        _ => types::compare(
            cx,
            &at.values(),
            old.filter(|value| value.is_object()),
            new.filter(|value| value.is_object()),
        ),
    }
}

fn all(schema: &Value) -> Vec<Property<'_>> {
    crate::model::object(schema.get("properties")).collect()
}

fn has(properties: &[Property<'_>], name: &str) -> bool {
    properties.iter().any(|(other, _)| *other == name)
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn requires(schema: &Value, name: &str) -> bool {
    required(schema).any(|required| required == name)
}

fn nullable(schema: &Value) -> bool {
    schema.get("nullable").and_then(Value::as_bool) == Some(true)
}
