//! `$defs` inside schemas become components, and the references to them follow.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::names::{Names, add_components, component_ref, each_reference, escape, steps};
use super::walk::{self, Node};
use super::{Note, note};

const KEYS: [&str; 2] = ["$defs", "definitions"];

/// What has been taken out of the document so far.
struct Hoisted {
    names: Names,
    /// The components, old ones too when a definition may turn out to equal one.
    schemas: Map<String, Value>,
    new: Vec<String>,
    /// From the definition's pointer in the document to the component's name.
    moved: HashMap<String, String>,
}

pub(super) fn run(document: &mut Value, notes: &mut Vec<Note>) {
    let mut any = false;
    walk::schemas(document, &mut |schema, _| {
        any |= KEYS.iter().any(|key| schema.get(*key).is_some_and(Value::is_object));
    });
    if !any {
        return;
    }
    let mut hoisted = Hoisted {
        names: Names::new(document),
        schemas: document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default(),
        new: Vec::new(),
        moved: HashMap::new(),
    };
    walk::schemas(document, &mut |schema, place| {
        for key in KEYS {
            if !schema.get(key).is_some_and(Value::is_object) {
                continue;
            }
            if let Some(Value::Object(definitions)) = schema.remove(key) {
                let owner = place.component().unwrap_or_default();
                let pointer = place.key(key).pointer();
                hoisted.hoist(schema, key, definitions, owner, pointer.as_str());
                note(notes, &place.key(key), "definitions inside a schema: made components");
            }
        }
    });
    let Hoisted { mut schemas, new, moved, .. } = hoisted;
    let new = new.into_iter().filter_map(|name| schemas.remove(&name).map(|schema| (name, schema))).collect();
    add_components(document, new);
    walk::schemas(document, &mut |schema, _| {
        each_reference(schema, &mut |reference| {
            if let Some(target) = follow(reference, &moved) {
                *reference = target;
            }
        });
    });
}

impl Hoisted {
    /// Makes the definitions of one schema components, and rewrites the references to them inside that schema.
    fn hoist(
        &mut self,
        schema: &mut Map<String, Value>,
        key: &str,
        mut definitions: Map<String, Value>,
        owner: &str,
        pointer: &str,
    ) {
        let names = self.choose(key, &definitions, owner);
        each_in(schema, &mut |reference| rename(reference, key, &names));
        for (name, mut definition) in std::mem::take(&mut definitions) {
            rewrite(&mut definition, key, &names);
            let Some(target) = names.get(&name) else {
                continue;
            };
            let from = format!("#{pointer}/{}", escape(&name));
            self.moved.insert(from, target.clone());
            if !self.schemas.contains_key(target) {
                self.schemas.insert(target.clone(), definition);
                self.new.push(target.clone());
            }
        }
    }

    /// A definition keeps its name when that is free, or when the component of that name is the same schema.
    fn choose(&mut self, key: &str, definitions: &Map<String, Value>, owner: &str) -> HashMap<String, String> {
        let plain: HashMap<_, _> = definitions.keys().map(|name| (name.clone(), name.clone())).collect();
        let same = definitions.iter().filter(|(name, _)| self.names.is_taken(name)).all(|(name, definition)| {
            let mut definition = definition.clone();
            rewrite(&mut definition, key, &plain);
            self.schemas.get(name) == Some(&definition)
        });
        definitions
            .keys()
            .map(|name| {
                let target = if !self.names.is_taken(name) {
                    self.names.take(name)
                } else if same {
                    name.clone()
                } else {
                    self.names.take(&format!("{owner}{name}"))
                };
                (name.clone(), target)
            })
            .collect()
    }
}

fn rewrite(schema: &mut Value, key: &str, names: &HashMap<String, String>) {
    walk::leave(Node::Schema, schema, &mut |_, value, _| {
        if let Value::Object(schema) = value {
            each_reference(schema, &mut |reference| rename(reference, key, names));
        }
    });
}

fn each_in(schema: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut String)) {
    let mut value = Value::Object(std::mem::take(schema));
    walk::leave(Node::Schema, &mut value, &mut |_, value, _| {
        if let Value::Object(schema) = value {
            each_reference(schema, visit);
        }
    });
    if let Value::Object(value) = value {
        *schema = value;
    }
}

/// `#/$defs/Name` is relative to the schema that holds the definitions, as pydantic writes it.
fn rename(reference: &mut String, key: &str, names: &HashMap<String, String>) {
    let Some(found) = steps(reference) else {
        return;
    };
    if let [first, name, rest @ ..] = found.as_slice()
        && first == key
        && let Some(target) = names.get(name)
    {
        *reference = extended(target, rest);
    }
}

/// Where a reference by the full pointer of a definition leads now.
fn follow(reference: &str, moved: &HashMap<String, String>) -> Option<String> {
    let found = steps(reference)?;
    let mut prefix = "#".to_owned();
    let mut longest = None;
    for (index, step) in found.iter().enumerate() {
        prefix.push('/');
        prefix.push_str(&escape(step));
        if let Some(target) = moved.get(&prefix) {
            longest = Some((index + 1, target));
        }
    }
    longest.map(|(length, target)| extended(target, &found[length..]))
}

fn extended(component: &str, rest: &[String]) -> String {
    rest.iter().fold(component_ref(component), |reference, step| format!("{reference}/{}", escape(step)))
}
