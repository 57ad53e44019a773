//! Two schemas whose types would have one name: the generator would silently use one for both.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_json::Value;

use crate::Pointer;
use crate::lint::document::{At, Document};
use crate::lint::{Report, names};

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    let mut types = Types { seen: BTreeMap::new(), report };
    for (name, at) in document.components("schemas") {
        types.claim(&names::type_name(name), &at);
    }
    for (name, at) in document.components("schemas") {
        let name = names::type_name(name);
        let nullable = at.value.get("nullable") == Some(&Value::Bool(true));
        if nullable && at.value.get("properties").is_some() {
            types.claim(&format!("{name}Inner"), &at);
        }
        types.inside(&at, Some(&name));
    }
    for operation in &document.operations {
        let Some(id) = operation.id() else { continue };
        let name = |suffix: &str| Some(names::type_name(&format!("{id}-{suffix}")));
        for parameter in &operation.parameters {
            if let Some(value) = parameter.value.get("schema") {
                let pointer = parameter.pointer.child("schema");
                types.schema(&At { pointer, value }, name(parameter.name));
            }
        }
        let body = operation.request_body(document).into_iter().map(|at| (at, "body"));
        let answers = operation.responses(document).into_iter().map(|(_, at)| (at, "response"));
        for (at, suffix) in body.chain(answers) {
            for (_, media_type) in at.content() {
                if let Some(schema) = media_type.get("schema") {
                    types.schema(&schema, name(suffix));
                }
            }
        }
    }
}

/// The type names in use. Follows the way typify names what has no name of its own.
struct Types<'a, 'r> {
    seen: BTreeMap<String, (Pointer, &'a Value)>,
    report: &'r mut Report,
}

impl<'a> Types<'a, '_> {
    fn claim(&mut self, name: &str, at: &At<'a>) {
        match self.seen.get(name) {
            None => {
                self.seen.insert(name.to_owned(), (at.pointer.clone(), at.value));
            }
            // Equal schemas may share a type; a component is one only of itself.
            Some((_, other)) if *other == at.value => {}
            Some((first, _)) => self.report.error(
                &at.pointer,
                format!("the type of this and of {first} would both be called {name}"),
                "rename the component, or move the inner schema into a component with another name, in an overlay",
            ),
        }
    }

    /// A schema that gets a type of its own if it needs one.
    fn schema(&mut self, at: &At<'a>, name: Option<String>) {
        if at.value.get("$ref").is_some() || at.value.get("x-rust-type").is_some() {
            return;
        }
        let has = |key: &&str| at.value.get(*key).is_some();
        let needs_name = ["properties", "enum", "oneOf"].iter().any(has);
        if !needs_name && !["items", "additionalProperties"].iter().any(has) {
            return;
        }
        let title = at.value.get("title").and_then(Value::as_str);
        let name = title.map(names::type_name).or_else(|| name.map(|name| names::type_name(&name)));
        if let Some(name) = name.as_deref().filter(|_| needs_name) {
            self.claim(name, at);
        }
        self.inside(at, name.as_deref());
    }

    fn inside(&mut self, at: &At<'a>, name: Option<&str>) {
        let suffixed = |suffix: &str| name.map(|name| format!("{name}{suffix}"));
        let mut has_properties = false;
        for (property, child) in at.entries("properties") {
            has_properties = true;
            self.schema(&child, suffixed(&format!("_{}", property.to_snake_case())));
        }
        if let Some(child) = at.get("items") {
            self.schema(&child, suffixed("Item"));
        }
        if let Some(child) = at.get("additionalProperties") {
            let suffix = if has_properties { "_extraValue" } else { "Value" };
            self.schema(&child, suffixed(suffix));
        }
        let union = at.value.get("x-notte-union").is_some();
        if !union {
            for (index, child) in at.items("oneOf").enumerate() {
                self.schema(&child, suffixed(&format!("Variant{index}")));
            }
        }
    }
}
