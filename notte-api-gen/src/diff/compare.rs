//! Compares two documents: pairs what belongs together, and hands each pair to the rules.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Change, Verdict};
use super::place::{Key, Place};
use super::rename::Renames;
use super::rule::{Rule, Wire};
use super::rules::{document, types};
use super::uses::Uses;
use crate::model::object;

/// A comparison under way.
pub(super) struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    pub(super) renames: &'a Renames,
    uses: &'a Uses,
    entered: Vec<(Option<String>, Option<String>)>,
    silence: Silence,
    subject: Option<String>,
    changes: Vec<Change>,
}

/// Why a rule had nothing to say about two values that differ.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Silence {
    /// No rule knows them.
    Unknown,
    /// They mean the same.
    Same,
    /// Another rule looks at them.
    Elsewhere,
}

impl<'a> Comparison<'a> {
    /// `old` has the names of NEW where a component was renamed.
    pub(super) fn new(old: &'a Value, new: &'a Value, renames: &'a Renames, uses: &'a Uses) -> Self {
        Self {
            old,
            new,
            renames,
            uses,
            entered: Vec::new(),
            silence: Silence::Unknown,
            subject: None,
            changes: Vec::new(),
        }
    }

    /// What was found.
    pub(super) fn finish(self) -> Vec<Change> {
        self.changes
    }

    /// Compares key by key, and reports whatever no rule has an opinion on.
    pub(super) fn each_key(
        &mut self,
        at: &Place,
        old: &Value,
        new: &Value,
        mut each: impl FnMut(&mut Self, &str, &Place, Option<&Value>, Option<&Value>),
    ) {
        if !(old.is_object() && new.is_object()) {
            if old != new {
                self.emit(&document::UNHANDLED, at, Some(old), Some(new));
            }
            return;
        }
        let keys: BTreeSet<&String> = object(Some(old)).chain(object(Some(new))).map(|(key, _)| key).collect();
        for key in keys {
            let (old, new) = (old.get(key), new.get(key));
            if old == new {
                continue;
            }
            let found = self.found();
            self.silence = Silence::Unknown;
            let at = at.key(key);
            each(self, key, &at, old, new);
            if self.found() > found {
                continue;
            }
            match self.silence {
                Silence::Unknown if reordered(old, new) => self.emit(&document::REORDERED, &at, None, None),
                Silence::Unknown => self.emit(&document::UNHANDLED, &at, old, new),
                Silence::Same => self.emit(&document::RESPELLED, &at, old, new),
                Silence::Elsewhere => {}
            }
        }
    }

    /// The two values differ and mean the same.
    pub(super) fn same(&mut self) {
        self.silence = Silence::Same;
    }

    /// Another rule looks at the two values.
    pub(super) fn elsewhere(&mut self) {
        self.silence = Silence::Elsewhere;
    }

    /// How many changes there are, to tell later whether there are more.
    pub(super) fn found(&self) -> usize {
        self.changes.len()
    }

    /// Reports another order, when nothing else was found since.
    pub(super) fn or_reordered(&mut self, found: usize, at: &Place, old: Option<&Value>, new: Option<&Value>) {
        if self.found() == found && reordered(old, new) {
            self.emit(&document::REORDERED, at, None, None);
        }
    }

    /// Reports a change.
    pub(super) fn emit(&mut self, rule: &'static Rule, at: &Place, old: Option<&Value>, new: Option<&Value>) {
        let wires: &[Wire] = match (at.sent, at.answered) {
            (true, true) => &[rule.sent, rule.answered],
            (false, true) => &[rule.answered],
            (false, false) if at.key.component.is_some() => &[Wire::Works("no operation uses it")],
            _ => &[rule.sent],
        };
        let breaks = wires.iter().find_map(|wire| match wire {
            Wire::Breaks(why) => Some(Verdict::yes(*why)),
            Wire::Works(_) => None,
        });
        let works = wires.iter().find_map(|wire| match wire {
            Wire::Works(why) => Some(Verdict::no(*why)),
            Wire::Breaks(_) => None,
        });
        self.push(rule, at, old, new, breaks.or(works).unwrap_or_default());
    }

    /// Reports a change that by its rule may break the wire, and here does not.
    pub(super) fn emit_works(
        &mut self,
        rule: &'static Rule,
        at: &Place,
        old: Option<&Value>,
        new: Option<&Value>,
        why: &str,
    ) {
        self.push(rule, at, old, new, Verdict::no(why));
    }

    fn push(&mut self, rule: &'static Rule, at: &Place, old: Option<&Value>, new: Option<&Value>, wire: Verdict) {
        let mut change = Change::new(rule, at, old, new, wire);
        if rule.only_sent && !at.sent {
            change.behaviour = Verdict::no("the client does not send it");
        }
        self.changes.push(Change { subject: self.subject.clone(), ..change });
    }

    /// What is reported in here is about these two values, wherever they are.
    pub(super) fn about(&mut self, old: Option<&Value>, new: Option<&Value>, report: impl FnOnce(&mut Self)) {
        let text = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_default();
        let outer = self.subject.replace(format!("{}\n{}", text(old), text(new)));
        report(self);
        self.subject = outer;
    }

