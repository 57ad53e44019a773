//! Components whose name is not the type's name, or one that generated code needs itself.

use crate::lint::document::Document;
use crate::lint::{Report, names};

use super::BUG;

const RESERVED: &[&str] = &[
    "Box", "Client", "Err", "Error", "None", "Ok", "Open", "Option", "Result", "Secret", "Self", "Some", "String",
    "Vec",
];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for (name, at) in document.components("schemas") {
        let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric())
            && names::type_name(name) == name;
        if RESERVED.contains(&name) {
            report.error(&at.pointer, format!("a type called {name} would hide another one"), BUG);
        } else if names::has_letters(name) && !plain {
            report.error(
                &at.pointer,
                format!("the component {name:?} is not called like its type, {}", names::type_name(name)),
                BUG,
            );
        }
    }
}
