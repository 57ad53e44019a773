//! Parameters written in a way that the client cannot send.

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        for parameter in operation.parameters.iter().filter(|parameter| parameter.location == "path") {
            if let Some(style) = parameter.value.get("style").filter(|style| *style != "simple") {
                report.error(
                    &parameter.pointer.child("style"),
                    format!("the style {style} of `{}` is not supported in a path", parameter.name),
                    "describe the path as it is written, with a text for a variable, in an overlay",
                );
            }
            let schema = parameter.value.get("schema").and_then(|schema| document.resolve(schema));
            if schema.is_some_and(|schema| schema.get("properties").is_some()) {
                report.error(
                    &parameter.pointer.child("schema"),
                    format!("`{}` is an object, which no path can carry", parameter.name),
                    "describe it as a text, number, boolean or list of these, in an overlay",
                );
            }
        }
    }
}
