//! Unions that say the same are one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::refs;
use super::{Union, tag::Variant};

/// Each distinct union with the keys of all those it replaces, its own among them.
pub(super) fn equal(unions: Vec<Union>) -> Vec<(Union, Vec<String>)> {
    let (tagged, untagged): (Vec<Union>, Vec<Union>) = unions.into_iter().partition(|union| union.tagged.is_some());
    let mut merged = contained(grouped(with_keys(tagged), tagged_identity));
    let mut groups = with_keys(untagged);
    loop {
        let now: BTreeMap<String, String> = merged
            .iter()
            .chain(&groups)
            .flat_map(|(union, keys)| keys.iter().map(|key| (key.clone(), union.key.clone())))
            .collect();
        let before = groups.len();
        groups = grouped(groups, |union| untagged_identity(union, &now));
        if groups.len() == before {
            break;
        }
    }
    merged.append(&mut groups);
    merged
}

type Group = (Union, Vec<String>);

fn with_keys(unions: Vec<Union>) -> Vec<Group> {
    unions
        .into_iter()
        .map(|union| {
            let key = union.key.clone();
            (union, vec![key])
        })
        .collect()
}

/// One group for each identity, in order of appearance; a declared union speaks for its group.
fn grouped(groups: Vec<Group>, identity: impl Fn(&Union) -> Vec<String>) -> Vec<Group> {
    let mut index: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut distinct: Vec<Group> = Vec::new();
    for (mut union, mut keys) in groups {
        match index.get(&identity(&union)) {
            Some(&at) => {
                let (known, known_keys) = &mut distinct[at];
                known_keys.append(&mut keys);
                known.places.append(&mut union.places);
                if union.declared && !known.declared {
                    union.places = std::mem::take(&mut known.places);
                    *known = union;
                }
            }
            None => {
                index.insert(identity(&union), distinct.len());
                distinct.push((union, keys));
            }
        }
    }
    distinct
}

fn tagged_identity(union: &Union) -> Vec<String> {
    let Some(tagged) = &union.tagged else {
        return Vec::new();
    };
    let mut identity: Vec<String> =
        tagged.variants.iter().map(|variant| format!("{}\n{}", variant.value, variant.component)).collect();
    identity.sort();
    identity.push(tagged.tag.clone());
    identity
}

fn untagged_identity(union: &Union, now: &BTreeMap<String, String>) -> Vec<String> {
    let mut identity: Vec<String> = union
        .members
        .iter()
        .map(|member| {
            let mut member = member.clone();
            settle(&mut member, now);
            member.to_string()
        })
        .collect();
    identity.sort();
    identity
}

/// Writes references the way they will read.
fn settle(schema: &mut Value, now: &BTreeMap<String, String>) {
    match schema {
        Value::String(text) => {
            if let Some(new) = text.strip_prefix(refs::PREFIX).and_then(|name| now.get(name)) {
                *text = format!("{}{new}", refs::PREFIX);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| settle(value, now)),
        Value::Object(keywords) => keywords.values_mut().for_each(|value| settle(value, now)),
        _ => {}
    }
}

/// Gives the tagged unions whose variants a larger one has as well to the larger one.
fn contained(mut groups: Vec<Group>) -> Vec<Group> {
    let size = |(union, _): &Group| union.tagged.as_ref().map_or(0, |tagged| tagged.variants.len());
    groups.sort_by_key(|group| std::cmp::Reverse(size(group)));
    let mut kept: Vec<Group> = Vec::new();
    let mut having: BTreeMap<(String, Variant), Vec<usize>> = BTreeMap::new();
    for (union, mut keys) in groups {
        let Some(tagged) = &union.tagged else {
            continue;
        };
        let all: BTreeSet<&Variant> = tagged.variants.iter().collect();
        let first = tagged.variants.first().map(|variant| (tagged.tag.clone(), variant.clone()));
        let candidates = first.and_then(|first| having.get(&first)).into_iter().flatten();
        let larger = candidates.copied().find(|at| {
            let variants = kept[*at].0.tagged.iter().flat_map(|tagged| &tagged.variants);
            all.is_subset(&variants.collect())
        });
        match larger {
            Some(at) => kept[at].1.append(&mut keys),
            None => {
                for variant in &tagged.variants {
                    having.entry((tagged.tag.clone(), variant.clone())).or_default().push(kept.len());
                }
                kept.push((union, keys));
            }
        }
    }
    kept
}
