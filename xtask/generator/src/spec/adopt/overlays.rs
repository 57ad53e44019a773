//! Applies the overlays to a new document: those actions that do nothing any more go, and a conflict is told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use notte_api_gen::overlay::{self, Misfit};
use serde_json::Value;

use super::cut::{self, Cut};
use crate::report::Failure;
use crate::workspace;

/// How a line ends its pointer to what is only said.
const WORDS: [&str; 6] = ["/description ", "/description, ", "/summary ", "/summary, ", "/title ", "/title, "];

/// The overlays beside the new document.
#[derive(Debug, Default)]
pub(super) struct Refit {
    /// Every file that is left, by the name it has in messages.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// The files that lost actions, or all of them.
    pub(super) changed: Vec<(PathBuf, Option<String>)>,
    /// What went, a line each.
    pub(super) stale: Vec<String>,
    /// What does not fit, a line each, and a summary; then nothing goes.
    pub(super) conflicts: Vec<String>,
    /// The document, normalised, as it is if every overlay holds.
    pub(super) overlaid: Value,
}

/// Reads the overlays and fits them to a document.
pub(super) fn refit(document: &[u8], name: &str) -> Result<Refit, Failure> {
    let mut files = Vec::new();
    for path in workspace::files(&workspace::overlays(), &["yaml", "yml", "json"])? {
        files.push((workspace::display(&path), workspace::read(&path)?));
    }
    let (overlaid, misfits) = review(document, name, &files)?;
    let (stale, conflicts): (Vec<Misfit>, Vec<Misfit>) = misfits.into_iter().partition(|misfit| misfit.stale);
    let stale_lines = stale.iter().map(|misfit| misfit.error.to_string()).collect();
    let mut refit = Refit { stale: stale_lines, conflicts: told(&conflicts), overlaid, ..Refit::default() };
    if !refit.conflicts.is_empty() {
        return Ok(refit);
    }
    let mut gone: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for misfit in &stale {
        gone.entry(misfit.file.clone()).or_default().push(misfit.action);
    }
    for (file, bytes) in files {
        let Some(actions) = gone.get(&file) else {
            refit.files.push((file, bytes));
            continue;
        };
        let path = workspace::root().join(&file);
        match cut::actions(&String::from_utf8_lossy(&bytes), actions) {
            Cut::Kept(text) => {
                refit.files.push((file, text.clone().into_bytes()));
                refit.changed.push((path, Some(text)));
            }
            Cut::Empty => refit.changed.push((path, None)),
            Cut::Unreadable => {
                let lines = stale.iter().filter(|misfit| misfit.file == file).map(|misfit| misfit.error.to_string());
                let summary =
                    format!("{file}: not written as a list under `actions:`, so remove these actions by hand");
                return Err(Failure::check(lines.chain([summary])));
            }
        }
    }
    Ok(refit)
}

/// The conflicts, a line each: first those of substance, then those of words, then what the document says by now.
fn told(conflicts: &[Misfit]) -> Vec<String> {
    let actions: BTreeSet<_> = conflicts.iter().map(|misfit| (&misfit.file, misfit.action)).collect();
    let kind = |line: &String| match line {
        line if line.contains(": stale: ") => 2,
        line if WORDS.iter().any(|words| line.contains(words)) => 1,
        _ => 0,
    };
    let mut lines: Vec<String> = conflicts.iter().map(|misfit| misfit.error.to_string()).collect();
    lines.sort_by_key(kind);
    let count = |wanted: usize| lines.iter().filter(|line| kind(line) == wanted).count();
    if !lines.is_empty() {
        lines.push(format!(
            "{} overlay actions conflict with the document ({} times in substance, {} times in words, and {} times the \
             document says it by now); decide what holds, bring them up to date, and adopt again",
            actions.len(),
            count(0),
            count(1),
            count(2),
        ));
    }
    lines
}

/// The document with every action applied, and what did not fit.
fn review(document: &[u8], name: &str, files: &[(String, Vec<u8>)]) -> Result<(Value, Vec<Misfit>), Failure> {
    let loaded = notte_api_gen::load(document, name).map_err(|error| Failure::unreadable([error.to_string()]))?;
    let (mut value, _) = notte_api_gen::normalise(loaded.value);
    let mut overlays = Vec::new();
    for (name, bytes) in files {
        let parsed =
            overlay::parse(bytes, name).map_err(|errors| Failure::input(errors.iter().map(ToString::to_string)))?;
        overlays.push(parsed);
    }
    let misfits = overlay::review(&mut value, &overlays);
    Ok((value, misfits))
}
