//! The document's own frame: info, paths and components are what they should be.

use serde_json::Value;

use crate::Pointer;
use crate::lint::Report;
use crate::lint::document::Document;

const SECTIONS: &[&str] = &["schemas", "parameters", "requestBodies", "responses", "securitySchemes"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    let root = Pointer::root();
    if !document.root.is_object() {
        return report.error(&root, "the document is no object", "give an OpenAPI 3 document");
    }
    info(document, report);
    if !document.root.get("paths").is_some_and(Value::is_object) {
        report.error(
            &root.child("paths"),
            "`paths` is missing or no object",
            "without paths there is nothing to generate: is this the right file?",
        );
    }
    components(document, report);
}

fn info(document: &Document<'_>, report: &mut Report) {
    let at = Pointer::root().child("info");
    let info = document.root.get("info");
    for key in ["title", "version"] {
        if !info.and_then(|info| info.get(key)).is_some_and(Value::is_string) {
            report.error(
                &at.child(key),
                format!("`info.{key}` is missing or no text"),
                format!("add `{key}` to `info` in an overlay"),
            );
        }
    }
}

fn components(document: &Document<'_>, report: &mut Report) {
    const HELP: &str = "make it an object of named components, or remove it in an overlay";
    let at = Pointer::root().child("components");
    let Some(components) = document.root.get("components") else {
        return;
    };
    if !components.is_object() {
        return report.error(&at, "`components` is no object", HELP);
    }
    for section in SECTIONS {
        match components.get(section) {
            None => {}
            Some(Value::Object(_)) if *section == "schemas" => {}
            Some(Value::Object(_)) => {
                for (name, component) in document.components(section) {
                    if !component.value.is_object() {
                        report.error(
                            &component.pointer,
                            format!("the component `{name}` is no object"),
                            "correct or remove it in an overlay",
                        );
                    }
                }
            }
            Some(_) => report.error(&at.child(section), format!("`components.{section}` is no object"), HELP),
        }
    }
}
