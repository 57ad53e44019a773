//! Parameters of one operation that would share a setter.

use std::collections::BTreeMap;

use crate::lint::document::Document;
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let mut seen = BTreeMap::new();
        for parameter in &operation.parameters {
            let Some((name, location)) =
                seen.insert(names::method(parameter.name), (parameter.name, parameter.location))
            else {
                continue;
            };
            report.error(
                &parameter.pointer,
                format!(
                    "the parameters `{name}` ({location}) and `{}` ({}) have the same setter",
                    parameter.name, parameter.location
                ),
                "remove one of them in an overlay",
            );
        }
    }
}
