//! Tells which change of the document caused which difference of the generated crate, and so whether callers break.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::delta::{Delta, between};
use super::names::{Names, bare, squash};
use super::{Path, Surface};
use crate::diff::place::{Key, Place};
use crate::diff::rule::Source;
use crate::diff::rules::document::UNHANDLED;
use crate::diff::{Change, Fate, Item, Verdict, alias, uses};
use crate::model::{METHODS, object};

/// Gives every change its items and its verdict on source; a difference that no change explains becomes a change.
pub(in crate::diff) fn judge(changes: &mut Vec<Change>, surfaces: [&Surface; 2], documents: [&Value; 2]) {
    let names = Names::of(changes);
    let deltas = between(surfaces[0], surfaces[1], &names);
    let index = Index::of(changes, documents);
    let mut unexplained = Vec::new();
    for delta in deltas {
        let mut causes = delta.renamed_by.clone();
        if causes.is_empty() {
            causes = index.causes(&delta, changes);
        }
        causes.sort_unstable();
        causes.dedup();
        if causes.is_empty() {
            unexplained.push(delta.item);
        } else {
            for cause in causes {
                changes[cause].items.push(delta.item.clone());
            }
        }
    }
    if !unexplained.is_empty() {
        let mut change =
            Change::new(&UNHANDLED, &Place::root().label("generated crate"), None, None, Verdict::default());
        change.wire = Verdict::no("no change of the document explains it");
        change.behaviour = Verdict::no("no change of the document explains it");
        change.items = unexplained;
        changes.push(change);
    }
    for change in changes {
        change.items.sort();
        change.compile = verdict(change);
        change.alias = alias::of(change);
    }
}

fn verdict(change: &Change) -> Verdict {
    let count = |breaks: bool| change.items.iter().filter(|item| item.breaks() == breaks).count();
    let items = |count: usize| if count == 1 { "1 public item".to_owned() } else { format!("{count} public items") };
    match (count(true), count(false)) {
        (0, 0) => Verdict::no("no public item changes"),
        (0, came) => Verdict::no(format!(
            "{}, and none changes or goes",
            items(came) + if came == 1 { " comes" } else { " come" }
        )),
        (1, _) => Verdict::yes("1 public item changes or goes"),
        (broken, _) => Verdict::yes(format!("{} change or go", items(broken))),
    }
}

/// Changes by the Rust names of their places.
struct Index {
    /// By the name of the type or builder around the place, or of the type that the place would be.
    types: BTreeMap<String, Vec<usize>>,
    /// By component.
    components: BTreeMap<String, Vec<usize>>,
    /// By operation.
    operations: BTreeMap<String, Vec<usize>>,
    /// By the property, member or value that the place is.
    members: BTreeMap<String, Vec<usize>>,
    /// What components and operations refer to, by their squashed names.
    graph: BTreeMap<String, BTreeSet<String>>,
}

impl Index {
    fn of(changes: &[Change], documents: [&Value; 2]) -> Self {
        let mut index = Self {
            types: BTreeMap::new(),
            components: BTreeMap::new(),
            operations: BTreeMap::new(),
            members: BTreeMap::new(),
            graph: graph(documents),
        };
        for (number, change) in changes.iter().enumerate().filter(|(_, change)| touches_source(change)) {
            for key in &change.keys {
                let names = key.owner.iter().chain(&key.nested).map(|name| squash(name));
                for name in names.flat_map(|name| [bare(&name).to_owned(), name]).collect::<BTreeSet<_>>() {
                    index.types.entry(name).or_default().push(number);
                }
                for name in key.member.iter().flatten().map(|name| squash(name)).collect::<BTreeSet<_>>() {
                    index.members.entry(name).or_default().push(number);
                }
                for name in key.component.iter().flatten().map(|name| squash(name)).collect::<BTreeSet<_>>() {
                    index.components.entry(name).or_default().push(number);
                }
                for name in key.operation.iter().flatten().map(|name| squash(name)).collect::<BTreeSet<_>>() {
                    index.operations.entry(name).or_default().push(number);
                }
            }
        }
        index
    }

    /// The changes that fit a difference best.
    fn causes(&self, delta: &Delta, changes: &[Change]) -> Vec<usize> {
        let paths = [&delta.path.old, &delta.path.new];
        let candidates: BTreeSet<usize> = paths.into_iter().flatten().flat_map(|path| self.candidates(path)).collect();
        let score = |number: usize| {
            let change = &changes[number];
            let keys = change.keys.iter();
            let scores = keys.flat_map(|key| {
                [(&delta.path.old, 0), (&delta.path.new, 1)]
                    .map(|(path, side)| path.as_ref().map_or(0, |path| likeness(path, key, side)))
            });
            scores.max().unwrap_or(0) * fitness(change, delta.item.fate)
        };
        let scored: Vec<(usize, usize)> = candidates.into_iter().map(|number| (score(number), number)).collect();
        let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
        if best > 0 {
            let all = scored.into_iter().filter(|(score, _)| *score == best).map(|(_, number)| number);
            // Several changes of one place may each have caused it; of several places, one did.
            return if best >= (EXACT - 5) * 4 { all.collect() } else { all.take(1).collect() };
        }
        let reached = || paths.into_iter().flatten().find_map(|path| self.reached(path));
        self.mentioned(&delta.item, changes).or_else(reached).into_iter().collect()
    }

