//! What is on disk beside what should be: written, or reported as drift.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::report::{Failure, io};
use crate::workspace;

/// Lines of a file's diff that are shown; the count of the rest is.
const SHOWN: usize = 30;

/// The files that should exist, and the folders in which nothing else may.
#[derive(Debug, Default)]
pub(crate) struct Target {
    /// Full path to content.
    pub(crate) files: BTreeMap<PathBuf, String>,
    /// Folders whose other files are orphans.
    pub(crate) owned: Vec<PathBuf>,
}

/// What a comparison or a write found.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) written: Vec<PathBuf>,
    pub(crate) deleted: Vec<PathBuf>,
    pub(crate) unchanged: usize,
}

impl Changes {
    pub(crate) fn any(&self) -> bool {
        !self.written.is_empty() || !self.deleted.is_empty()
    }
}

impl Target {
    /// What a write would do.
    pub(crate) fn compare(&self) -> Changes {
        let mut changes = Changes::default();
        for (path, text) in &self.files {
            if std::fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
                changes.unchanged += 1;
            } else {
                changes.written.push(path.clone());
            }
        }
        for folder in &self.owned {
            changes.deleted.extend(workspace::tree(folder).into_iter().filter(|path| !self.files.contains_key(path)));
        }
        changes
    }

    /// Writes what changed and deletes orphans.
    ///
    /// # Errors
    /// Besides those of the file system, a link where everything else is deleted: what it leads to is somebody else's.
    pub(crate) fn write(&self) -> Result<Changes, Failure> {
        let below = self.owned.iter().flat_map(|folder| workspace::tree(folder));
        let owned = self.owned.iter().flat_map(|folder| folder.ancestors().take(2).map(Path::to_path_buf));
        if let Some(link) = owned.chain(below).find(|path| path.is_symlink()) {
            return Err(Failure::input([format!(
                "{}: this is a symbolic link, where codegen deletes what it did not write; remove the link, or choose another folder",
                workspace::display(&link)
            )]));
        }
        let changes = self.compare();
        for path in &changes.written {
            let folder = path.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder).map_err(|error| io(folder, "create", &error))?;
            std::fs::write(path, &self.files[path]).map_err(|error| io(path, "write", &error))?;
        }
        for path in &changes.deleted {
            std::fs::remove_file(path).map_err(|error| io(path, "delete", &error))?;
        }
        Ok(changes)
    }

    /// The drift, a unified diff a file, bounded.
    pub(crate) fn diff(&self, changes: &Changes) -> Vec<String> {
        let mut lines = Vec::new();
        for path in &changes.written {
            let name = workspace::display(path);
            let Ok(old) = std::fs::read_to_string(path) else {
                lines.push(format!("{name}: missing"));
                continue;
            };
            let diff = TextDiff::from_lines(old.as_str(), self.files[path].as_str())
                .unified_diff()
                .context_radius(1)
                .header(&format!("{name} (on disk)"), &format!("{name} (generated)"))
                .to_string();
            let all: Vec<&str> = diff.lines().collect();
            lines.extend(all.iter().take(SHOWN).map(|line| (*line).to_owned()));
            if all.len() > SHOWN {
                lines.push(format!("… {} more lines of {name}", all.len() - SHOWN));
            }
        }
        lines.extend(changes.deleted.iter().map(|path| format!("{}: no longer generated", workspace::display(path))));
        lines
    }
}
