//! The browser that the end-to-end tests and the demo run on: found, or installed, or the command that installs it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use xtask::output;
use xtask::report::Failure;

/// The programs that notte-local looks for, in its order.
const NAMES: &[&str] = &[
    "chromium-headless-shell",
    "headless_shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
];

const PACKAGE: &str = "chromium-headless-shell";

/// Makes sure that there is a browser. Installs one with apt where that needs no password, and says so first.
pub(crate) fn ensure() -> Result<(), Failure> {
    if installed() {
        return Ok(());
    }
    let command = format!("apt-get install --yes --no-install-recommends {PACKAGE}");
    let Some(before) = privileged().filter(|_| has_apt()) else {
        return Err(Failure::input([format!(
            "no browser found. Install Chromium or Chrome; on Debian: sudo {command}"
        )]));
    };
    output::progress(&format!("no browser found: installing one with `{command}`"));
    // A fresh machine has no lists of packages yet; an old one has old lists.
    let done = run(before, "apt-get update") && run(before, &command);
    if done && installed() {
        return Ok(());
    }
    Err(Failure::input([format!("`{command}` did not work; run it by hand to see why")]))
}

fn run(before: &[&str], command: &str) -> bool {
    let words: Vec<&str> = before.iter().copied().chain(command.split(' ')).collect();
    words.split_first().is_some_and(|(program, rest)| {
        Command::new(program).args(rest).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    })
}

fn installed() -> bool {
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let on_path = folders.iter().any(|folder| NAMES.iter().any(|name| folder.join(name).is_file()));
    on_path || PathBuf::from("/Applications/Google Chrome.app").is_dir()
}

/// What to put before a command that needs root: nothing for root itself, sudo where it asks for no password.
fn privileged() -> Option<&'static [&'static str]> {
    let answer = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if answer("id", &["-u"])? == "0" {
        return Some(&[]);
    }
    answer("sudo", &["-n", "true"]).map(|_| &["sudo", "-n"] as &[_])
}

fn has_apt() -> bool {
    let output = Command::new("apt-get").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    output.is_ok_and(|status| status.success())
}
