//! Paths: they come, go, move, and call their variables something else.

use super::prelude::*;

const FAMILY: &str = "paths";

pub(in crate::diff) const ADDED: Rule =
    rule("path-added", FAMILY, "path-removed", "a path without operations came").works("nothing is there to call");

pub(in crate::diff) const REMOVED: Rule =
    rule("path-removed", FAMILY, "path-added", "a path without operations went").works("nothing was there to call");

pub(in crate::diff) const RENAMED: Rule =
    rule("path-renamed", FAMILY, "path-renamed", "an operation moved to another path")
        .breaks("an older client calls the path that is gone")
        .source(Builds("paths are in no signature"));

pub(in crate::diff) const PREFIX: Rule =
    rule("path-prefix-renamed", FAMILY, "path-prefix-renamed", "the paths of several operations were renamed alike")
        .breaks("an older client calls the paths that are gone")
        .source(Builds("paths are in no signature"));

pub(in crate::diff) const VARIABLE: Rule =
    rule("path-variable-renamed", FAMILY, "path-variable-renamed", "a variable of a path has another name")
        .works("only its value is sent")
        .source(Breaks("the setter has another name"));

/// The variables' names in a path template, in order.
pub(in crate::diff) fn variables(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// A path template with its variables' names left out: two that are equal are the same path.
pub(in crate::diff) fn shape(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape.push_str("{}");
        shape.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    shape
}
