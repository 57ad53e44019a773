//! Unions are components of our own kind: tagged ones are told apart by a property, untagged ones by trying.
//!
//! `x-notte-union` says how; the emitter makes the enum. Equal unions are one, and a tagged union whose members
//! another with the same tag has as well is that other.

mod expand;
mod label;
mod merge;
mod name;
mod tag;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{names::Names, refs, shape, twins, walk};
pub(super) use label::label;
use walk::{At, Root};

/// The extension that says how a union is told apart.
pub(super) const KEY: &str = "x-notte-union";
/// The extension on a member of a tagged union: the property taken out of it, and its value.
pub(super) const TAG: &str = "x-notte-tag";

/// A place that holds a union.
struct Place {
    name: String,
    property: String,
    request: bool,
}

/// A union while it is looked at.
struct Union {
    /// The component it is, or the provisional name it was hoisted under.
    key: String,
    declared: bool,
    places: Vec<Place>,
    schema: Value,
    members: Vec<Value>,
    tagged: Option<tag::Tagged>,
}

/// Hoists every union, tells the tagged from the untagged, merges, names and marks them.
pub(super) fn hoist(document: &mut Value) {
    let mut unions = collect(document);
    expand::members(&mut unions, document);
    let merged = merge::equal(unions);
    let mut names = Names::of(document);
    let mut renames = BTreeMap::new();
    let mut named = Vec::new();
    for (union, replaced) in merged {
        let name = name::of(&union, &mut names);
        for key in replaced {
            renames.insert(key, name.clone());
        }
        named.push((name, union));
    }
    let tagged = named.iter_mut().filter_map(|(_, union)| union.tagged.as_mut());
    tag::take_out(tagged, document, &mut names);
    if let Some(components) = refs::components_mut(document) {
        for key in renames.keys() {
            components.remove(key);
        }
        for (name, union) in named {
            components.insert(name, union.into_schema());
        }
    }
    twins::rename(document, &renames);
}

impl Union {
    fn into_schema(self) -> Value {
        let mut schema = match self.tagged {
            Some(tagged) => tagged.schema(),
            None => json!({ "oneOf": self.members, KEY: { "kind": "untagged" } }),
        };
        for key in ["description", super::prune::KEEP, super::limits::NOTES] {
            if let Some(value) = self.schema.get(key).filter(|_| self.declared) {
                schema[key] = value.clone();
            }
        }
        schema
    }
}

/// Takes every inline union out of the document under a provisional name no component can have.
fn collect(document: &mut Value) -> Vec<Union> {
    let mut unions: Vec<Union> = Vec::new();
    walk::schemas(document, &mut |schema, site| {
        if schema.get("oneOf").is_none() {
            return;
        }
        let declared = site.root == Root::Component && site.at == At::Root;
        let place = Place {
            name: site.name(),
            property: if site.at == At::Property { site.property.to_owned() } else { String::new() },
            request: matches!(site.root, Root::Request | Root::Parameter),
        };
        let key = if declared { site.name() } else { format!("#{:06}", unions.len()) };
        let annotations = if declared { Map::new() } else { shape::take_annotations(schema) };
        let union = if declared { schema.clone() } else { std::mem::take(schema) };
        if !declared {
            *schema = shape::annotate(refs::to(&key), annotations);
        }
        let members = union["oneOf"].as_array().cloned().unwrap_or_default();
        unions.push(Union { key, declared, places: vec![place], schema: union, members, tagged: None });
    });
    unions
}
