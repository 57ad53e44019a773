//! Unions that are not hoisted, or not described in a way that a Rust enum can be made of.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{At, Document, items};
use crate::lint::schemas::{Place, Schema};

use super::BUG;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        match (schema.value.get("oneOf"), schema.value.get("x-notte-union")) {
            (None, None) => {}
            (Some(_), _) if !matches!(schema.place, Place::Component(_)) => {
                report.error(&schema.pointer.child("oneOf"), "a union that is no component", BUG);
            }
            (Some(_), None) => {
                report.error(&schema.pointer.child("oneOf"), "a union without variants", BUG);
            }
            (None, Some(_)) => {
                report.error(&schema.pointer.child("x-notte-union"), "the variants of no union", BUG);
            }
            (Some(members), Some(value)) => {
                let pointer = schema.pointer.child("x-notte-union");
                union(document, members, &At { pointer, value }, report);
            }
        }
        if let Some(tag) = schema.value.get("x-notte-tag") {
            mark(schema, tag, report);
        }
    }
}

fn mark(schema: &Schema<'_>, tag: &Value, report: &mut Report) {
    let at = schema.pointer.child("x-notte-tag");
    let name = tag.get("name").and_then(Value::as_str);
    if name.is_none() || !tag.get("value").is_some_and(Value::is_string) {
        report.error(&at, "a tag without a name or a value", BUG);
    }
    let kept = name.and_then(|name| schema.value.get("properties")?.get(name));
    if kept.is_some() {
        report.error(&at, "a tag that is still a property too", BUG);
    }
}

fn union(document: &Document<'_>, members: &Value, at: &At<'_>, report: &mut Report) {
    let tag = at.value.get("tag").and_then(Value::as_str);
    let kind = at.value.get("kind").and_then(Value::as_str).unwrap_or_default();
    if !matches!((kind, tag), ("tagged", Some(_)) | ("untagged", _)) {
        return report.error(&at.pointer, "a union that is neither tagged, by a property, nor untagged", BUG);
    }
    let list = at.pointer.child("variants");
    let variants: Vec<_> = items(at.value.get("variants"), &list).collect();
    if variants.is_empty() || members.as_array().is_some_and(|members| members.len() != variants.len()) {
        report.error(&list, "a union whose variants are not its members", BUG);
    }
    let mut seen = BTreeSet::new();
    for variant in &variants {
        let name = variant.value.get("name").and_then(Value::as_str).unwrap_or_default();
        if syn::parse_str::<syn::Ident>(name).is_err() || name == "Unknown" {
            report.error(&variant.pointer, format!("{name:?} cannot be the name of a variant"), BUG);
        } else if !seen.insert(("name", name)) {
            report.error(&variant.pointer, format!("two variants are called {name}"), BUG);
        }
        match tag.filter(|_| kind == "tagged") {
            Some(tag) => {
                let value = tagged(document, variant, tag, report);
                if value.is_some_and(|value| !seen.insert(("tag", value))) {
                    report.error(&variant.pointer, "two variants have the same tag", BUG);
                }
            }
            None if !variant.value.get("schema").is_some_and(Value::is_object) => {
                report.error(&variant.pointer, "a variant without a schema", BUG);
            }
            None => {}
        }
    }
}

/// A tagged variant names its tag and its component, and the component says the same.
fn tagged<'a>(document: &Document<'a>, variant: &At<'a>, tag: &str, report: &mut Report) -> Option<&'a str> {
    let value = variant.value.get("tag").and_then(Value::as_str);
    let component = variant.value.get("schema").and_then(Value::as_str);
    let Some(schema) = component.and_then(|name| document.schema(name)) else {
        report.error(&variant.pointer, "a tagged variant without a component", BUG);
        return value;
    };
    let mark = |key: &str| schema.get("x-notte-tag").and_then(|mark| mark.get(key)?.as_str());
    if value.is_none() || mark("name") != Some(tag) || mark("value") != value {
        report.error(&variant.pointer, "a tagged variant whose component has another tag", BUG);
    }
    value
}
