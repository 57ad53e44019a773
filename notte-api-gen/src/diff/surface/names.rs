//! What was renamed, as Rust names: so that an item that only has another name is one item.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::Path;
use crate::diff::Change;
use crate::diff::place::Key;

/// Letters and digits in lower case: how a name of the document and its Rust name are compared.
pub(super) fn squash(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What two types are called that are one where they agree: `X-Input` and `X-Output` become `X`.
pub(super) fn bare(squashed: &str) -> &str {
    squashed.strip_suffix("input").or_else(|| squashed.strip_suffix("output")).unwrap_or(squashed)
}

/// Old names beside new ones, each with the change that renamed it.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Types and builders, the longest first.
    types: Vec<(String, String, usize)>,
    /// Methods of the client.
    methods: Vec<(String, String, usize)>,
    /// Fields, setters and variants: owner in NEW, old name, new name, squashed.
    members: Vec<(String, String, String, usize)>,
}

impl Names {
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut names = Self::default();
        for (index, change) in changes.iter().enumerate() {
            let Some(key) = change.keys.first() else { continue };
            match change.rule.id {
                "schema-renamed" => names.types.push((key.owner[0].clone(), key.owner[1].clone(), index)),
                "operation-renamed" => {
                    names.types.push((key.owner[0].clone(), key.owner[1].clone(), index));
                    if let Some(ids) = &key.operation {
                        names.methods.push((ids[0].to_snake_case(), ids[1].to_snake_case(), index));
                    }
                }
                "property-renamed" | "parameter-renamed" | "path-variable-renamed" | "enum-value-renamed" => {
                    change.keys.iter().for_each(|key| names.member(key, index));
                }
                _ => {}
            }
        }
        names.types.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        names
    }

    fn member(&mut self, key: &Key, index: usize) {
        if let Some([old, new]) = &key.member {
            self.members.push((squash(&key.owner[1]), squash(old), squash(new), index));
            // A type that was named after the property has another name as well.
            let (old, new) = (old.to_upper_camel_case(), new.to_upper_camel_case());
            self.types.push((format!("{}{old}", key.owner[0]), format!("{}{new}", key.owner[1]), index));
        }
    }

    /// A type's name in NEW, and the change that renamed it.
    pub(super) fn of_type(&self, name: &str) -> Option<(String, usize)> {
        self.types.iter().find_map(|(old, new, index)| {
            let rest = name.strip_prefix(old.as_str())?;
            let whole = rest.chars().next().is_none_or(|next| !next.is_ascii_lowercase());
            whole.then(|| (format!("{new}{rest}"), *index))
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
