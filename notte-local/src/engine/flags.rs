//! The switches that a browser is started with: quiet by default, the caller's on top, dangerous ones refused.

/// No first-run pages, no traffic of its own, no keyring, no debugging port that others could find.
const QUIET: &[&str] = &[
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-popup-blocking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--mute-audio",
    "--metrics-recording-only",
    "--password-store=basic",
    "--use-mock-keychain",
    "--hide-scrollbars",
    // What a click set off begins with the next task, and not after the next frame.
    "--disable-features=DeferRendererTasksAfterInput",
];

/// What no caller may overwrite.
const FIXED: &[&str] = &["--remote-debugging-pipe"];

/// Parts of switch names that start programs, load code, open the debugging port or write outside the session's folder.
const REFUSED: &[&str] = &[
    "cmd-prefix",
    "launcher",
    "subprocess-path",
    "remote-debugging",
    "remote-allow-origins",
    "user-data-dir",
    "profile-directory",
    "load-extension",
    "extensions-path",
    "disk-cache-dir",
    "media-cache-dir",
    "log-file",
    "crash-dumps-dir",
    "homedir",
    "register-pepper",
    "print-to-pdf",
    "screenshot",
    "gpu-program",
    "trace-startup",
    "net-log",
    "ssl-key-log-file",
    "renderer-startup-dialog",
    "dump-dom",
    "repl",
];

/// Parts of flags with which V8 writes files.
const WRITING: &[&str] = &["log", "prof", "trace", "dump", "file", "redirect"];

/// The name of a switch, without its dashes and its value.
fn name(switch: &str) -> &str {
    let bare = switch.trim_start_matches('-');
    bare.split_once('=').map_or(bare, |(name, _)| name)
}

/// Why a caller's switch is refused, if it is.
pub(crate) fn refused(switch: &str) -> Option<String> {
    if !switch.starts_with("--") || name(switch).is_empty() {
        return Some(format!("{switch:?} is not a switch of the browser: it has to begin with --"));
    }
    let lower = name(switch).to_ascii_lowercase();
    if lower == "js-flags" && WRITING.iter().any(|part| switch.to_ascii_lowercase().contains(part)) {
        return Some("--js-flags is refused with flags that write files".into());
    }
    let part = REFUSED.iter().find(|part| lower.contains(*part))?;
    Some(format!(
        "--{lower} is refused: switches with `{part}` start programs, open ports or leave the session's folder"
    ))
}

/// Everything to start a browser with: a caller's switch takes the place of the default of that name.
pub(super) fn all(callers: &[String]) -> Vec<String> {
    let taken = |switch: &str| callers.iter().any(|other| name(other) == name(switch));
    let mut flags: Vec<String> = QUIET.iter().filter(|flag| !taken(flag)).map(|flag| (*flag).to_owned()).collect();
    // As root Chromium does not start with its sandbox.
    if root() && !taken("--no-sandbox") {
        flags.push("--no-sandbox".into());
    }
    flags.extend(callers.iter().cloned());
    flags.extend(FIXED.iter().map(|flag| (*flag).to_owned()));
    flags
}

#[cfg(unix)]
fn root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[cfg(not(unix))]
fn root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::{all, refused};

    #[test]
    fn a_switch_that_starts_a_program_or_opens_a_port_is_refused() {
        for switch in [
            "--renderer-cmd-prefix=/bin/sh",
            "--gpu-launcher=x",
            "--remote-debugging-port=9222",
            "--Remote-Debugging-Pipe",
            "--js-flags=--expose-gc --logfile=/tmp/v8.log",
            "--user-data-dir=/etc",
            "https://example.com",
            "-x",
            "--",
        ] {
            assert!(refused(switch).is_some(), "{switch}");
        }
        assert_eq!(refused("--window-size=800,600"), None);
        assert_eq!(refused("--js-flags=--expose-gc"), None);
    }

    #[test]
    fn a_callers_switch_takes_the_place_of_the_default() {
        let flags = all(&["--headless=old".into(), "--lang=de".into()]);
        assert!(flags.contains(&"--headless=old".to_owned()) && flags.contains(&"--lang=de".to_owned()));
        assert!(!flags.contains(&"--headless=new".to_owned()));
    }
}
