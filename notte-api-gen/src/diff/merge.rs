//! One change for what is alike in several places: in the twins `X-Input` and `X-Output`, and in a union that many hold.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Change;
use super::change::fingerprint;

/// Reports each change once, with the names of every place.
pub(super) fn alike(changes: Vec<Change>) -> Vec<Change> {
    let mut groups: BTreeMap<[String; 4], Vec<Change>> = BTreeMap::new();
    for change in changes {
        groups.entry(identity(&change)).or_default().push(change);
    }
    groups.into_iter().filter_map(|(identity, group)| merged(&identity, group)).collect()
}

/// What changes that are one have in common.
fn identity(change: &Change) -> [String; 4] {
    let value = |value: &Option<Value>| value.as_ref().map(|value| untwinned(&value.to_string())).unwrap_or_default();
    let place = match &change.subject {
        Some(union) => untwinned(union),
        None => untwinned(&change.place),
    };
    [change.rule.id.to_owned(), place, value(&change.old), value(&change.new)]
}

/// A text in which twins have one name.
fn untwinned(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(start) = rest.find('-') {
        let (before, after) = rest.split_at(start);
        kept.push_str(before);
        let twin = ["-Input", "-Output"].into_iter().find(|twin| after.starts_with(twin));
        let ends = |end: usize| !after[end..].starts_with(|next: char| next.is_alphanumeric() || "_-".contains(next));
        match twin.map(str::len).filter(|end| ends(*end)) {
            Some(end) => rest = &after[end..],
            None => {
                kept.push('-');
                rest = &after[1..];
            }
        }
    }
    kept.push_str(rest);
    kept
}

fn merged(identity: &[String; 4], mut group: Vec<Change>) -> Option<Change> {
    // The same one comes first whichever way round the documents are compared.
    group.sort_by_cached_key(|change| {
        let mut pointers = change.pointers.clone();
        pointers.sort();
        pointers
    });
    let count = group.len();
    let mut changes = group.into_iter();
    let mut first = changes.next()?;
    if count == 1 && first.subject.is_none() {
        return Some(first);
    }
    first.fingerprint = fingerprint(identity.each_ref().map(String::as_str));
    if count == 1 {
        return Some(first);
    }
    let twins = untwinned(&first.place);
    let mut are_twins = count == 2 && twins != first.place;
    for change in changes {
        are_twins &= untwinned(&change.place) == twins;
        first.keys.extend(change.keys);
        if change.wire.affected && !first.wire.affected {
            first.wire = change.wire;
        }
    }
    first.place = match (are_twins, first.place.split_once("-Input")) {
        (true, Some((name, rest))) => format!("{name}-{{Input,Output}}{rest}"),
        _ if count == 2 => format!("{} and 1 more place", first.place),
        _ => format!("{} and {} more places", first.place, count - 1),
    };
    Some(first)
}
