//! Replaces many files as one: all of them, or none, whenever the process is killed.
//!
//! The new contents are written beside the tree first. Then a journal that lists every move is put in place with one
//! rename: from then on the new state is decided, and the next command completes the moves. Before that nothing of the
//! tree was touched.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::report::{Failure, io};

/// The folder in which a change is prepared, below the root.
const FOLDER: &str = "target/adopt";
const JOURNAL: &str = "journal.json";

/// A change of the tree that is being prepared.
#[derive(Debug)]
pub struct Transaction {
    root: PathBuf,
    journal: Journal,
}

/// What is to be done, relative to the root.
#[derive(Debug, Default)]
struct Journal {
    /// Files that are replaced or added.
    write: Vec<PathBuf>,
    /// Files that are removed.
    delete: Vec<PathBuf>,
}

impl Journal {
    fn text(&self) -> String {
        let names = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
        json!({ "write": names(&self.write), "delete": names(&self.delete) }).to_string()
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let paths = |key: &str| -> Option<Vec<PathBuf>> {
            value.get(key)?.as_array()?.iter().map(|path| path.as_str().map(PathBuf::from)).collect()
        };
        Some(Self { write: paths("write")?, delete: paths("delete")? })
    }
}

impl Transaction {
    /// Begins: what an earlier one left prepared is thrown away, what it left half done is completed.
    pub fn begin(root: &Path) -> Result<Self, Failure> {
        recover(root)?;
        discard(root)?;
        Ok(Self { root: root.to_owned(), journal: Journal::default() })
    }

    /// Prepares a file.
    pub fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let place = self.prepared(path);
        let folder = place.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| io(folder, "create", &error))?;
        let mut file = fs::File::create(&place).map_err(|error| io(&place, "create", &error))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| io(&place, "write", &error))?;
        self.journal.write.push(path.to_owned());
        Ok(())
    }

    /// Prepares that a file goes.
    pub fn delete(&mut self, path: &Path) {
        self.journal.delete.push(path.to_owned());
    }

    /// Decides, and does it.
    pub fn commit(self) -> Result<(), Failure> {
        self.decide()?;
        recover(&self.root)
    }

    /// The one step between the old state and the new.
    fn decide(&self) -> Result<(), Failure> {
        let folder = self.root.join(FOLDER);
        let draft = folder.join("journal.draft");
        let journal = folder.join(JOURNAL);
        fs::create_dir_all(&folder).map_err(|error| io(&folder, "create", &error))?;
        let mut file = fs::File::create(&draft).map_err(|error| io(&draft, "create", &error))?;
        file.write_all(self.journal.text().as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| io(&draft, "write", &error))?;
        fs::rename(&draft, &journal).map_err(|error| io(&journal, "write", &error))
    }

    fn prepared(&self, path: &Path) -> PathBuf {
        self.root.join(FOLDER).join("new").join(path)
    }
}

/// Completes what was decided. Does nothing when nothing was.
pub fn recover(root: &Path) -> Result<(), Failure> {
    let journal = root.join(FOLDER).join(JOURNAL);
    let Ok(text) = fs::read(&journal) else { return Ok(()) };
    let decided = Journal::parse(&text).ok_or_else(|| Failure::input([format!("{}: damaged", journal.display())]))?;
    complete(root, &decided)?;
    // The journal goes first: without it the rest is only a preparation.
    fs::remove_file(&journal).map_err(|error| io(&journal, "delete", &error))?;
    discard(root)
}

/// Throws away what was prepared and not decided.
pub fn discard(root: &Path) -> Result<(), Failure> {
    let folder = root.join(FOLDER);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(&folder, "delete", &error)),
        _ => Ok(()),
    }
}

/// Does every step that is not done yet.
fn complete(root: &Path, journal: &Journal) -> Result<(), Failure> {
    for path in &journal.write {
        let (from, to) = (root.join(FOLDER).join("new").join(path), root.join(path));
        // What is no longer there was moved before the process was killed.
        if from.exists() {
            let folder = to.parent().unwrap_or(root);
            fs::create_dir_all(folder).map_err(|error| io(folder, "create", &error))?;
            fs::rename(&from, &to).map_err(|error| io(&to, "replace", &error))?;
        }
    }
    for path in &journal.delete {
        let path = root.join(path);
        if path.exists() {
            fs::remove_file(&path).map_err(|error| io(&path, "delete", &error))?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn tree(name: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("notte-adopt-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for (path, text) in OLD {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    const OLD: [(&str, &str); 3] = [("a.txt", "old a"), ("in/b.txt", "old b"), ("in/gone.txt", "old gone")];
    const NEW: [(&str, &str); 3] = [("a.txt", "new a"), ("in/b.txt", "new b"), ("more/come.txt", "new come")];

    fn prepare(root: &Path) -> Transaction {
        let mut transaction = Transaction::begin(root).unwrap();
        for (path, text) in NEW {
            transaction.write(Path::new(path), text.as_bytes()).unwrap();
        }
        transaction.delete(Path::new("in/gone.txt"));
        transaction
    }

    fn state(root: &Path) -> Vec<(String, String)> {
        let mut files = crate::workspace::tree(root);
        files.retain(|path| !path.starts_with(root.join(FOLDER)));
        let relative = |path: &PathBuf| path.strip_prefix(root).unwrap().display().to_string();
        files.iter().map(|path| (relative(path), fs::read_to_string(path).unwrap())).collect()
    }

    fn is(root: &Path, expected: [(&str, &str); 3]) -> bool {
        state(root) == expected.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec()
    }

    #[test]
    fn a_commit_replaces_everything_and_leaves_nothing_behind() {
        let root = tree("commit");
        prepare(&root).commit().unwrap();
        assert!(is(&root, NEW), "{:?}", state(&root));
        assert!(!root.join(FOLDER).exists());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn killed_before_the_decision_the_old_state_stands() {
        let root = tree("before");
        drop(prepare(&root));
        assert!(is(&root, OLD));
        recover(&root).unwrap();
        assert!(is(&root, OLD));
        Transaction::begin(&root).unwrap();
        assert!(is(&root, OLD) && !root.join(FOLDER).exists());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn killed_at_any_step_after_the_decision_the_next_run_completes_it() {
        for steps in 0..=4 {
            let root = tree(&format!("after-{steps}"));
            let transaction = prepare(&root);
            transaction.decide().unwrap();
            // The first steps are done, the others are not.
            let journal = &transaction.journal;
            let done = Journal {
                write: journal.write.iter().take(steps).cloned().collect(),
                delete: journal.delete.iter().take(steps.saturating_sub(journal.write.len())).cloned().collect(),
            };
            complete(&root, &done).unwrap();
            recover(&root).unwrap();
            assert!(is(&root, NEW), "{steps}: {:?}", state(&root));
            fs::remove_dir_all(root).unwrap();
        }
    }
}
