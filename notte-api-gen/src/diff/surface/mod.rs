//! The public surface of a generated crate: every item by path, with its signature.

mod attribute;
mod delta;
mod interface;
mod names;
mod read;
mod signature;

use std::collections::BTreeMap;

pub(super) use attribute::judge;

use crate::{Error, File};

/// Every public item by path: fields, variants, methods and implemented traits are items of their own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surface {
    items: BTreeMap<Path, String>,
}

/// The path of an item: module, type, member.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Path {
    module: String,
    owner: String,
    /// The field, variant, method or trait; empty for the type itself.
    member: String,
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}::{}", self.module, self.owner)?;
        match self.member.as_str() {
            "" => Ok(()),
            member if member.starts_with("impl ") => write!(f, " ({member})"),
            member => write!(f, "::{member}"),
        }
    }
}

impl Surface {
    /// Reads the generated files.
    ///
    /// # Errors
    /// When a file is no Rust, which would be the generator's mistake.
    pub fn read(files: &[File]) -> Result<Self, Error> {
        read::files(files)
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Every item as `path: signature`.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.items.iter().map(|(path, signature)| format!("{path}: {signature}"))
    }
}
