//! The folder of a running server, and what becomes of those whose server was killed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::grid::recorded;

const PREFIX: &str = "notte-local.";

/// The file in a server's folder that is locked as long as the server lives, in whichever container it runs.
const LOCK: &str = "lock";

/// The folder of this server in the system's temporary one, with a folder for every session; removed when dropped.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    sessions: AtomicUsize,
    _lock: File,
}

impl Home {
    /// Sweeps what dead servers left, and makes a folder. Returns the sessions that they left in a Grid, too.
    pub(crate) fn make(grid: Option<&str>) -> io::Result<(Self, Vec<String>)> {
        let temporary = std::env::temp_dir();
        let orphans = sweep(&temporary, grid);
        Ok((Self::make_in(&temporary)?, orphans))
    }

    fn make_in(temporary: &Path) -> io::Result<Self> {
        // Short: Chromium makes sockets below, whose paths may have about a hundred characters.
        let random = uuid::Uuid::new_v4().simple().to_string();
        let name = format!("{}.{}", std::process::id(), &random[..8]);
        // It gets the name that sweeps look for when its lock is held.
        let (draft, path) = (temporary.join(format!(".{PREFIX}{name}")), temporary.join(format!("{PREFIX}{name}")));
        private(&draft)?;
        let lock = File::create(draft.join(LOCK))?;
        lock.lock()?;
        fs::rename(draft, &path)?;
        Ok(Self { path, sessions: AtomicUsize::new(0), _lock: lock })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A new folder for a session.
    pub(crate) fn session(&self, id: &str) -> io::Result<Folder> {
        let number = self.sessions.fetch_add(1, Ordering::Relaxed);
        let (path, scratch) = (self.path.join(id), self.path.join(format!("t{number}")));
        private(&path)?;
        private(&scratch)?;
        Ok(Folder { path, scratch })
    }
}

/// A session's folder; removed when dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// For the temporary files of its browser.
    pub(crate) scratch: PathBuf,
}

impl std::ops::Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

impl Home {
    /// Removes the folder; sessions whose browsers are not dead yet may still write, so it is tried again when dropped.
    pub(crate) fn remove(&self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        clear(&self.path);
    }
}

/// Makes a folder that only its owner can read.
pub(crate) fn private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// The ids of sessions of this Grid that dead servers left. What they left in another one is for a server on that.
fn sweep(temporary: &Path, grid: Option<&str>) -> Vec<String> {
    let mut orphans = Vec::new();
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        if !entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            continue;
        }
        // Who can lock it may remove it. One without a lock is none of ours.
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        if lock.try_lock().is_err() {
            continue;
        }
        let sessions: Vec<PathBuf> =
            fs::read_dir(entry.path()).into_iter().flatten().flatten().map(|session| session.path()).collect();
        let recorded: Vec<(String, String)> = sessions.iter().filter_map(|session| recorded(session)).collect();
        if recorded.iter().any(|(of, _)| Some(of.as_str()) != grid) {
            continue;
        }
        orphans.extend(recorded.into_iter().map(|(_, id)| id));
        for session in &sessions {
            kill(session);
        }
        clear(&entry.path());
    }
    orphans
}

/// Removes a folder, and ends the processes that would write it anew: what a dead browser had started may live on for a
/// while, and makes a cache's folders where there are none.
fn clear(folder: &Path) {
    for _ in 0..40 {
        let ended = end_children(folder);
        let removed = fs::remove_dir_all(folder);
        // One of another user stays.
        let denied = removed.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
        if ended == 0 && (denied || !folder.exists()) {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Kills a browser's processes that have a file in this folder open, and says how many there were. Their command lines
/// give their type and not the folder; a person's programs that look into it are left alone.
fn end_children(folder: &Path) -> usize {
    let within = |file: fs::DirEntry| fs::read_link(file.path()).is_ok_and(|file| file.starts_with(folder));
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let is_child = |process: &fs::DirEntry| {
        fs::read(process.path().join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains("--type="))
            && fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten().any(within)
    };
    let children: Vec<_> = processes.filter(is_child).collect();
    for child in &children {
        let _ = Command::new("kill").arg("-KILL").arg(child.file_name()).status();
    }
    children.len()
}

/// Kills the browser of a swept session: only a process that names this very folder.
fn kill(session: &Path) {
    let Ok(pid) = fs::read_to_string(session.join("browser.pid")) else { return };
    let runs = ps(&pid, "command=").is_some_and(|command| command.contains(&*session.to_string_lossy()));
    if runs {
        let _ = Command::new("kill").args(["-KILL", &pid]).status();
    }
}

fn ps(pid: &str, what: &str) -> Option<String> {
    let output = Command::new("ps").args(["-o", what, "-p", pid]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_server_that_lives_stays_whatever_its_process_is_called_here() {
        let temporary = std::env::temp_dir().join(format!("sweep-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&temporary).expect("a folder");
        let home = Home::make_in(&temporary).expect("a home");
        // As a server in a container of its own calls itself: no process here has that number.
        let elsewhere = temporary.join(format!("{PREFIX}4194999.1"));
        fs::rename(&home.path, &elsewhere).expect("another name");
        let killed = temporary.join(format!("{PREFIX}1.1"));
        fs::create_dir(&killed).expect("a folder");
        fs::write(killed.join(LOCK), "").expect("a file");
        let left = killed.join("session");
        fs::create_dir(&left).expect("a folder");
        fs::write(left.join("grid-session"), "http://grid\nabc\n").expect("a file");
        assert_eq!(sweep(&temporary, None), Vec::<String>::new(), "it is another server's to end");
        assert_eq!(sweep(&temporary, Some("http://grid")), ["abc"]);
        let next = Home::make_in(&temporary).expect("a home");
        assert!(elsewhere.exists() && next.path.exists(), "a live server lost its folder");
        assert!(!killed.exists(), "a dead server's folder is left");
        drop((home, next));
        fs::remove_dir_all(&temporary).expect("the folder");
    }
}
