//! Objects with properties are components, so that every type has a name of its own and none two meanings.

use serde_json::{Map, Value};

use super::{names::Names, refs, shape, walk};
use walk::{At, Root};

/// Moves inline objects to the components, named after their place.
pub(super) fn hoist(document: &mut Value) {
    let mut names = Names::of(document);
    let mut hoisted = Map::new();
    walk::schemas(document, &mut |schema, site| {
        let in_place = site.at == At::Root && matches!(site.root, Root::Component | Root::Multipart);
        if in_place || !shape::has_properties(schema) {
            return;
        }
        let wanted = match site.at {
            At::Member(index) => format!("{}{}", site.name, member(schema, index)),
            _ => site.name.to_owned(),
        };
        let name = names.claim(&wanted);
        let annotations = shape::take_annotations(schema);
        let mut object = std::mem::take(schema);
        if let Some(description) = annotations.get("description") {
            object["description"] = description.clone();
        }
        hoisted.insert(name.clone(), object);
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
