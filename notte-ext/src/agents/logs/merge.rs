//! `Merge`: gives every step once, however many ways it comes in.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use serde_json::{Map, Value};

use super::super::Step;

/// What was given, known by what it is: each source has its steps in order, and the same step twice only if the agent
/// took it twice. A stream may begin in the middle.
#[derive(Default)]
pub(super) struct Merge {
    given: HashMap<u64, u32>,
    streamed: HashMap<u64, u32>,
}

impl Merge {
    /// How many steps were given.
    pub(super) fn given(&self) -> usize {
        self.given.values().map(|times| usize::try_from(*times).unwrap_or(usize::MAX)).sum()
    }

    /// A stream begins anew: it may repeat what an earlier one had.
    pub(super) fn new_stream(&mut self) {
        self.streamed.clear();
    }

    /// Whether the next step of the stream is to be given.
    pub(super) fn is_new_in_stream(&mut self, step: &Step) -> bool {
        let identity = identity(step);
        let times = count(&mut self.streamed, identity);
        self.give(identity, times)
    }

    /// Those of all steps so far that are to be given.
    pub(super) fn new_in_poll<'a>(&mut self, steps: impl Iterator<Item = &'a Step>) -> Vec<Step> {
        let mut polled = HashMap::new();
        let new = steps.filter(|step| {
            let identity = identity(step);
            let times = count(&mut polled, identity);
            self.give(identity, times)
        });
        new.cloned().collect()
    }

    fn give(&mut self, identity: u64, times: u32) -> bool {
        let given = self.given.entry(identity).or_default();
        let new = times > *given;
        *given = times.max(*given);
        new
    }
}

fn count(seen: &mut HashMap<u64, u32>, identity: u64) -> u32 {
    let times = seen.entry(identity).or_default();
    *times = times.saturating_add(1);
    *times
}

/// What makes a step this one: when it began and what it did. The two sources may write the rest differently.
fn identity(step: &Step) -> u64 {
    let mut hasher = DefaultHasher::new();
    match step.started_at() {
        Some(at) => (at.unix_nanos().div_euclid(1_000_000), step.action_kind()).hash(&mut hasher),
        None => {
            step.action_json().into_iter().for_each(|action| hash_fields(action, &mut hasher));
            step.state_json().into_iter().for_each(|state| hash(state, &mut hasher));
        }
    }
    hasher.finish()
}

/// The same for two values that differ in the order of keys, or in nulls written or left out.
fn hash(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Null => {}
        Value::Bool(value) => value.hash(hasher),
        Value::Number(value) => value.to_string().hash(hasher),
        Value::String(value) => value.hash(hasher),
        Value::Array(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| hash(item, hasher));
        }
        Value::Object(fields) => hash_fields(fields, hasher),
    }
}

fn hash_fields(fields: &Map<String, Value>, hasher: &mut DefaultHasher) {
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()).collect::<BTreeMap<_, _>>() {
        key.hash(hasher);
        hash(value, hasher);
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;

    use super::*;

    /// A step in one of the two shapes; `timed` ones differ by when they began, others by what they did.
    fn step(number: usize, content: u8, timed: bool, wrapped: bool) -> Step {
        let mut body =
            json!({"state": {"next_goal": content.to_string(), "memory": null}, "action": {"type": "click"}});
        if timed {
            let zone = if wrapped { "Z" } else { "+00:00" };
            body["started_at"] = json!(format!("2025-01-02T{:02}:{:02}:05.123{zone}", number / 60, number % 60));
            body["state"]["memory"] = json!(wrapped);
        }
        Step::new(if wrapped { json!({"type": "agent_completion", "value": body}) } else { body })
    }

    proptest! {
        /// However an agent's steps are cut into a first look, a stream from anywhere before its end, and polls, each
        /// comes once, and in order where the stream misses none.
        #[test]
        fn nothing_is_lost_and_nothing_comes_twice(
            contents in vec(0_u8..3, 0..40),
            timed in any::<bool>(),
            cuts in vec(0_usize..=40, 3),
            polls in vec(0_usize..=40, 0..4),
        ) {
            let total = contents.len();
            let shaped = |wrapped| -> Vec<_> {
                contents.iter().enumerate().map(|(number, content)| step(number, *content, timed, wrapped)).collect()
            };
            let (polled, streamed) = (shaped(true), shaped(false));
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(total)).collect();
            cuts.sort_unstable();
            // The stream begins at or before what the first look saw.
            let (from, looked, until) = (cuts[0], cuts[1], cuts[2]);

            let mut merge = Merge::default();
            let mut given = merge.new_in_poll(polled[..looked].iter());
            for step in &streamed[from..until] {
                if merge.is_new_in_stream(step) {
                    given.push(step.clone());
                }
            }
            let mut polls: Vec<_> = polls.into_iter().map(|seen| seen.clamp(until, total)).collect();
            polls.sort_unstable();
            for seen in polls.into_iter().chain([total]) {
                given.extend(merge.new_in_poll(polled[..seen].iter()));
            }

            let identities = |steps: &[Step]| steps.iter().map(identity).collect::<Vec<_>>();
            let (mut got, mut all) = (identities(&given), identities(&polled));
            if timed || from == 0 {
                prop_assert_eq!(&got, &all);
            }
            got.sort_unstable();
            all.sort_unstable();
            prop_assert_eq!(got, all);
            prop_assert_eq!(merge.given(), total);
        }
    }

    #[test]
    fn a_step_is_the_same_in_either_shape_and_with_its_nulls_left_out() {
        let full =
            json!({"action": {"type": "fill", "id": "I1", "param": null}, "state": {"a": 1, "b": [1, {"c": null}]}});
        let bare = json!({"state": {"b": [1, {}], "a": 1}, "action": {"id": "I1", "type": "fill"}});
        let other = json!({"state": {"b": [1, {}], "a": 1}, "action": {"id": "I2", "type": "fill"}});
        let wrapped = Step::new(json!({"type": "agent_completion", "value": full}));
        assert_eq!(identity(&wrapped), identity(&Step::new(bare.clone())));
        assert_ne!(identity(&Step::new(bare)), identity(&Step::new(other)));
    }
}
