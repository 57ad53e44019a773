//! Applies the overlays to a new document: those actions that do nothing any more go, and a conflict stops it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use notte_api_gen::overlay::{self, Misfit};

use super::cut::{self, Cut};
use crate::report::Failure;
use crate::workspace;

/// The overlays that fit the new document.
#[derive(Debug, Default)]
pub(super) struct Refit {
    /// Every file that is left, by the name it has in messages.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// The files that lost actions, or all of them.
    pub(super) changed: Vec<(PathBuf, Option<String>)>,
    /// What went, a line each.
    pub(super) stale: Vec<String>,
}

/// Reads the overlays and fits them to a document.
pub(super) fn refit(document: &[u8], name: &str) -> Result<Refit, Failure> {
    let mut files = Vec::new();
    for path in workspace::files(&workspace::overlays(), &["yaml", "yml", "json"])? {
        files.push((workspace::display(&path), workspace::read(&path)?));
    }
    let misfits = misfits(document, name, &files)?;
    let (stale, conflicts): (Vec<Misfit>, Vec<Misfit>) = misfits.into_iter().partition(|misfit| misfit.stale);
    let stale_lines: Vec<String> = stale.iter().map(|misfit| misfit.error.to_string()).collect();
    if !conflicts.is_empty() {
        let summary = format!(
            "{} overlay actions conflict with the document; decide what holds, bring them up to date, and adopt again",
            conflicts
                .iter()
                .map(|misfit| (&misfit.file, misfit.action))
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        );
        let lines = conflicts.iter().map(|misfit| misfit.error.to_string()).chain([summary]);
        let stale = stale_lines.iter().map(|line| format!("would be removed: {line}")).collect();
        return Err(Failure::check(lines).after(stale));
    }
    let mut gone: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for misfit in &stale {
        gone.entry(misfit.file.clone()).or_default().push(misfit.action);
    }
    let mut refit = Refit { stale: stale_lines, ..Refit::default() };
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

fn misfits(document: &[u8], name: &str, files: &[(String, Vec<u8>)]) -> Result<Vec<Misfit>, Failure> {
    let loaded = notte_api_gen::load(document, name).map_err(|error| Failure::unreadable([error.to_string()]))?;
    let (mut value, _) = notte_api_gen::normalise(loaded.value);
    let mut overlays = Vec::new();
    for (name, bytes) in files {
        let parsed =
            overlay::parse(bytes, name).map_err(|errors| Failure::input(errors.iter().map(ToString::to_string)))?;
        overlays.push(parsed);
    }
    Ok(overlay::review(&mut value, &overlays))
}
