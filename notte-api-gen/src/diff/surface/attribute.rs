//! Tells which change of the document caused which difference of the generated crate, and so whether callers break.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::delta::{Delta, between};
use super::names::{Names, Spelt, squash};
use super::{Path, Surface};
use crate::diff::place::Place;
use crate::diff::rule::Source;
use crate::diff::rules::descriptions;
use crate::diff::rules::document::{UNEXPLAINED, UNHANDLED};
use crate::diff::{Change, Fate, Item, Verdict, alias, uses};
use crate::model::{METHODS, object};

/// Gives every change its items and its verdict on source; a difference that no change explains becomes a change.
pub(in crate::diff) fn judge(changes: &mut Vec<Change>, surfaces: [&Surface; 2], documents: [&Value; 2]) {
    let names = Names::of(changes);
    let deltas = between(surfaces[0], surfaces[1], &names);
    let index = Index::of(changes, documents);
    let mut unexplained = Vec::new();
    let mut of_types: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for delta in deltas {
        let mut causes = delta.renamed_by.clone();
        if causes.is_empty() {
            causes = index.causes(&delta, changes);
        }
        causes.sort_unstable();
        causes.dedup();
        for path in [&delta.path.old, &delta.path.new].into_iter().flatten().filter(|path| path.member.is_empty()) {
            of_types.entry(path.owner.clone()).or_insert_with(|| causes.clone());
        }
        if causes.is_empty() {
            unexplained.push(delta.item);
        } else {
            for cause in causes {
                changes[cause].items.push(delta.item.clone());
            }
        }
    }
    // What speaks of a type that was added or removed has the type's cause.
    unexplained.retain(|item| {
        let texts = [&item.old, &item.new].into_iter().flatten();
        let mut words = texts.flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '_')));
        let causes = words.find_map(|word| of_types.get(word).filter(|causes| !causes.is_empty()));
        for cause in causes.into_iter().flatten() {
            changes[*cause].items.push(item.clone());
        }
        causes.is_none()
    });
    let (broken, added): (Vec<Item>, Vec<Item>) = unexplained.into_iter().partition(Item::breaks);
    for (rule, items) in [(&UNHANDLED, broken), (&UNEXPLAINED, added)] {
        if items.is_empty() {
            continue;
        }
        let mut change = Change::new(rule, &Place::root().label("generated crate"), None, None, Verdict::default());
        change.wire = Verdict::no("no change of the document explains it");
        change.behaviour = Verdict::no("no change of the document explains it");
        change.items = items;
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
        (0, added) => Verdict::no(format!("adds {}", items(added))),
        (broken, _) => Verdict::yes(format!("changes or removes {}", items(broken))),
    }
}

