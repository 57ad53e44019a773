//! How the programs of one user find a running server: a file that only that user can read, with its address and key.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A server that announced itself and still runs.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Announced {
    /// Its address, e.g. `http://127.0.0.1:8765`.
    pub url: String,
    /// The key that its clients send.
    pub api_key: String,
    /// Its process.
    pub pid: u32,
}

impl fmt::Debug for Announced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announced").field("url", &self.url).field("pid", &self.pid).finish_non_exhaustive()
    }
}

/// The servers of this user that run and were [announced](crate::Local::announce), in the order of their ports.
///
/// They are read from `servers/PORT.json` in `$NOTTE_LOCAL_STATE`, else in `notte-local` of the user's state directory. A
/// server that was killed leaves its file, but not the lock that it held on `servers/PORT.lock`, so it is not reported.
#[must_use]
pub fn announced() -> Vec<Announced> {
    folder().map(|folder| read(&folder)).unwrap_or_default()
}

/// The announcement of one server; withdrawn when dropped.
#[derive(Debug)]
pub(crate) struct Announcement {
    file: PathBuf,
    lock_file: PathBuf,
    /// Held as long as the server runs, however it ends.
    _lock: File,
}

impl Announcement {
    pub(crate) fn make(url: &str, port: u16, api_key: &str) -> io::Result<Self> {
        let folder = folder().ok_or_else(|| io::Error::other("there is no home directory: set NOTTE_LOCAL_STATE"))?;
        Self::make_in(&folder, url, port, api_key)
    }

    fn make_in(folder: &Path, url: &str, port: u16, api_key: &str) -> io::Result<Self> {
        private_folder(folder)?;
        let (file, lock_file) = (folder.join(format!("{port}.json")), folder.join(format!("{port}.lock")));
        let lock = private_file(&lock_file)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::other(format!("another server is announced at port {port}")),
            TryLockError::Error(error) => error,
        })?;
        let announced = Announced { url: url.to_owned(), api_key: api_key.to_owned(), pid: std::process::id() };
        // Renamed into place, so that nobody reads half of it.
        let draft = folder.join(format!("{port}.draft"));
        serde_json::to_writer(private_file(&draft)?, &announced)?;
        fs::rename(&draft, &file)?;
        Ok(Self { file, lock_file, _lock: lock })
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
        let _ = fs::remove_file(&self.lock_file);
    }
}

fn read(folder: &Path) -> Vec<Announced> {
    let ports = fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|entry| {
        let name = entry.file_name();
        name.to_str()?.strip_suffix(".json")?.parse::<u16>().ok()
    });
    let mut ports: Vec<u16> = ports.collect();
    ports.sort_unstable();
    let is_held = |port: &u16| {
        let lock = File::open(folder.join(format!("{port}.lock")));
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    };
    let parsed = |port| serde_json::from_slice(&fs::read(folder.join(format!("{port}.json"))).ok()?).ok();
    ports.into_iter().filter(is_held).filter_map(parsed).collect()
}

/// `$NOTTE_LOCAL_STATE`, else the directory of the system for state of one user.
fn folder() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || Some(std::env::home_dir()?.join(".local/state"));
    let state = || named("XDG_STATE_HOME").or_else(|| named("LOCALAPPDATA")).or_else(home);
    let own = named("NOTTE_LOCAL_STATE").or_else(|| Some(state()?.join("notte-local")))?;
    Some(own.join("servers"))
}

/// Makes the folder and its missing parents, which only the user can enter.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Makes a file anew, which only the user can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // One that was there before keeps its mode.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_running_server_is_found_and_only_its_user_can_read_the_key() {
        let folder = std::env::temp_dir().join(format!("announce-{}", uuid::Uuid::new_v4()));
        let first = Announcement::make_in(&folder, "http://127.0.0.1:4000", 4000, "hush").expect("an announcement");
        let found = read(&folder);
        assert_eq!((found.len(), &*found[0].url, &*found[0].api_key), (1, "http://127.0.0.1:4000", "hush"));
        assert!(!format!("{found:?}").contains("hush"), "{found:?}");
        #[cfg(unix)]
        for (path, mode) in [(folder.clone(), 0o700), (folder.join("4000.json"), 0o600)] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).expect("its mode").permissions().mode() & 0o777, mode, "{path:?}");
        }
        let second = Announcement::make_in(&folder, "http://127.0.0.1:4000", 4000, "other").expect_err("it is taken");
        assert!(second.to_string().contains("4000"), "{second}");
        // What a killed server leaves.
        fs::copy(folder.join("4000.json"), folder.join("4001.json")).expect("a copy");
        fs::write(folder.join("4001.lock"), "").expect("a file");
        assert_eq!(read(&folder).len(), 1);
        drop(first);
        assert!(read(&folder).is_empty());
        fs::remove_dir_all(&folder).expect("a folder");
    }
}
