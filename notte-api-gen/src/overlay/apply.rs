//! Runs the actions of overlay files over a document.

use serde_json::Value;
use serde_json_path::PathElement;

use super::merge::{Outcome, merge_into};
use super::{Action, Change, Overlay, excerpt};
use crate::{Error, Pointer};

/// Applies every action of every overlay, in order.
///
/// An action is *stale* when its target matches nothing or when it changes nothing. It is a *conflict* when it replaces
/// a value that it does not name in `x-expect`, when it finds another value than `x-expect` says, or when it appends
/// what a list already holds.
///
/// # Errors
/// All stale actions and conflicts of all files. The document is then partly changed: throw it away.
pub fn apply(value: &mut Value, overlays: &[Overlay]) -> Result<(), Vec<Error>> {
    let errors: Vec<Error> = review(value, overlays).into_iter().map(|misfit| misfit.error).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// An action that does not fit the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The overlay's file.
    pub file: String,
    /// The action in it, counted from 0.
    pub action: usize,
    /// How far a program can mend it.
    pub kind: Kind,
    /// Where in the document; of an item of a list, where it is in the action's list. Absent for an action as a whole.
    pub place: Option<Pointer>,
    /// What is wrong.
    pub error: Error,
}

/// How an action, or a part of one, does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The action as a whole does nothing: it can be deleted.
    Stale,
    /// The document says this part of the action by now: the part can be deleted.
    Said,
    /// The action and the document disagree: somebody has to decide.
    Conflict,
}

/// Applies every action of every overlay as [`apply`] does, and answers what did not fit, action by action.
pub fn review(value: &mut Value, overlays: &[Overlay]) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    for overlay in overlays {
        for (index, action) in overlay.actions.iter().enumerate() {
            let at = format!("{}#{index}", overlay.file);
            misfits.extend(run(value, action).into_iter().map(|(kind, place, error)| Misfit {
                file: overlay.file.clone(),
                action: index,
                kind,
                place,
                error: error.at(&at),
            }));
        }
    }
    misfits
}

/// What does not fit.
fn run(value: &mut Value, action: &Action) -> Vec<Trouble> {
    let nodes = locate(value, action);
    if nodes.is_empty() {
        let error = Error::new(format!("stale: target {} matches nothing", action.target_text))
            .help("the document changed: correct the target or delete the action");
        return vec![(Kind::Stale, None, error)];
    }
    match &action.change {
        Change::Remove => remove(value, &nodes, action.expect.as_ref()),
        Change::Update(update) => {
            let mut outcome = Outcome::default();
            for path in &nodes {
                // An outer match may have replaced what held this one.
                if let Some(node) = node_mut(value, path) {
                    let at = pointer(path);
                    merge_into(node, update, action.expect.as_ref(), &at, &mut outcome);
                }
            }
            outcome.into_troubles(&action.target_text)
        }
    }
}

/// Removes from the back, so that the remaining positions in lists and the inner matches stay valid.
fn remove(value: &mut Value, nodes: &[Vec<Step>], expect: Option<&Value>) -> Vec<Trouble> {
    let mut errors = Vec::new();
    for path in nodes.iter().rev() {
        let Some((last, parent)) = path.split_last() else {
            let error = Error::new("the whole document cannot be removed")
                .help("target a part of it, such as $.paths['/sessions']");
            errors.push((Kind::Conflict, None, error));
            continue;
        };
        let removed = match (node_mut(value, parent), last) {
            (Some(Value::Object(map)), Step::Key(key)) => map.remove(key),
            (Some(Value::Array(items)), Step::Index(index)) if *index < items.len() => Some(items.remove(*index)),
            _ => None,
        };
        if let (Some(removed), Some(expect)) = (removed, expect)
            && removed != *expect
        {
            let at = pointer(path);
            let (removed, expect) = (excerpt(&removed), excerpt(expect));
            let error = Error::new(format!("conflict: removes {removed} at {at}, where x-expect says {expect}"))
                .help("the document changed: look whether the action is still right");
            errors.push((Kind::Conflict, Some(at), error));
        }
    }
    errors.reverse();
    errors
}

/// What is wrong, how far a program can mend it, and where.
pub(super) type Trouble = (Kind, Option<Pointer>, Error);

/// One step from a value to a child. Ordered, so that a parent sorts before what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Index(usize),
}

/// Where the target points, each place once, in document order.
fn locate(value: &Value, action: &Action) -> Vec<Vec<Step>> {
    let mut paths: Vec<Vec<Step>> =
        action.target.query_located(value).locations().map(|path| path.iter().map(step).collect()).collect();
    paths.sort();
    paths.dedup();
    paths
}

fn step(element: &PathElement<'_>) -> Step {
    match element {
        PathElement::Name(name) => Step::Key((*name).to_owned()),
        PathElement::Index(index) => Step::Index(*index),
    }
}

fn node_mut<'a>(value: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |node, step| match (node, step) {
        (Value::Object(map), Step::Key(key)) => map.get_mut(key),
        (Value::Array(items), Step::Index(index)) => items.get_mut(*index),
        _ => None,
    })
}

fn pointer(path: &[Step]) -> Pointer {
    path.iter().fold(Pointer::root(), |pointer, step| match step {
        Step::Key(key) => pointer.child(key),
        Step::Index(index) => pointer.child(index),
    })
}
