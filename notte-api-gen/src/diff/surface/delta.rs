//! Where two surfaces differ.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Names, squash};
use super::{Path, Surface};
use crate::diff::{Fate, Item};

/// A difference, and the renaming that alone explains it.
#[derive(Debug)]
pub(super) struct Delta {
    pub(super) item: Item,
    /// Where it was, or is if it came.
    pub(super) path: Paths,
    /// The changes that renamed it, or what is in its signature.
    pub(super) renamed_by: Vec<usize>,
}

/// An item's path in OLD and in NEW.
#[derive(Debug)]
pub(super) struct Paths {
    pub(super) old: Option<Path>,
    pub(super) new: Option<Path>,
}

/// Every difference. What went or came with its type is not told apart from it.
pub(super) fn between(old: &Surface, new: &Surface, names: &Names) -> Vec<Delta> {
    let mut came: BTreeSet<&Path> = new.items.keys().filter(|path| !old.items.contains_key(path)).collect();
    let went: BTreeSet<&Path> = old.items.keys().filter(|path| !new.items.contains_key(path)).collect();
    let mut by_name: BTreeMap<(String, String, String), &Path> = BTreeMap::new();
    for path in &came {
        by_name.insert((path.module.clone(), path.owner.clone(), squash(&path.member)), path);
    }
    let mut deltas = Vec::new();
    let mut gone = Vec::new();
    for path in &went {
        let find = |owner: &str, member: &str| {
            by_name.get(&(path.module.clone(), owner.to_owned(), member.to_owned())).map(|path| (*path).clone())
        };
        match names.of_path(path, find) {
            Some((other, cause)) => {
                came.remove(&other);
                deltas.extend(renamed(path, &other, cause, [old, new], names));
            }
            None => gone.push(*path),
        }
    }
    let whole = |paths: &BTreeSet<&Path>, path: &Path| {
        !path.member.is_empty() && paths.contains(&Path { member: String::new(), ..path.clone() })
    };
    let one = |path: &Path, fate: Fate| Delta {
        item: Item {
            fate,
            path: path.to_string(),
            new_path: None,
            old: old.items.get(path).cloned(),
            new: new.items.get(path).cloned(),
        },
        path: Paths {
            old: old.items.contains_key(path).then(|| path.clone()),
            new: new.items.contains_key(path).then(|| path.clone()),
        },
        renamed_by: Vec::new(),
    };
    deltas.extend(gone.iter().filter(|path| !whole(&went, path)).map(|path| one(path, Fate::Removed)));
    deltas.extend(came.iter().filter(|path| !whole(&came, path)).map(|path| one(path, Fate::Added)));
    for (path, was) in &old.items {
        let Some(is) = new.items.get(path).filter(|is| *is != was) else { continue };
        let (in_new_names, causes) = names.signature(was);
        let renamed_by = if in_new_names == *is { causes } else { Vec::new() };
        deltas.push(Delta { renamed_by, ..one(path, Fate::Changed) });
    }
    deltas
}

/// An item under another name. What is called otherwise only because its type is goes without saying.
fn renamed(path: &Path, other: &Path, cause: usize, [old, new]: [&Surface; 2], names: &Names) -> Option<Delta> {
    let (was, is) = (old.items.get(path), new.items.get(other));
    let same = was.map(|was| names.signature(was).0).as_ref() == is;
    let follows = path.owner != other.owner && !path.member.is_empty() && squash(&path.member) == squash(&other.member);
    let follows = follows || path.member.starts_with("impl ");
    if same && follows {
        return None;
    }
    Some(Delta {
        item: Item {
            fate: if same { Fate::Renamed } else { Fate::Changed },
            path: path.to_string(),
            new_path: Some(other.to_string()),
            old: was.cloned(),
            new: is.cloned(),
        },
        path: Paths { old: Some(path.clone()), new: Some(other.clone()) },
        // What has another signature as well is the work of another change.
        renamed_by: if same || !follows { vec![cause] } else { Vec::new() },
    })
}