    /// The change reported last is about all of these places.
    pub(super) fn told(&mut self, keys: Vec<Key>) {
        if let Some(change) = self.changes.last_mut() {
            change.keys = keys;
        }
    }

    /// Goes into two components that are compared in the place of one another; `false` when that is under way.
    pub(super) fn enter(&mut self, old: Option<&String>, new: Option<&String>) -> bool {
        let pair = (old.cloned(), new.cloned());
        let fresh = !self.entered.contains(&pair);
        if fresh {
            self.entered.push(pair);
        }
        fresh
    }

    /// Comes out again.
    pub(super) fn leave(&mut self) {
        self.entered.pop();
    }

    pub(super) fn old_schema(&self, name: Option<&str>) -> Option<&'a Value> {
        schema(self.old, name?)
    }

    pub(super) fn new_schema(&self, name: Option<&str>) -> Option<&'a Value> {
        schema(self.new, name?)
    }

    /// What OLD asks of an operation that asks for nothing itself; nothing for the document, which has no other.
    pub(super) fn old_security(&self, at: &Place) -> Option<&'a Value> {
        at.key.operation.as_ref().and_then(|_| self.old.get("security"))
    }

    /// Likewise for NEW.
    pub(super) fn new_security(&self, at: &Place) -> Option<&'a Value> {
        at.key.operation.as_ref().and_then(|_| self.new.get("security"))
    }

    /// Compares the components.
    pub(super) fn components(&mut self) {
        let (old, new) = (self.old, self.new);
        let names: BTreeSet<&String> = [old, new]
            .into_iter()
            .flat_map(|document| object(document.pointer("/components/schemas")))
            .map(|(name, _)| name)
            .collect();
        for name in names {
            let renames = self.renames;
            let names = |pairs: &'a BTreeMap<String, String>| {
                pairs.iter().filter(|(_, to)| *to == name).map(|(from, _)| from.as_str()).collect::<Vec<_>>()
            };
            let (mut were, mut are) = (names(&renames.schemas), names(&renames.split));
            if were.is_empty() {
                were.push(name);
            }
            are.insert(0, name);
            let was = were[0];
            let at = Place::component([was, name], self.uses.sent(name), self.uses.answered(name));
            let (old, new) = (schema(old, name), schema(new, name));
            if (was != *name || are.len() > 1) && old.is_some() {
                self.emit(&types::SCHEMA_RENAMED, &at, Some(&were.join(", ").into()), Some(&are.join(", ").into()));
                let pairs = were.iter().flat_map(|was| are.iter().map(move |is| [*was, *is]));
                self.told(pairs.map(|names| Place::component(names, false, false).key).collect());
            }
            match (old, new) {
                (Some(old), Some(new)) => self.whole(&at, old, new, |cx| types::compare(cx, &at, Some(old), Some(new))),
                (None, _) => self.emit(&types::SCHEMA_ADDED, &at, None, new),
                (_, None) => self.emit(&types::SCHEMA_REMOVED, &at, old, None),
            }
        }
    }

    /// Compares two values that are one thing; a difference that no rule tells is told here.
    pub(super) fn whole(&mut self, at: &Place, old: &Value, new: &Value, compare: impl FnOnce(&mut Self)) {
        if old == new {
            return;
        }
        let found = self.found();
        self.silence = Silence::Unknown;
        compare(self);
        if self.found() > found {
            return;
        }
        let rule = match self.silence {
            Silence::Elsewhere => return,
            Silence::Same => &document::RESPELLED,
            _ if reordered(Some(old), Some(new)) => &document::REORDERED,
            _ => &document::UNHANDLED,
        };
        self.emit(rule, at, None, None);
    }
}

/// Reports what changed among the parts that no comparison reads.
pub(super) fn left_out(old: &BTreeMap<String, Value>, new: &BTreeMap<String, Value>) -> Vec<Change> {
    let pointers: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    // The same keyword with the same value elsewhere: what is around it has another name.
    let moved =
        |pointer: &str, value: Option<&Value>, other: &BTreeMap<String, Value>, own: &BTreeMap<String, Value>| {
            let keyword = |pointer: &str| pointer.rsplit('/').next().unwrap_or_default().to_owned();
            let same = |(at, found): (&String, &Value)| {
                !own.contains_key(at) && Some(found) == value && keyword(at) == keyword(pointer)
            };
            value.is_some() && other.iter().any(same)
        };
    let changed = pointers.into_iter().filter(|pointer| match (old.get(*pointer), new.get(*pointer)) {
        (None, value) => !moved(pointer, value, old, new),
        (value, None) => !moved(pointer, value, new, old),
        (old, new) => old != new,
    });
    let report = |pointer: &String| {
        let verdict = Verdict::no("unknown: the comparison does not read it");
        Change::new(&document::NOT_COMPARED, &Place::left_out(pointer), old.get(pointer), new.get(pointer), verdict)
    };
    changed.map(report).collect()
}

fn schema<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    document.get("components")?.get("schemas")?.get(name)
}

/// Whether two values differ only in the order of lists.
fn reordered(old: Option<&Value>, new: Option<&Value>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return false };
    old != new && sorted(old) == sorted(new)
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(sorted).collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect()),
        other => other.clone(),
    }
}
