//! Paths that differ only in what they call their variables.

use std::collections::BTreeMap;

use crate::lint::Report;
use crate::lint::document::{At, Document, METHODS};
use crate::lint::source::path_template;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    let mut seen: BTreeMap<String, Vec<(&str, At<'_>)>> = BTreeMap::new();
    for (path, item) in document.paths() {
        let Ok(variables) = path_template::variables(path) else {
            continue;
        };
        let shape = variables.iter().fold(path.to_owned(), |shape, name| shape.replace(&format!("{{{name}}}"), "{}"));
        let same = seen.entry(shape).or_default();
        for (other, earlier) in same.iter() {
            let message = format!("`{path}` and `{other}` differ only in the names of their variables");
            let clash = METHODS.iter().find(|method| item.get(method).is_some() && earlier.get(method).is_some());
            match clash {
                Some(method) => report.error(
                    &item.pointer,
                    format!("{message}, and both have {}", method.to_ascii_uppercase()),
                    "remove one of the operations in an overlay",
                ),
                None => report.note(&item.pointer, message, "write both paths with the same variable in an overlay"),
            }
        }
        same.push((path, item));
    }
}
