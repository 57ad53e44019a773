//! Properties of one object that would be the same field.

use std::collections::BTreeMap;

use crate::lint::document::{Document, entries, items};
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for schema in &document.schemas {
        let mut fields = BTreeMap::new();
        let described = entries(schema.value.get("properties"), &schema.pointer.child("properties"));
        // What is required without being described is a field all the same.
        let required = items(schema.value.get("required"), &schema.pointer.child("required"))
            .filter_map(|at| Some((at.value.as_str()?, at)));
        for (name, at) in described.chain(required) {
            let field = names::field(name);
            match fields.get(&field) {
                Some(other) if *other == name => {}
                Some(other) => report.error(
                    &at.pointer,
                    format!("the property `{name}` and {other} would both be the field `{field}`"),
                    "remove the property in an overlay: its value is then kept with the fields that are not described",
                ),
                None => drop(fields.insert(field, name)),
            }
        }
    }
}
