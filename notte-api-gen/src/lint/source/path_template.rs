//! Paths that are no templates: without a leading slash, or with braces that do not match.

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    const HELP: &str = "correct the path in an overlay: remove it, and add it under the right one";
    for (path, item) in document.paths() {
        if let Err(reason) = variables(path) {
            report.error(&item.pointer, format!("the path {path:?} {reason}"), HELP);
        }
        if !item.value.is_object() {
            report.error(
                &item.pointer,
                format!("the path {path:?} holds no object"),
                "correct or remove it in an overlay",
            );
        } else if item.value.get("$ref").is_some() {
            report.error(
                &item.pointer.child("$ref"),
                format!("the path {path:?} is a reference, which is not supported"),
                "write the operations under the path itself, in an overlay",
            );
        }
    }
}

/// The variables of a path, or why it is no template.
pub(in crate::lint) fn variables(path: &str) -> Result<Vec<&str>, &'static str> {
    if !path.starts_with('/') {
        return Err("does not start with a slash");
    }
    if path.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '"' | '\\')) {
        return Err("has characters that belong in no path");
    }
    let mut found = Vec::new();
    let mut rest = path;
    while let Some(brace) = rest.find(['{', '}']) {
        let inside = rest[brace..].strip_prefix('{').ok_or("closes a brace that it does not open")?;
        let end = inside.find('}').ok_or("opens a brace that it does not close")?;
        let name = &inside[..end];
        if name.is_empty() {
            return Err("has a variable without a name");
        }
        if name.contains(['{', '/']) {
            return Err("opens a brace that it does not close");
        }
        found.push(name);
        rest = &inside[end + 1..];
    }
    Ok(found)
}