    /// A change of something that the item is named after, or has in its signature: unions get names of their own.
    fn mentioned(&self, item: &Item, changes: &[Change]) -> Option<usize> {
        let texts = [Some(&item.path), item.new_path.as_ref(), item.old.as_ref(), item.new.as_ref()];
        let words =
            texts.into_iter().flatten().flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '_')));
        let words: Vec<String> = words.map(squash).filter(|word| !word.is_empty()).collect();
        let fits = |number: &&usize| fitness(&changes[**number], item.fate) > 1;
        let of_union = |number: &&usize| changes[**number].rule.family == "unions";
        let named = |index: &BTreeMap<String, Vec<usize>>, wanted: &dyn Fn(&&usize) -> bool| {
            words.iter().rev().filter_map(|word| index.get(word)).flatten().filter(fits).find(wanted).copied()
        };
        named(&self.members, &of_union).or_else(|| named(&self.components, &|_| true))
    }

    /// Changes of a type of this name, of one that this one may be named after, or of its operation.
    fn candidates(&self, path: &Path) -> Vec<usize> {
        let owner = squash(&path.owner);
        let mut found: Vec<usize> =
            (1..=owner.len()).filter_map(|end| self.types.get(&owner[..end])).flatten().copied().collect();
        found.extend(self.operations.get(&squash(&path.member)).into_iter().flatten());
        found.extend((1..=owner.len()).filter_map(|end| self.operations.get(&owner[..end])).flatten());
        found
    }

    /// The nearest change among the components that the item's type leads to, or that lead to it.
    fn reached(&self, path: &Path) -> Option<usize> {
        let owner = squash(&path.owner);
        let start = (1..=owner.len()).rev().map(|end| &owner[..end]).find(|name| self.graph.contains_key(*name))?;
        let mut met = BTreeSet::from([start]);
        let mut now = vec![start];
        while !now.is_empty() {
            let mut next = Vec::new();
            for name in now {
                if let Some(number) =
                    self.components.get(name).or_else(|| self.operations.get(name)).and_then(|all| all.first())
                {
                    return Some(*number);
                }
                for other in self.graph.get(name).into_iter().flatten() {
                    if met.insert(other) {
                        next.push(other.as_str());
                    }
                }
            }
            now = next;
        }
        None
    }
}

/// What a change of the very place scores.
const EXACT: usize = 100;

/// How likely it is that a difference of this item comes from a change of this place.
fn likeness(path: &Path, key: &Key, side: usize) -> usize {
    let (owner, member) = (squash(&path.owner), squash(&path.member));
    let as_named = likeness_of(path, &owner, &member, key, side, |name| name);
    as_named.max(likeness_of(path, &owner, &member, key, side, bare))
}

fn likeness_of(path: &Path, owner: &str, member: &str, key: &Key, side: usize, called: fn(&str) -> &str) -> usize {
    let (around, nested) = (squash(&key.owner[side]), squash(&key.nested[side]));
    let (around, nested) = (called(&around), called(&nested));
    let own = key.member.as_ref().map(|member| squash(&member[side]));
    let operation = key.operation.as_ref().map(|ids| squash(&ids[side]));
    let is_method = path.owner == "Client" || path.module.ends_with("mock");
    if is_method && operation.as_deref() == Some(member) {
        return if own.is_none() && around == nested { EXACT } else { 20 };
    }
    if owner == around && own.as_deref() == Some(member) {
        return EXACT;
    }
    let in_operation = operation.as_ref().is_some_and(|operation| owner.starts_with(operation.as_str()));
    if in_operation && own.as_deref() == Some(member) {
        return EXACT - 5;
    }
    if own.is_none() && owner == around && member.is_empty() {
        return EXACT - 5;
    }
    // What a call takes and gives is in its builder.
    if in_operation && own.is_none() && around != nested {
        return 80;
    }
    if owner == nested {
        return if own.is_none() && around == nested { 70 } else { 75 };
    }
    if owner.starts_with(nested) && !nested.is_empty() {
        return 40 + (nested.len() * 20) / owner.len();
    }
    if owner == around {
        return 30;
    }
    if in_operation { 20 } else { 0 }
}

/// Whether what happened to the item is what such a change does.
fn fitness(change: &Change, fate: Fate) -> usize {
    let id = change.rule.id;
    match fate {
        Fate::Added if id.ends_with("-removed") => 1,
        Fate::Removed if id.ends_with("-added") => 1,
        _ if matches!(change.rule.source, Source::Breaks(_)) => 5,
        _ => 4,
    }
}

/// Whether a change of this kind can do anything to source.
fn touches_source(change: &Change) -> bool {
    !matches!(change.rule.source, Source::Builds("no public item changes"))
}

/// What every component and operation of both documents refers to, and is referred to by.
fn graph(documents: [&Value; 2]) -> BTreeMap<String, BTreeSet<String>> {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for document in documents {
        for (name, targets) in uses::graph(document) {
            graph.entry(squash(name)).or_default().extend(targets.into_iter().map(squash));
        }
        for (_, item) in object(document.get("paths")) {
            for operation in METHODS.iter().filter_map(|method| item.get(method)) {
                let mut targets = BTreeSet::new();
                uses::references(operation, &mut targets);
                let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
                graph.entry(squash(id)).or_default().extend(targets.into_iter().map(squash));
            }
        }
    }
    let edges: Vec<(String, String)> =
        graph.iter().flat_map(|(from, all)| all.iter().map(|to| (to.clone(), from.clone()))).collect();
    for (to, from) in edges {
        graph.entry(to).or_default().insert(from);
    }
    graph
}
