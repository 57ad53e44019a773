//! What was renamed, as Rust names: so that an item that only has another name is one item.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::Path;
use crate::diff::Change;
use crate::diff::place::{Both, Key};

/// Letters and digits in lower case: how a name of the document and its Rust name are compared.
pub(super) fn squash(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The Rust names of a place, squashed.
#[derive(Debug, Clone)]
pub(super) struct Spelt {
    pub(super) owner: Both<String>,
    pub(super) nested: Both<String>,
    pub(super) member: Option<Both<String>>,
    pub(super) component: Option<Both<String>>,
    pub(super) operation: Option<Both<String>>,
}

impl Spelt {
    /// Of all these places. One in a component `X-Input` or `X-Output` stands there twice: where the two agree, they are
    /// one type `X`.
    pub(super) fn all(keys: &[Key]) -> Vec<Self> {
        let mut all = Vec::with_capacity(keys.len());
        for key in keys {
            let squashed = |names: &Both<String>| [squash(&names[0]), squash(&names[1])];
            let spelt = Self {
                owner: squashed(&key.owner),
                nested: squashed(&key.nested),
                member: key.member.as_ref().map(squashed),
                component: key.component.as_ref().map(squashed),
                operation: key.operation.as_ref().map(squashed),
            };
            all.extend(key.component.as_ref().and_then(|names| spelt.merged(names)));
            all.push(spelt);
        }
        all
    }

    fn merged(&self, component: &Both<String>) -> Option<Self> {
        let twin = |name: &String| Some(squash(name.strip_suffix("-Input").or_else(|| name.strip_suffix("-Output"))?));
        let shared = [twin(&component[0])?, twin(&component[1])?];
        let mut merged = Self { component: Some(shared.clone()), ..self.clone() };
        for names in [&mut merged.owner, &mut merged.nested] {
            for (side, name) in names.iter_mut().enumerate() {
                let rest = name.strip_prefix(&squash(&component[side]))?;
                *name = format!("{}{rest}", shared[side]);
            }
        }
        Some(merged)
    }
}

/// Old names beside new ones, each with the change that renamed it.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Types and builders, and the change that renamed them.
    types: BTreeMap<String, (String, usize)>,
    /// Methods of the client.
    methods: Vec<(String, String, usize)>,
    /// Fields, setters and variants: owner in NEW, old name, new name, squashed.
    members: Vec<(String, String, String, usize)>,
}

impl Names {
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut names = Self::default();
        for (index, change) in changes.iter().enumerate() {
            for key in &change.keys {
                match change.rule.id {
                    "schema-renamed" => names.type_(&key.owner[0], &key.owner[1], index),
                    "operation-renamed" => {
                        names.type_(&key.owner[0], &key.owner[1], index);
                        if let Some(ids) = &key.operation {
                            names.methods.push((ids[0].to_snake_case(), ids[1].to_snake_case(), index));
                        }
                    }
                    "property-renamed" | "parameter-renamed" | "path-variable-renamed" | "enum-value-renamed" => {
                        names.member(key, index);
                    }
                    _ => {}
                }
            }
        }
        names
    }

    fn member(&mut self, key: &Key, index: usize) {
        if let Some([old, new]) = &key.member {
            self.members.push((squash(&key.owner[1]), squash(old), squash(new), index));
            // A type that was named after the property has another name as well.
            let (old, new) = (old.to_upper_camel_case(), new.to_upper_camel_case());
            self.type_(&format!("{}{old}", key.owner[0]), &format!("{}{new}", key.owner[1]), index);
        }
    }

    fn type_(&mut self, old: &str, new: &str, index: usize) {
        let known = self.types.entry(old.to_owned()).or_insert_with(|| (new.to_owned(), index));
        if new < known.0.as_str() {
            *known = (new.to_owned(), index);
        }
    }

    /// A type's name in NEW, and the change that renamed it.
    pub(super) fn of_type(&self, name: &str) -> Option<(String, usize)> {
        // The longest known start of the name that ends where a word does.
        let ends = name.char_indices().map(|(end, _)| end).chain([name.len()]).rev();
        ends.filter(|end| !name[*end..].starts_with(|next: char| next.is_ascii_lowercase())).find_map(|end| {
            let (new, index) = self.types.get(&name[..end])?;
            Some((format!("{new}{}", &name[end..]), *index))
        })
    }

    /// An item's path in NEW, and the change that renamed it. `find` looks for a member, squashed, of a type in NEW.
    pub(super) fn of_path(&self, path: &Path, find: impl Fn(&str, &str) -> Option<Path>) -> Option<(Path, usize)> {
        let by_type = self.of_type(&path.owner);
        let owner = by_type.as_ref().map_or(path.owner.as_str(), |(owner, _)| owner);
        let member = squash(&path.member);
        let methods = self.methods.iter().filter(|(old, ..)| *old == path.member);
        let by_method = methods.filter_map(|(_, new, index)| Some((find(owner, &squash(new))?, *index))).next();
        let members = self.members.iter().filter(|(of, old, ..)| *old == member && belongs(&squash(owner), of));
        let by_member = members.filter_map(|(_, _, new, index)| Some((find(owner, new)?, *index))).next();
        by_method.or(by_member).or_else(|| {
            let index = by_type.as_ref()?.1;
            Some((find(owner, &squash(&self.signature(&path.member).0))?, index))
        })
    }

    /// A signature in the names of NEW, and the changes that renamed what is in it.
    pub(super) fn signature(&self, signature: &str) -> (String, Vec<usize>) {
        let mut renamed = String::with_capacity(signature.len());
        let mut causes = Vec::new();
        let mut rest = signature;
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
            let (before, tail) = rest.split_at(start);
            let end = tail.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(tail.len());
            let (word, after) = tail.split_at(end);
            renamed.push_str(before);
            match self.of_type(word) {
                Some((new, index)) => {
                    renamed.push_str(&new);
                    causes.push(index);
                }
                None => renamed.push_str(word),
            }
            rest = after;
        }
        renamed.push_str(rest);
        (renamed, causes)
    }
}

/// Whether members of a builder, or of a type named after the operation, belong to this owner.
fn belongs(owner: &str, of: &str) -> bool {
    owner == of || owner.strip_prefix(of).is_some_and(|rest| ["when", "then", "request"].contains(&rest))
}
