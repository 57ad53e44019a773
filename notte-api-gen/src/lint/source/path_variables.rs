//! Path variables without a parameter, and path parameters without a variable.

use crate::lint::Report;
use crate::lint::document::Document;
use crate::lint::source::path_template;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let Ok(variables) = path_template::variables(operation.path) else {
            continue;
        };
        let in_path = || operation.parameters.iter().filter(|parameter| parameter.location == "path");
        for name in &variables {
            if !in_path().any(|parameter| parameter.name == *name) {
                report.error(
                    &operation.pointer,
                    format!("the path variable `{name}` has no parameter"),
                    "add a parameter with `in: path, required: true` in an overlay",
                );
            }
        }
        for parameter in in_path() {
            if !variables.contains(&parameter.name) {
                report.error(
                    &parameter.pointer,
                    format!("the path parameter `{}` does not occur in {}", parameter.name, operation.path),
                    "remove the parameter, or correct its name, in an overlay",
                );
            }
        }
    }
}
