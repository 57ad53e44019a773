//! Goes through the operations of two documents: those that are one, that came, and that went.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::compare::Comparison;
use super::place::Place;
use super::rename::operations::{Pair, Spot};
use super::rules::{descriptions, document, operations, parameters, paths};
use crate::model::{METHODS, object};

/// Compares every operation, and the paths around them.
pub(super) fn compare(cx: &mut Comparison<'_>, pairs: &[Pair], old: &Value, new: &Value) {
    let mut moved: BTreeMap<(String, String), Vec<Place>> = BTreeMap::new();
    let mut variables: BTreeMap<(String, String), Vec<Place>> = BTreeMap::new();
    let mut slashed: Vec<(&Spot, &Spot, Place)> = Vec::new();
    for pair in pairs {
        let (was, is) = match (&pair.old, &pair.new) {
            (Some(was), Some(is)) => (was, is),
            (Some(gone), None) => {
                cx.emit(&operations::REMOVED, &place(gone, gone, Vec::new()), Some(&line(gone)), None);
                continue;
            }
            (None, Some(come)) => {
                cx.emit(&operations::ADDED, &place(come, come, Vec::new()), None, Some(&line(come)));
                continue;
            }
            (None, None) => continue,
        };
        let renamed = parameters::renamed_variables(&was.path, &is.path);
        let at = place(was, is, renamed.clone());
        if was.id != is.id {
            cx.emit(&operations::RENAMED, &at, Some(&was.id.clone().into()), Some(&is.id.clone().into()));
        }
        if was.method != is.method {
            cx.emit(&operations::METHOD, &at, Some(&was.method.clone().into()), Some(&is.method.clone().into()));
        }
        for names in renamed {
            variables.entry(names).or_default().push(at.clone());
        }
        let shapes = [paths::shape(&was.path), paths::shape(&is.path)];
        if shapes[0] != shapes[1] && shapes[0].trim_end_matches('/') == shapes[1].trim_end_matches('/') {
            slashed.push((was, is, at.clone()));
        } else if shapes[0] != shapes[1] {
            moved.entry(prefixes(&was.path, &is.path)).or_default().push(at.clone());
        }
        if let (Some(old), Some(new)) = (was.operation(old), is.operation(new)) {
            cx.whole(&at, &without_id(old), &without_id(new), |cx| operations::compare(cx, &at, old, new));
        }
    }
    for ((was, is), places) in &variables {
        told_once(cx, &paths::VARIABLE, (was, is), places, true);
    }
    for ((was, is), places) in &moved {
        let rule = if places.len() > 1 { &paths::PREFIX } else { &paths::RENAMED };
        told_once(cx, rule, (was, is), places, false);
    }
    if let Some((was, is, _)) = slashed.first() {
        let (was, is) = (was.path.clone(), is.path.clone());
        let places: Vec<Place> = slashed.into_iter().map(|(.., place)| place).collect();
        told_once(cx, &paths::SLASH, (&was, &is), &places, false);
    }
    path_items(cx, pairs, old, new);
}

fn place(was: &Spot, is: &Spot, renamed: Vec<(String, String)>) -> Place {
    Place::operation([&was.id, &is.id], [&was.method, &is.method], [&was.path, &is.path], renamed)
}

/// One change for what happened to several operations alike.
fn told_once(
    cx: &mut Comparison<'_>,
    rule: &'static super::rule::Rule,
    (was, is): (&String, &String),
    places: &[Place],
    member: bool,
) {
    let Some(first) = places.first() else { return };
    let label = match places.len() {
        1 => String::new(),
        count => format!(" and {} more operations", count - 1),
    };
    cx.emit(rule, &first.label(&label), Some(&was.as_str().into()), Some(&is.as_str().into()));
    let keys = places.iter().map(|place| {
        let mut key = place.key.clone();
        key.member = member.then(|| [was.clone(), is.clone()]);
        key
    });
    cx.told(keys.collect());
}

/// The parts of two paths up to where they last differ; of paths that differ elsewhere too, the whole paths.
fn prefixes(old: &str, new: &str) -> (String, String) {
    let (olds, news): (Vec<&str>, Vec<&str>) = (old.split('/').collect(), new.split('/').collect());
    let differs = |(old, new): (&&str, &&str)| old != new && !(old.starts_with('{') && new.starts_with('{'));
    if olds.len() == news.len()
        && let Some(last) = olds.iter().zip(&news).rposition(differs)
    {
        let prefix = |segments: &[&str]| segments[..=last].join("/");
        return (prefix(&olds), prefix(&news));
    }
    (old.to_owned(), new.to_owned())
}

fn without_id(operation: &Value) -> Value {
    let mut operation = operation.clone();
    if let Some(operation) = operation.as_object_mut() {
        operation.remove("operationId");
    }
    operation
}

fn line(spot: &Spot) -> Value {
    format!("{} {}", spot.method.to_uppercase(), spot.path).into()
}

/// Compares what stands beside the operations of a path.
fn path_items(cx: &mut Comparison<'_>, pairs: &[Pair], old: &Value, new: &Value) {
    let mut partners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for pair in pairs {
        if let (Some(was), Some(is)) = (&pair.old, &pair.new) {
            partners.entry(was.path.as_str()).or_default().insert(is.path.as_str());
        }
    }
    let news: BTreeSet<&str> = object(new.get("paths")).map(|(path, _)| path.as_str()).collect();
    let mut met = BTreeSet::new();
    for (path, item) in object(old.get("paths")) {
        let partner = if news.contains(path.as_str()) { Some(path.as_str()) } else { None };
        let partner = partner.or_else(|| partners.get(path.as_str()).and_then(|all| all.first().copied()));
        let at = |other: &str| Place::root().key("paths").key2(path, other).label(path);
        match partner {
            Some(other) => {
                met.insert(other);
                let new_item = new.get("paths").and_then(|paths| paths.get(other)).unwrap_or(&Value::Null);
                beside(cx, &at(other), item, new_item);
            }
            None if !has_operations(item) => cx.emit(&paths::REMOVED, &at(path), None, None),
            None => {}
        }
    }
    for (path, item) in object(new.get("paths")) {
        if !met.contains(path.as_str()) && !has_operations(item) {
            cx.emit(&paths::ADDED, &Place::root().key("paths").key(path).label(path), None, None);
        }
    }
}

fn has_operations(item: &Value) -> bool {
    METHODS.iter().any(|method| item.get(method).is_some())
}

fn beside(cx: &mut Comparison<'_>, at: &Place, old: &Value, new: &Value) {
    cx.each_key(at, old, new, |cx, key, at, old, new| match key {
        _ if METHODS.contains(&key) => cx.elsewhere(),
        "summary" | "description" => descriptions::compare(cx, key, at, old, new),
        "servers" => cx.emit(&document::SERVERS, at, old, new),
        _ => document::rest(cx, key, at, old, new),
    });
}
