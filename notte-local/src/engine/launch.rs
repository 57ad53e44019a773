//! The provider that starts a browser: finds one, and starts it with a profile and a temporary directory of its own.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Child;

use super::keeper::Keeper;
use super::sweep::Folder;
use super::wire::Wire;

/// In the order of preference: the headless shell starts three times faster and takes half the memory.
const NAMES: &[&str] = &[
    "chromium-headless-shell",
    "headless_shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
];

/// Where browsers live that are not on the path.
const PLACES: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/// A browser that was started, and the way to it.
pub(crate) struct Launched {
    pub(crate) process: Process,
    pub(crate) wire: Wire,
}

/// The process of a browser; killed when dropped.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The browser to start: the given one, or the best that is installed.
pub(crate) fn find(given: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(path) = given {
        return if path.is_file() { Ok(unwrapped(path)) } else { Err(format!("{}: no such file", path.display())) };
    }
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let named = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let found = named.chain(PLACES.iter().map(PathBuf::from)).find(|path| path.is_file());
    found.map(|path| unwrapped(&path)).ok_or_else(|| {
        "no browser found: install one (on Debian and Ubuntu `apt-get install chromium-headless-shell`) or name it with --browser"
            .to_owned()
    })
}

/// The binary behind a distribution's wrapper script, which leaves flags out and would not pass a signal on.
fn unwrapped(path: &Path) -> PathBuf {
    let mut start = [0; 2];
    let script = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && &start == b"#!";
    let name = path.file_name().unwrap_or_default();
    let folders = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"];
    let binary = folders.iter().map(|folder| Path::new(folder).join(name)).find(|binary| binary.is_file());
    match binary {
        Some(binary) if script => binary,
        _ => path.to_owned(),
    }
}

/// What a browser gets to know of the server's environment: where programs, fonts and the proxy are, and its language.
/// Keys of the server are none of its business.
const ENVIRONMENT: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LANGUAGE",
    "TZ",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "XDG_DATA_DIRS",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
];

fn is_passed_on(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| ENVIRONMENT.contains(&name) || name.starts_with("LC_"))
}

/// Starts a browser whose files all lie in `folder`.
pub(crate) async fn launch(
    keeper: &Keeper,
    program: &Path,
    folder: &Folder,
    flags: &[String],
) -> Result<Launched, String> {
    let profile = folder.join("profile");
    std::fs::create_dir_all(&profile).map_err(|error| format!("{}: {error}", profile.display()))?;
    let mut command = keeper.command(program);
    command.args(super::flags::all(flags)).arg(format!("--user-data-dir={}", profile.display())).arg("about:blank");
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| is_passed_on(name))).env("TMPDIR", &folder.scratch);
    let failed = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut child = keeper.spawn(command).await.map_err(failed)?;
    let wire = Wire::of(&mut child);
    let process = Process(child);
    let _ = std::fs::write(folder.join("browser.pid"), process.0.id().to_string());
    Ok(Launched { process, wire: wire.map_err(failed)? })
}
