//! Objects with properties and enums are components, so that every type has a name of its own and none two meanings.

use serde_json::{Map, Value};

use super::{names::Names, refs, shape, walk};
use walk::{At, Root, Site};

/// Moves what properties of components hold, before `allOf` copies the properties: base and derived share it.
pub(super) fn shared(document: &mut Value) {
    hoist(document, |schema, site| {
        let held = site.root == Root::Component && matches!(site.at, At::Property | At::Items | At::Values);
        held && (shape::has_properties(schema) || values(schema) > 1)
    });
}

/// Moves the objects that are left.
pub(super) fn objects(document: &mut Value) {
    hoist(document, |schema, site| shape::has_properties(schema) && !is_component(site));
}

/// Moves the enums that are left.
pub(super) fn enums(document: &mut Value) {
    hoist(document, |schema, site| values(schema) > 0 && !is_component(site));
}

/// How many values an enum lists.
fn values(schema: &Value) -> usize {
    schema["enum"].as_array().filter(|_| schema.get("x-notte-secret").is_none()).map_or(0, Vec::len)
}

/// Forms are no components, but stay where they are as well.
fn is_component(site: &Site<'_>) -> bool {
    site.at == At::Root && matches!(site.root, Root::Component | Root::Multipart)
}

/// Moves schemas to the components, named after their place. The description is told in both.
fn hoist(document: &mut Value, wanted: impl Fn(&Value, &Site<'_>) -> bool) {
    let mut names = Names::of(document);
    let mut hoisted = Map::new();
    walk::schemas(document, &mut |schema, site| {
        if !wanted(schema, site) {
            return;
        }
        let place = match site.at {
            At::Member(index) => format!("{}{}", site.name(), member(schema, index)),
            _ => site.name(),
        };
        let name = names.claim(&place);
        let annotations = shape::take_annotations(schema);
        let mut component = std::mem::take(schema);
        if let Some(description) = annotations.get("description") {
            component["description"] = description.clone();
        }
        hoisted.insert(name.clone(), component);
        *schema = shape::annotate(refs::to(&name), annotations);
    });
    if let Some(components) = refs::components_mut(document) {
        components.append(&mut hoisted);
    }
}

/// What tells a member of a union from the others: its tag, else its number.
fn member(schema: &Value, index: usize) -> String {
    let constant = |name: &str| schema["properties"][name]["enum"].as_array().filter(|all| all.len() == 1)?[0].as_str();
    match ["type", "kind"].into_iter().find_map(constant) {
        Some(tag) => format!(" {tag}"),
        None => format!("Variant{}", index + 1),
    }
}
