//! A union that names another has the other's members, so that every union is told apart in one step.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::{refs, simplify};
use super::{Union, tag};

/// Finds each union's members and tag, through the unions it names.
pub(super) fn members(unions: &mut [Union], document: &Value) {
    let Some(components) = refs::components(document) else {
        return;
    };
    let index: BTreeMap<&str, usize> = unions.iter().enumerate().map(|(at, union)| (union.key.as_str(), at)).collect();
    let mut expander = Expander { unions, index, whole: BTreeMap::new() };
    let wholes: Vec<Whole> = (0..expander.unions.len()).map(|at| expander.whole(at, &mut BTreeSet::new())).collect();
    let enums = simplify::enums(document);
    let mut found = Vec::new();
    for whole in &wholes {
        let tagged = tag::detect(&whole.members, &whole.discriminators(), components);
        found.push(tagged);
    }
    let mut untagged = Vec::new();
    for at in 0..wholes.len() {
        let mut members = Vec::new();
        expander.untagged(at, &found, &mut BTreeSet::new(), &mut members);
        untagged.push(simplify::simplified(members, &enums));
    }
    for ((union, tagged), members) in unions.iter_mut().zip(found).zip(untagged) {
        union.members = members;
        union.tagged = tagged;
    }
}

#[derive(Clone, Default)]
struct Whole {
    members: Vec<Value>,
    discriminators: Vec<Value>,
}

impl Whole {
    fn discriminators(&self) -> Vec<&Value> {
        self.discriminators.iter().collect()
    }
}

struct Expander<'a> {
    unions: &'a [Union],
    index: BTreeMap<&'a str, usize>,
    whole: BTreeMap<usize, Whole>,
}

impl Expander<'_> {
    fn inner(&self, member: &Value) -> Option<usize> {
        self.index.get(refs::target(member)?).copied()
    }

    /// All members, through all unions named.
    fn whole(&mut self, at: usize, open: &mut BTreeSet<usize>) -> Whole {
        if let Some(whole) = self.whole.get(&at) {
            return whole.clone();
        }
        let mut whole = Whole::default();
        if !open.insert(at) {
            return whole;
        }
        let union = &self.unions[at];
        whole.discriminators.extend(union.schema.get("discriminator").cloned());
        for member in &union.members {
            match self.inner(member) {
                Some(inner) => {
                    let inner = self.whole(inner, open);
                    for member in inner.members {
                        if !whole.members.contains(&member) {
                            whole.members.push(member);
                        }
                    }
                    whole.discriminators.extend(inner.discriminators);
                }
                None => whole.members.push(member.clone()),
            }
        }
        open.remove(&at);
        self.whole.insert(at, whole.clone());
        whole
    }

    /// The members, through the untagged unions named: a tagged one is a member of its own.
    fn untagged(
        &self,
        at: usize,
        tagged: &[Option<tag::Tagged>],
        seen: &mut BTreeSet<usize>,
        members: &mut Vec<Value>,
    ) {
        if !seen.insert(at) {
            return;
        }
        for member in &self.unions[at].members {
            match self.inner(member) {
                Some(inner) if tagged[inner].is_none() => {
                    self.untagged(inner, tagged, seen, members);
                }
                _ => members.push(member.clone()),
            }
        }
    }
}
