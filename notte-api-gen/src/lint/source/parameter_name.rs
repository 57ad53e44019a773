//! Parameters whose setter would take a name that the builder needs itself, or that name nothing.

use crate::lint::document::Document;
use crate::lint::{Report, names};

/// The builder's own methods, and the one variable of its `send` that is in the way.
const TAKEN: &[&str] = &["header_map", "new", "request", "send", "send_bytes", "send_on"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        for parameter in &operation.parameters {
            let setter = names::method(parameter.name);
            let has_body = operation.value.contains_key("requestBody");
            if !names::has_letters(parameter.name) {
                report.error(
                    &parameter.pointer,
                    format!("the parameter name {:?} has no letter or digit to name a setter by", parameter.name),
                    "correct the name, or remove the parameter, in an overlay",
                );
            } else if TAKEN.contains(&setter.as_str()) || has_body && matches!(setter.as_str(), "body" | "body_map") {
                report.error(
                    &parameter.pointer,
                    format!("the setter of `{}` would be `{setter}`, which the builder itself needs", parameter.name),
                    "remove the parameter in an overlay",
                );
            }
        }
    }
}
