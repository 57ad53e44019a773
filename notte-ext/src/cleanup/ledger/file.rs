//! The files of a ledger: made locked, read by whoever can, taken over by whoever gets the lock.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{Entry, Event, live};

const ENDING: &str = "jsonl";
/// No session lives longer than this, so nothing in a file of that age is worth keeping.
const FORGOTTEN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A new ledger that holds these entries. It has its name only once it is locked: nobody finds it without an owner.
pub(super) fn create<'a>(folder: &Path, entries: impl Iterator<Item = &'a Entry>) -> io::Result<(File, PathBuf)> {
    let name = folder.join(format!("{:032x}", fastrand::u128(..)));
    let unnamed = name.with_extension("tmp");
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&unnamed)?;
    let made = fill(&mut file, entries).and_then(|()| {
        let path = name.with_extension(ENDING);
        std::fs::rename(&unnamed, &path)?;
        Ok(path)
    });
    match made {
        Ok(path) => Ok((file, path)),
        Err(error) => {
            let _ = std::fs::remove_file(&unnamed);
            Err(error)
        }
    }
}

fn fill<'a>(file: &mut File, entries: impl Iterator<Item = &'a Entry>) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        TryLockError::Error(error) => error,
        TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
    })?;
    for entry in entries {
        write(file, entry)?;
    }
    file.sync_data()
}

/// Appends a line in one write. It begins with a line end, in case the one before it was cut short.
pub(super) fn write(file: &mut File, entry: &Entry) -> io::Result<()> {
    let line = serde_json::to_string(entry)?;
    file.write_all(format!("\n{line}\n").as_bytes())
}

/// The ledgers in a folder.
pub(in super::super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
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

/// The lines of a ledger that can be read.
fn read(file: &mut File) -> io::Result<Vec<Entry>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

/// A ledger that another process, or another client of this one, has written.
pub(in super::super) enum Found {
    /// Somebody answers for these sessions, or may do so.
    Kept(Vec<Entry>),
    /// Nobody does.
    Orphans(Orphans),
}

impl Found {
    /// None if there is no such ledger any more.
    pub(in super::super) fn open(path: PathBuf) -> Option<Self> {
        let mut file = OpenOptions::new().read(true).write(true).open(&path).ok()?;
        match file.try_lock() {
            // An owner removes a file before it gives its lock up: whoever comes later has a lock on nothing.
            Ok(()) if !path.exists() => None,
            Ok(()) => {
                let live = live(read(&mut file).ok()?);
                Some(Self::Orphans(Orphans { path, file, live }))
            }
            // Some systems do not let anybody read what is locked.
            Err(_) => Some(Self::Kept(live(read(&mut file).unwrap_or_default()))),
        }
    }

    pub(in super::super) fn live(&self) -> &[Entry] {
        match self {
            Self::Kept(live) | Self::Orphans(Orphans { live, .. }) => live,
        }
    }
}

/// A ledger without an owner, locked so that no other sweep is at it.
pub(in super::super) struct Orphans {
    path: PathBuf,
    file: File,
    pub(in super::super) live: Vec<Entry>,
}

impl Orphans {
    /// Writes down what was stopped. A file is removed when nothing is left in it, or nothing that can still live.
    pub(in super::super) fn settle(mut self, stopped: &[String]) {
        // Whatever cannot be written is swept again, and found to have ended.
        let _ = self.file.seek(SeekFrom::End(0));
        for entry in self.live.extract_if(.., |entry| stopped.contains(&entry.session)) {
            let _ = write(&mut self.file, &Entry { event: Event::Stopped, ..entry });
        }
        if self.live.is_empty() || self.age() > FORGOTTEN {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    fn age(&self) -> Duration {
        let changed = self.file.metadata().and_then(|data| data.modified());
        changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok()).unwrap_or_default()
    }
}
