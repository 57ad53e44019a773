//! Paths: they come, go, move, and call their variables something else.

use super::prelude::*;

const FAMILY: &str = "paths";

pub(in crate::diff) const ADDED: Rule =
    rule("path-added", FAMILY, "path-removed", "a path without operations was added").works("it has nothing to call");

pub(in crate::diff) const REMOVED: Rule =
    rule("path-removed", FAMILY, "path-added", "a path without operations was removed").works("it had nothing to call");

pub(in crate::diff) const RENAMED: Rule =
    rule("path-renamed", FAMILY, "path-renamed", "an operation moved to another path")
        .breaks("an older client calls the removed path")
        .source(Builds("paths are in no signature"));

pub(in crate::diff) const PREFIX: Rule =
    rule("path-prefix-renamed", FAMILY, "path-prefix-renamed", "several paths were renamed in the same way")
        .breaks("an older client calls the removed paths")
        .source(Builds("paths are in no signature"));

pub(in crate::diff) const SLASH: Rule =
    rule("path-slash-changed", FAMILY, "path-slash-changed", "the trailing slash of a path was added or removed")
        .works("the client follows 307 and 308, with which most servers redirect one spelling to the other")
        .source(Builds("paths are in no signature"))
        .behaves("a call costs a redirect, or fails with a 404 if the server does not redirect");

pub(in crate::diff) const VARIABLE: Rule =
    rule("path-variable-renamed", FAMILY, "path-variable-renamed", "a path variable was renamed")
        .works("only its value is sent")
        .source(Breaks("the argument or setter is renamed"));

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
