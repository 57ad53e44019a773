//! A document that somebody names: a file, or a file of a git revision (`HEAD~1:openapi/notte-openapi.yml`).

use std::path::Path;
use std::process::Command;

use crate::report::Failure;

/// A document's name and bytes.
#[derive(Debug)]
pub(crate) struct Source {
    /// As it was named.
    pub(crate) name: String,
    /// The file, without the revision.
    pub(crate) file: String,
    pub(crate) bytes: Vec<u8>,
}

/// Reads a document: from a file if there is one of this name, else from git.
pub(crate) fn read(name: &str) -> Result<Source, Failure> {
    let source = |file: &str, bytes| Ok(Source { name: name.to_owned(), file: file.to_owned(), bytes });
    match (std::fs::read(name), name.split_once(':')) {
        (Ok(bytes), _) => source(name, bytes),
        (Err(_), Some((revision, file))) if !revision.is_empty() && !Path::new(name).exists() => {
            source(file, from_git(name)?)
        }
        (Err(error), _) => Err(Failure::unreadable([format!("{name}: cannot read: {error}")])),
    }
}

fn from_git(name: &str) -> Result<Vec<u8>, Failure> {
    let output = Command::new("git")
        .args(["show", "--end-of-options", name])
        .output()
        .map_err(|error| Failure::unreadable([format!("{name}: git cannot be run: {error}")]))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    let why = why.lines().next().unwrap_or("git says nothing").trim_start_matches("fatal: ").to_owned();
    Err(Failure::unreadable([format!("{name}: no such file, and git has none either: {why}")]))
}
