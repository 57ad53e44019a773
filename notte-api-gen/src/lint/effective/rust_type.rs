//! `x-rust-type` values that the generator would silently ignore, or panic on.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{At, Document, items};
use crate::lint::schemas;

use super::BUG;

const PREFIX: &str = "notte_api::wire::";

/// The wire types that take a type parameter.
const GENERIC: &[&str] = &["List", "Open", "Secret"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        if let Some(value) = schema.value.get("x-rust-type") {
            let pointer = schema.pointer.child("x-rust-type");
            form(document, &At { pointer, value }, report);
        }
    }
}

fn form(document: &Document<'_>, at: &At<'_>, report: &mut Report) {
    let text = |key: &str| at.value.get(key).and_then(Value::as_str);
    if text("crate") != Some("notte-api") || text("version") != Some("*") {
        report.error(&at.pointer, "an x-rust-type of another crate than notte-api, any version", BUG);
    }
    let name = text("path").and_then(|path| path.strip_prefix(PREFIX)).unwrap_or_default();
    if syn::parse_str::<syn::Ident>(name).is_err() {
        return report.error(&at.pointer.child("path"), format!("an x-rust-type that is not in {PREFIX}"), BUG);
    }
    let parameters = at.get("parameters");
    let count = parameters.as_ref().map_or(0, |list| list.value.as_array().map_or(0, Vec::len));
    let wanted = usize::from(GENERIC.contains(&name));
    if count != wanted {
        report.error(
            &at.pointer.child("parameters"),
            format!("{name} takes {wanted} type parameters, not {count}"),
            BUG,
        );
    }
    for parameter in parameters.iter().flat_map(|list| items(Some(list.value), &list.pointer)) {
        if name == "Open" {
            open(document, &parameter, report);
        }
        nameable(&parameter, report);
    }
}

/// `Open` knows the values of an enum component, and nothing else.
fn open(document: &Document<'_>, parameter: &At<'_>, report: &mut Report) {
    let target = document.resolve(parameter.value);
    // What resolves to nothing is another rule's.
    if target.is_some_and(|target| target.get("enum").is_none()) {
        report.error(&parameter.pointer, "an `Open` of what is no enum component", BUG);
    }
}

fn beside_reference(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|map| map.contains_key("$ref"))?;
    map.keys().map(String::as_str).find(|key| !matches!(*key, "$ref" | "description") && !key.starts_with("x-"))
}

/// Type parameters have no name to give to a type inside them, and are read in a dialect without `nullable`.
fn nameable(schema: &At<'_>, report: &mut Report) {
    let value = schema.value;
    if let Some(key) = beside_reference(value) {
        let message = format!("`{key}` beside a reference, which means something in a type parameter");
        return report.error(&schema.pointer.child(key), message, BUG);
    }
    if value.get("$ref").is_some() || value.get("x-rust-type").is_some() {
        return;
    }
    if ["properties", "enum", "oneOf", "anyOf", "allOf"].iter().any(|key| value.get(key).is_some()) {
        report.error(&schema.pointer, "a type parameter that would need a name of its own", BUG);
    }
    if value.get("nullable") == Some(&Value::Bool(true)) {
        report.note(&schema.pointer.child("nullable"), "a type parameter cannot be nullable: this is ignored", BUG);
    }
    for (child, _) in schemas::children(schema) {
        nameable(&child, report);
    }
}
