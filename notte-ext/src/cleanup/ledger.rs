//! The ledger: on disk, the sessions that this process answers for, so that another can stop them if it dies.
//!
//! Every process appends to a file of its own in the ledger's folder: there is nothing to lock, and a file whose
//! process has ended changes no more but by sweeping.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::process::Process;

const ENDING: &str = "jsonl";

/// One line of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) event: Event,
    pub(super) session: String,
    /// The service that the session is of.
    pub(super) url: String,
    pub(super) pid: u32,
    pub(super) process: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    Started,
    Stopped,
}

pub(super) struct Ledger {
    folder: PathBuf,
    url: String,
    process: Process,
    path: PathBuf,
    /// None until there is something to write.
    file: Mutex<Option<File>>,
}

impl Ledger {
    pub(super) fn open(folder: PathBuf, url: &str) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let process = Process::this();
        let path = folder.join(format!("{}-{:016x}.{ENDING}", process.pid, fastrand::u64(..)));
        Ok(Self { folder, url: url.to_owned(), process, path, file: Mutex::new(None) })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// On disk when this returns: what comes next may be the end of the process.
    pub(super) fn started(&self, session: &str) {
        self.append(Event::Started, session, true);
    }

    pub(super) fn stopped(&self, session: &str) {
        self.append(Event::Stopped, session, false);
    }

    /// Whether a session is in any ledger of the folder, live.
    pub(super) fn knows(&self, session: &str) -> bool {
        let files = files(&self.folder).unwrap_or_default();
        files.iter().filter_map(|path| read(path).ok()).flat_map(live).any(|entry| entry.session == session)
    }

    fn append(&self, event: Event, session: &str, sync: bool) {
        let entry = Entry {
            event,
            session: session.to_owned(),
            url: self.url.clone(),
            pid: self.process.pid,
            process: self.process.started.clone(),
        };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.write(&mut file, &entry, sync) {
            tracing::warn!(session, %error, "the ledger cannot be written: a sweep will not know this session");
        }
    }

    fn write(&self, file: &mut Option<File>, entry: &Entry, sync: bool) -> io::Result<()> {
        let file = match file {
            Some(file) => file,
            None => file.insert(OpenOptions::new().create(true).append(true).open(&self.path)?),
        };
        write(file, entry)?;
        if sync { file.sync_data() } else { Ok(()) }
    }
}

/// Appends a line in one write.
pub(super) fn write(file: &mut File, entry: &Entry) -> io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    file.write_all(&line)
}

/// The ledgers in a folder.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The lines of a ledger, without one that was cut short.
pub(super) fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let text = std::fs::read_to_string(path)?;
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// The sessions that were started and not stopped.
pub(super) fn live(entries: Vec<Entry>) -> Vec<Entry> {
    let mut live: Vec<Entry> = Vec::new();
    for entry in entries {
        live.retain(|known| known.session != entry.session);
        if entry.event == Event::Started {
            live.push(entry);
        }
    }
    live
}
