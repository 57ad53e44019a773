//! Names as words, and the words that took the place of others.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_json::Value;

use super::{best, overlap};

/// Words that took the place of others, each under a name that is the same for both.
#[derive(Debug, Clone, Default)]
pub(in crate::diff) struct Words(BTreeMap<String, String>);

impl Words {
    /// One word took the place of another.
    pub(super) fn exchange(&mut self, old: &str, new: &str) {
        let mut both = [old, new];
        both.sort_unstable();
        let common = both.join("|");
        for word in both {
            self.0.entry(word.to_owned()).or_insert_with(|| common.clone());
        }
    }

    /// A name's words, sorted, with exchanged words under their common name.
    pub(super) fn of(&self, name: &str) -> Vec<String> {
        let mut words = self.in_order(name);
        words.sort();
        words
    }

    pub(super) fn in_order(&self, name: &str) -> Vec<String> {
        split(name).into_iter().map(|word| self.0.get(&word).cloned().unwrap_or(word)).collect()
    }

    /// How much of two names is the same, from 0 to 1.
    pub(super) fn likeness(&self, a: &str, b: &str) -> f64 {
        overlap(&self.of(a), &self.of(b))
    }
}

/// A name's words: lower case, singular.
pub(in crate::diff) fn split(name: &str) -> Vec<String> {
    let snake = name.to_snake_case();
    let words = snake.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| match word.strip_suffix('s') {
            Some(singular) if word.len() > 3 && !singular.ends_with('s') => singular.to_owned(),
            _ => word.to_owned(),
        })
        .collect()
}

fn numbers(name: &str) -> Vec<&str> {
    name.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).collect()
}

/// Takes the values out of both lists that are one, spelt otherwise.
pub(in crate::diff) fn pairs<'a>(
    words: &Words,
    gone: &mut Vec<&'a Value>,
    come: &mut Vec<&'a Value>,
) -> Vec<(&'a Value, &'a Value)> {
    let names =
        |values: &[&'a Value]| values.iter().map(|value| value.as_str().unwrap_or_default()).collect::<Vec<_>>();
    let (olds, news) = (names(gone), names(come));
    let found = best(&olds, &news, |old, new| {
        // Half of the words: `chrome-nightly` is `chrome_nightly` and may be `nightly`, and is not `chrome-turbo`.
        // A number tells versions apart.
        let likeness = words.likeness(olds[old], news[new]);
        let same_numbers = numbers(olds[old]) == numbers(news[new]);
        (!olds[old].is_empty() && same_numbers && likeness >= 0.5).then_some(likeness)
    });
    let pairs: Vec<_> = found.iter().map(|(old, new)| (gone[*old], come[*new])).collect();
    gone.retain(|value| pairs.iter().all(|(old, _)| old != value));
    come.retain(|value| pairs.iter().all(|(_, new)| new != value));
    pairs
}
