//! Properties and parameters that have another name.

use serde_json::Value;

use super::best;
use super::words::Words;
use crate::diff::change::bare;
use crate::model::text;

/// A name and its schema.
type Named<'a> = (&'a String, &'a Value);

/// Takes out of both lists what has another name now.
pub(in crate::diff) fn pairs<'a>(
    words: &Words,
    gone: &mut Vec<Named<'a>>,
    come: &mut Vec<Named<'a>>,
) -> Vec<(Named<'a>, Named<'a>)> {
    let names = |all: &[Named<'a>]| all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let found = best(&names(gone), &names(come), |old, new| likeness(words, gone[old], come[new]));
    let pairs: Vec<_> = found.iter().map(|(old, new)| (gone[*old], come[*new])).collect();
    gone.retain(|(name, _)| pairs.iter().all(|((old, _), _)| old != name));
    come.retain(|(name, _)| pairs.iter().all(|(_, (new, _))| new != name));
    pairs
}

/// Whether one is the other under another name.
pub(in crate::diff) fn same(words: &Words, old: Named<'_>, new: Named<'_>) -> bool {
    likeness(words, old, new).is_some()
}

/// How alike two fields of different names are: they hold the same, and share half of their words or are described alike.
fn likeness(words: &Words, (old, old_schema): Named<'_>, (new, new_schema): Named<'_>) -> Option<f64> {
    if bare(old_schema) != bare(new_schema) {
        return None;
    }
    let described = text(old_schema, "description").filter(|words| !words.is_empty());
    let alike = described.is_some() && described == text(new_schema, "description");
    let likeness = words.likeness(old, new) + f64::from(u8::from(alike));
    (likeness >= 0.5).then_some(likeness)
}
