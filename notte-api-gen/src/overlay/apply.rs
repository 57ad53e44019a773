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
    /// The action as a whole does nothing, so that it can go without a trace. Otherwise somebody has to look at it.
    pub stale: bool,
    /// What is wrong.
    pub error: Error,
}

/// Applies every action of every overlay as [`apply`] does, and answers what did not fit, action by action.
pub fn review(value: &mut Value, overlays: &[Overlay]) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    for overlay in overlays {
        for (index, action) in overlay.actions.iter().enumerate() {
            let at = format!("{}#{index}", overlay.file);
            let (stale, errors) = run(value, action);
            misfits.extend(errors.into_iter().map(|error| Misfit {
                file: overlay.file.clone(),
                action: index,
                stale,
                error: error.at(&at),
            }));
        }
    }
    misfits
}

/// What does not fit, and whether that is the action as a whole.
fn run(value: &mut Value, action: &Action) -> (bool, Vec<Error>) {
    let nodes = locate(value, action);
    if nodes.is_empty() {
        let error = Error::new(format!("stale: target {} matches nothing", action.target_text))
            .help("the document changed: correct the target or delete the action");
        return (true, vec![error]);
    }
    match &action.change {
        Change::Remove => (false, remove(value, &nodes, action.expect.as_ref())),
        Change::Update(update) => {
            let mut outcome = Outcome::default();
            for path in &nodes {
                // An outer match may have replaced what held this one.
                if let Some(node) = node_mut(value, path) {
                    let at = pointer(path);
                    merge_into(node, update, action.expect.as_ref(), &at, &mut outcome);
                }
            }
            (outcome.is_stale(), outcome.into_errors(&action.target_text))
        }
    }
}

/// Removes from the back, so that the remaining positions in lists and the inner matches stay valid.
fn remove(value: &mut Value, nodes: &[Vec<Step>], expect: Option<&Value>) -> Vec<Error> {
    let mut errors = Vec::new();
    for path in nodes.iter().rev() {
        let Some((last, parent)) = path.split_last() else {
            errors.push(
                Error::new("the whole document cannot be removed")
                    .help("target a part of it, such as $.paths['/sessions']"),
            );
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
            errors.push(
                Error::new(format!(
                    "conflict: removes {} at {}, where x-expect says {}",
                    excerpt(&removed),
                    pointer(path),
                    excerpt(expect)
                ))
                .help("the document changed: look whether the action is still right"),
            );
        }
    }
    errors.reverse();
    errors
}

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
