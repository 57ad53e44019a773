//! The folder of a running server, and what becomes of those whose server was killed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

const PREFIX: &str = "notte-local.";

/// The folder of this server in the system's temporary one, with a folder for every session; removed when dropped.
#[derive(Debug)]
pub(crate) struct Home(PathBuf);

impl Home {
    /// Sweeps what dead servers left, and makes a folder.
    pub(crate) fn make() -> io::Result<Self> {
        let temporary = std::env::temp_dir();
        sweep(&temporary);
        let pid = std::process::id();
        let born = born(pid).unwrap_or_default();
        let path = temporary.join(format!("{PREFIX}{pid}.{born}.{}", uuid::Uuid::new_v4().simple()));
        private(&path)?;
        Ok(Self(path))
    }

    /// A new folder for a session.
    pub(crate) fn session(&self, id: &str) -> io::Result<Folder> {
        let path = self.0.join(id);
        private(&path)?;
        Ok(Folder(path))
    }
}

/// A session's folder; removed when dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl std::ops::Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Home {
    /// Removes the folder; sessions whose browsers are not dead yet may still write, so it is tried again when dropped.
    pub(crate) fn remove(&self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        clear(&self.0);
    }
}

/// Makes a folder that only its owner can read.
pub(crate) fn private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn sweep(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let mut parts = rest.split('.');
        let (Some(Ok(pid)), Some(began)) = (parts.next().map(str::parse::<u32>), parts.next()) else { continue };
        if born(pid).is_some_and(|born| began.is_empty() || born == began) {
            continue;
        }
        for session in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
            kill(&session.path());
        }
        clear(&entry.path());
    }
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

/// When a process was started, in the system's own words; `None` when there is no such process.
fn born(pid: u32) -> Option<String> {
    if cfg!(target_os = "linux") {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name of the program stands in parentheses and may hold anything; the start time is the 20th field after it.
        return stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_owned);
    }
    ps(&pid.to_string(), "lstart=").map(|text| text.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}
