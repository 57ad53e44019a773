//! The browser that the end-to-end tests and the demo run on: found, or installed, or the command that installs it.

use std::path::{Path, PathBuf};
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

/// Where it looks besides the path.
const PLACES: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const APT: &str = "apt-get install --yes --no-install-recommends chromium-headless-shell";

/// Package managers, each with the command that installs a browser.
const MANAGERS: &[(&str, &str)] = &[
    ("apt-get", "sudo apt-get update && sudo apt-get install --yes --no-install-recommends chromium-headless-shell"),
    ("dnf", "sudo dnf install --assumeyes chromium"),
    ("pacman", "sudo pacman -S --noconfirm chromium"),
    ("apk", "sudo apk add chromium"),
    ("brew", "brew install --cask google-chrome"),
    ("winget", "winget install --exact --id Google.Chrome"),
];

/// Makes sure that there is a browser. Installs one with apt where that needs no password, and says so first.
pub(crate) fn ensure() -> Result<(), Failure> {
    if installed() {
        return Ok(());
    }
    let advice = || Failure::input([format!("no browser found; install one: {}", command(on_path))]);
    let before = Some(()).filter(|()| on_path("apt-get")).and_then(|()| privileged()).ok_or_else(advice)?;
    output::progress(&format!("no browser found: installing one with `{APT}`, about a minute"));
    // A fresh machine has no lists of packages yet; an old one has old lists.
    if run(before, "apt-get update") && run(before, APT) && installed() {
        return Ok(());
    }
    Err(Failure::input([format!("`{APT}` failed; run it by hand to see why")]))
}

/// The one command for this system.
fn command(has: impl Fn(&str) -> bool) -> &'static str {
    let found = MANAGERS.iter().find(|(manager, _)| has(manager));
    found.map_or("Chromium or Chrome, from https://www.google.com/chrome", |(_, command)| command)
}

fn run(before: &[&str], command: &str) -> bool {
    let words: Vec<&str> = before.iter().copied().chain(command.split(' ')).collect();
    words.split_first().is_some_and(|(program, rest)| {
        Command::new(program).args(rest).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    })
}

fn installed() -> bool {
    NAMES.iter().any(|name| on_path(name)) || PLACES.iter().any(|place| Path::new(place).is_file())
}

fn on_path(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    folders.iter().any(|folder| folder.join(&file).is_file())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_gets_the_one_command_of_its_package_manager() {
        for manager in ["apt-get", "dnf", "pacman", "apk", "brew", "winget"] {
            let command = command(|program| program == manager);
            assert!(command.contains(&format!("{manager} ")), "{command}");
        }
        assert!(command(|_| false).contains("https://"));
    }
}
