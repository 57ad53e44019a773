//! Parameters that are not in the one form the generator reads.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{Document, Parameter};

use super::BUG;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        for parameter in &operation.parameters {
            form(parameter, report);
        }
    }
}

fn form(parameter: &Parameter<'_>, report: &mut Report) {
    let name = parameter.name;
    let at = &parameter.pointer;
    if parameter.value.contains_key("content") {
        report.error(&at.child("content"), format!("the parameter `{name}` has content"), BUG);
    } else if !parameter.value.contains_key("schema") {
        report.error(at, format!("the parameter `{name}` has no schema"), BUG);
    }
    if parameter.location == "path" && parameter.value.get("required") != Some(&Value::Bool(true)) {
        report.error(at, format!("the path parameter `{name}` is not required"), BUG);
    }
    if parameter.location == "header" && !is_token(name) {
        report.error(at, format!("{name:?} is no name of a header"), "correct or remove it in an overlay");
    }
}

/// Whether a text can be the name of a header (RFC 9110, `token`).
fn is_token(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(allowed)
}
