//! Parameters: path, query, header and cookie.

use super::prelude::*;
use super::{descriptions, document, lifecycle, media, paths, types};
use crate::diff::rename;
use crate::model::text;

const FAMILY: &str = "parameters";

pub(in crate::diff) const ADDED: Rule =
    rule("parameter-added", FAMILY, "parameter-removed", "an optional parameter was added")
        .works("it need not be sent")
        .source(Depends("a setter is added; the client sets some headers itself"));

pub(in crate::diff) const REMOVED: Rule =
    rule("parameter-removed", FAMILY, "parameter-added", "an optional parameter was removed")
        .works("a server ignores an unknown query parameter or header")
        .source(Breaks("its setter is removed"))
        .behaves("the server no longer does what it asked for");

pub(in crate::diff) const ADDED_REQUIRED: Rule =
    rule("required-parameter-added", FAMILY, "required-parameter-removed", "a required parameter was added")
        .breaks("an older client does not send it")
        .source(Builds("the call needs one more value"))
        .behaves("calls without it fail");

pub(in crate::diff) const REMOVED_REQUIRED: Rule =
    rule("required-parameter-removed", FAMILY, "required-parameter-added", "a required parameter was removed")
        .works("a server ignores an unknown query parameter or header")
        .source(Breaks("its setter is removed"))
        .behaves("the server no longer does what it asked for");

pub(in crate::diff) const BECAME_REQUIRED: Rule =
    rule("parameter-became-required", FAMILY, "parameter-became-optional", "a parameter is required now")
        .breaks("an older client may leave it out")
        .source(Breaks("the call requires a value"))
        .behaves("calls without it fail");

pub(in crate::diff) const BECAME_OPTIONAL: Rule =
    rule("parameter-became-optional", FAMILY, "parameter-became-required", "a parameter is optional now")
        .works("an older client still sends it")
        .source(Depends("the value moves from an argument to a setter"));

pub(in crate::diff) const RENAMED: Rule =
    rule("parameter-renamed", FAMILY, "parameter-renamed", "a parameter was renamed")
        .breaks("an older client sends the old name")
        .source(Breaks("its setter is renamed"));

pub(in crate::diff) const MOVED: Rule =
    rule("parameter-moved", FAMILY, "parameter-moved", "a parameter moved between path, query, header and cookie")
        .breaks("an older client sends it where it was")
        .source(Depends("a path parameter has another type than a query parameter"));

pub(in crate::diff) const STYLE: Rule =
    rule("parameter-style-changed", FAMILY, "parameter-style-changed", "the style of a parameter changed")
        .breaks("an older client uses the old style for lists or objects");

/// A parameter, and where it stands.
struct Parameter<'a> {
    index: usize,
    name: String,
    location: String,
    required: bool,
    value: &'a Value,
}

fn read(list: Option<&Value>) -> Vec<Parameter<'_>> {
    let values = list.and_then(Value::as_array).into_iter().flatten().enumerate();
    values
        .map(|(index, value)| {
            let location = text(value, "in").unwrap_or_default();
            Parameter {
                index,
                name: text(value, "name").unwrap_or_default(),
                required: location == "path" || value.get("required").and_then(Value::as_bool) == Some(true),
                location,
                value,
            }
        })
        .collect()
}

