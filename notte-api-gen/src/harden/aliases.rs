//! Components that are neither object, union nor enum stand where they are used: a list or a text needs no name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{names::Names, prune, refs, shape, walk};
use walk::{At, Root};

/// Replaces references to aliases by what they stand for; an alias of itself keeps its name.
pub(super) fn inline(document: &mut Value) {
    let Some(components) = refs::components_mut(document) else {
        return;
    };
    let nullable = nullable(components);
    let mut aliases = Aliases { raw: components, done: BTreeMap::new(), open: Vec::new(), cyclic: BTreeSet::new() };
    let names: Vec<String> = aliases.raw.keys().cloned().collect();
    for name in names {
        aliases.resolve(&name);
    }
    let Aliases { done, cyclic, .. } = aliases;
    for name in done.keys() {
        match cyclic.contains(name) {
            true => components.insert(name.clone(), done[name].clone()),
            false => components.remove(name),
        };
    }
    walk::schemas(document, &mut |schema, _| {
        let Some(name) = refs::target(schema) else {
            return;
        };
        let nullable = nullable.contains(name);
        let replacement = done.get(name).filter(|_| !cyclic.contains(name)).cloned();
        if replacement.is_none() && !nullable {
            return;
        }
        let inner = replacement.unwrap_or_else(|| refs::to(name));
        let mut annotations = shape::take_annotations(schema);
        if nullable {
            annotations.insert("nullable".to_owned(), true.into());
        }
        *schema = shape::annotate(inner, annotations);
    });
}

/// What may be null is so where it is used; a type is not.
fn nullable(components: &mut Map<String, Value>) -> BTreeSet<String> {
    let mut nullable = BTreeSet::new();
    for (name, schema) in components.iter_mut() {
        if schema.as_object_mut().is_some_and(|schema| schema.remove("nullable").is_some()) {
            nullable.insert(name.clone());
            if let Some(bare) = refs::wrapped(schema).filter(|_| schema.as_object().is_some_and(|s| s.len() == 1)) {
                *schema = bare.clone();
            }
        }
    }
    nullable
}

/// Unions in an alias get a name, so that what an alias stands for stays small however often it is used.
pub(super) fn name_unions(document: &mut Value) {
    let mut names = Names::of(document);
    let mut named = Map::new();
    walk::schemas(document, &mut |schema, site| {
        let nested = site.root == Root::Component && site.at != At::Root && site.property.is_empty();
        if nested && schema.get("oneOf").is_some() {
            let name = names.claim(&site.name());
            let annotations = shape::take_annotations(schema);
            named.insert(name.clone(), std::mem::take(schema));
            *schema = shape::annotate(refs::to(&name), annotations);
        }
    });
    if let Some(components) = refs::components_mut(document) {
        components.append(&mut named);
    }
}

struct Aliases<'a> {
    raw: &'a Map<String, Value>,
    done: BTreeMap<String, Value>,
    open: Vec<String>,
    cyclic: BTreeSet<String>,
}

impl Aliases<'_> {
    /// What an alias stands for, with the aliases in it resolved; nothing for a component that is a type, or is being resolved.
    fn resolve(&mut self, name: &str) -> Option<Value> {
        if let Some(done) = self.done.get(name) {
            return (!self.cyclic.contains(name)).then(|| done.clone());
        }
        if self.open.iter().any(|open| open == name) {
            self.cyclic.insert(name.to_owned());
            return None;
        }
        let mut schema = self.raw.get(name).filter(|schema| is_alias(schema))?.clone();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove(prune::KEEP);
        }
        self.open.push(name.to_owned());
        schema = self.within(schema);
        self.open.pop();
        if refs::target(&schema) == Some(name) {
            schema = json!({});
        }
        self.done.insert(name.to_owned(), schema.clone());
        (!self.cyclic.contains(name)).then_some(schema)
    }

    fn within(&mut self, mut schema: Value) -> Value {
        if let Some(name) = refs::target(&schema).map(str::to_owned) {
            return match self.resolve(&name) {
                Some(inner) => {
                    let annotations = shape::take_annotations(&mut schema);
                    shape::annotate(inner, annotations)
                }
                None => schema,
            };
        }
        for keyword in ["items", "additionalProperties"] {
            if let Some(child) = schema.get_mut(keyword) {
                *child = self.within(std::mem::take(child));
            }
        }
        schema
    }
}

fn is_alias(schema: &Value) -> bool {
    !shape::has_properties(schema) && schema.get("oneOf").is_none() && schema.get("enum").is_none()
}