/// Changes by the Rust names of their places.
struct Index {
    /// What the places of each change are called.
    places: Vec<Vec<Spelt>>,
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
            places: Vec::with_capacity(changes.len()),
            types: BTreeMap::new(),
            components: BTreeMap::new(),
            operations: BTreeMap::new(),
            members: BTreeMap::new(),
            graph: graph(documents),
        };
        for (number, change) in changes.iter().enumerate() {
            let places = if touches_source(change) { Spelt::all(&change.keys) } else { Vec::new() };
            for place in &places {
                enter(&mut index.types, place.owner.iter().chain(&place.nested), number);
                enter(&mut index.members, place.member.iter().flatten(), number);
                enter(&mut index.components, place.component.iter().flatten(), number);
                enter(&mut index.operations, place.operation.iter().flatten(), number);
            }
            index.places.push(places);
        }
        index
    }

    /// The changes that fit a difference best.
    fn causes(&self, delta: &Delta, changes: &[Change]) -> Vec<usize> {
        let items = [&delta.path.old, &delta.path.new].map(|path| path.as_ref().map(Wanted::of));
        let candidates: BTreeSet<usize> = items.iter().flatten().flat_map(|item| self.candidates(item)).collect();
        let score = |number: usize| {
            let scores = self.places[number].iter().flat_map(|place| {
                items.iter().enumerate().map(|(side, item)| item.as_ref().map_or(0, |item| item.likeness(place, side)))
            });
            scores.max().unwrap_or(0) * fitness(&changes[number], delta.item.fate)
        };
        // A title names variants, where nothing else does: it never is why a type is another.
        let (titles, others): (Vec<usize>, Vec<usize>) =
            candidates.into_iter().partition(|number| changes[*number].rule.id == descriptions::TITLE.id);
        let scored: Vec<(usize, usize)> = others.into_iter().map(|number| (score(number), number)).collect();
        let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
        if best > 0 {
            let all = scored.into_iter().filter(|(score, _)| *score == best).map(|(_, number)| number);
            // Several changes of one place may each have caused it; of several places, one did.
            return if best >= (EXACT - 5) * 4 { all.collect() } else { all.take(1).collect() };
        }
        let reached = || items.iter().flatten().find_map(|item| self.reached(item));
        // A union may be called like the one property that holds it.
        let namesake = || items.iter().flatten().find_map(|item| self.members.get(&item.owner)?.first().copied());
        let title = || titles.into_iter().find(|number| score(*number) > 0);
        self.mentioned(&delta.item, changes).or_else(reached).or_else(namesake).or_else(title).into_iter().collect()
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
    fn candidates(&self, item: &Wanted) -> Vec<usize> {
        let starts = || (1..=item.owner.len()).map(|end| &item.owner[..end]);
        let types = starts().filter_map(|start| self.types.get(start));
        let operations = starts().chain([item.member.as_str()]).filter_map(|start| self.operations.get(start));
        types.chain(operations).flatten().copied().collect()
    }

    /// The nearest change among the components that the item's type leads to, or that lead to it.
    fn reached(&self, item: &Wanted) -> Option<usize> {
        let owner = &item.owner;
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

/// An item of which the cause is wanted, by its squashed names.
struct Wanted {
    owner: String,
    member: String,
    /// A method of the client, or of the mocks, which is called as its operation.
    is_method: bool,
}

impl Wanted {
    fn of(path: &Path) -> Self {
        let is_method = path.owner == "Client" || path.module.ends_with("mock");
        Self { owner: squash(&path.owner), member: squash(&path.member), is_method }
    }

    /// How likely it is that its difference comes from a change of this place.
    fn likeness(&self, place: &Spelt, side: usize) -> usize {
        let (around, nested) = (&place.owner[side], &place.nested[side]);
        let own = place.member.as_ref().map(|member| &member[side]);
        let operation = place.operation.as_ref().map(|ids| &ids[side]);
        let is_member = own == Some(&self.member);
        if self.is_method && operation == Some(&self.member) {
            return if own.is_none() && around == nested { EXACT } else { 20 };
        }
        if self.owner == *around && is_member {
            return EXACT;
        }
        let in_operation = operation.is_some_and(|operation| self.owner.starts_with(operation));
        if in_operation && is_member {
            return EXACT - 5;
        }
        if own.is_none() && self.owner == *around && self.member.is_empty() {
            return EXACT - 5;
        }
        // What a call takes and gives is in its builder.
        if in_operation && own.is_none() && around != nested {
            return 80;
        }
        if self.owner == *nested {
            return if own.is_none() && around == nested { 70 } else { 75 };
        }
        if self.owner.starts_with(nested) && !nested.is_empty() {
            return 40 + (nested.len() * 20) / self.owner.len();
        }
        if self.owner == *around {
            return 30;
        }
        if in_operation { 20 } else { 0 }
    }
}

/// Enters a change under each of these names, once.
fn enter<'a>(index: &mut BTreeMap<String, Vec<usize>>, names: impl Iterator<Item = &'a String>, number: usize) {
    for name in names {
        let all = index.entry(name.clone()).or_default();
        if all.last() != Some(&number) {
            all.push(number);
        }
    }
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