/// Compares two operations' parameters; where the paths are known, path variables are paired by position.
pub(in crate::diff) fn compare(cx: &mut Comparison<'_>, at: &Place, old: Option<&Value>, new: Option<&Value>) {
    if old == new {
        return;
    }
    let found = cx.found();
    let mut olds = read(old);
    let mut news = read(new);
    let at = at.key("parameters");
    let renamed = at.variables();
    take_pairs(&mut olds, &mut news, |a, b| a.location == b.location && a.name == b.name, |a, b| pair(cx, &at, a, b));
    take_pairs(
        &mut olds,
        &mut news,
        |a, b| a.location == "header" && b.location == "header" && a.name.eq_ignore_ascii_case(&b.name),
        |a, b| pair(cx, &at, a, b),
    );
    take_pairs(
        &mut olds,
        &mut news,
        |a, b| a.location == "path" && b.location == "path" && renamed.contains(&(a.name.clone(), b.name.clone())),
        // The name is told once for all operations, where they are paired.
        |a, b| pair(cx, &at, a, b),
    );
    take_pairs(&mut olds, &mut news, |a, b| a.name == b.name, |a, b| pair(cx, &at, a, b));
    let words = cx.renames.words.clone();
    take_pairs(
        &mut olds,
        &mut news,
        |a, b| a.location == b.location && rename::fields::same(&words, (&a.name, &schema(a)), (&b.name, &schema(b))),
        |a, b| pair(cx, &at, a, b),
    );
    for gone in olds {
        let rule = if gone.required { &REMOVED_REQUIRED } else { &REMOVED };
        cx.emit(rule, &at.parameter(&gone.name, &gone.name, gone.index, gone.index), Some(gone.value), None);
    }
    for come in news {
        let rule = if come.required { &ADDED_REQUIRED } else { &ADDED };
        cx.emit(rule, &at.parameter(&come.name, &come.name, come.index, come.index), None, Some(come.value));
    }
    cx.or_reordered(found, &at, old, new);
}

fn schema(parameter: &Parameter<'_>) -> Value {
    parameter.value.get("schema").cloned().unwrap_or_default()
}

/// Takes every pair that `same` accepts out of both lists, and hands it to `then`.
fn take_pairs<'a>(
    olds: &mut Vec<Parameter<'a>>,
    news: &mut Vec<Parameter<'a>>,
    same: impl Fn(&Parameter<'_>, &Parameter<'_>) -> bool,
    mut then: impl FnMut(&Parameter<'_>, &Parameter<'_>),
) {
    let mut left = Vec::new();
    for old in std::mem::take(olds) {
        match news.iter().position(|new| same(&old, new)) {
            Some(index) => then(&old, &news.remove(index)),
            None => left.push(old),
        }
    }
    *olds = left;
}

fn pair(cx: &mut Comparison<'_>, at: &Place, old: &Parameter<'_>, new: &Parameter<'_>) {
    if old.value == new.value {
        return;
    }
    let at = at.parameter(&old.name, &new.name, old.index, new.index);
    let name = |parameter: &Parameter<'_>| Value::from(parameter.name.clone());
    let header = old.location == "header" && old.name.eq_ignore_ascii_case(&new.name);
    if old.name != new.name && header {
        cx.emit(&document::RESPELLED, &at, Some(&name(old)), Some(&name(new)));
    } else if old.name != new.name && !(old.location == "path" && new.location == "path") {
        cx.emit(&RENAMED, &at, Some(&name(old)), Some(&name(new)));
    }
    if old.location != new.location {
        cx.emit(&MOVED, &at, Some(&old.location.clone().into()), Some(&new.location.clone().into()));
    }
    let (old_required, new_required) = (old.required, new.required);
    match (old_required, new_required) {
        (false, true) => cx.emit(&BECAME_REQUIRED, &at, None, None),
        (true, false) => cx.emit(&BECAME_OPTIONAL, &at, None, None),
        _ => {}
    }
    cx.each_key(&at, old.value, new.value, |cx, key, at, old, new| match key {
        "name" | "in" => cx.elsewhere(),
        "required" if old_required != new_required => cx.elsewhere(),
        "required" => cx.same(),
        "schema" => types::compare(cx, at, old, new),
        "content" => media::compare_content(cx, at, old, new),
        "deprecated" => lifecycle::compare(cx, at, old, new),
        "description" => descriptions::compare(cx, key, at, old, new),
        "example" | "examples" => cx.emit(&descriptions::EXAMPLE, at, old, new),
        "style" | "explode" | "allowReserved" | "allowEmptyValue" => cx.emit(&STYLE, at, old, new),
        _ => document::rest(cx, key, at, old, new),
    });
}

/// The variables of two paths that are one, paired by position, where the names differ.
pub(in crate::diff) fn renamed_variables(old: &str, new: &str) -> Vec<(String, String)> {
    let (old, new) = (paths::variables(old), paths::variables(new));
    if old.len() != new.len() {
        return Vec::new();
    }
    let pairs = old.into_iter().zip(new).filter(|(old, new)| old != new);
    pairs.map(|(old, new)| (old.to_owned(), new.to_owned())).collect()
}
