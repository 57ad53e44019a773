//! The switches that a browser is started with: quiet by default, the caller's on top, from a list of those that are about pages.

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

/// Switches that a caller may give: how pages look and behave, what the network does with them. Others may start programs,
/// load code, open ports, or read and write files.
const ALLOWED: &[&str] = &[
    "accept-lang",
    "allow-insecure-localhost",
    "allow-running-insecure-content",
    "autoplay-policy",
    "blink-settings",
    "deny-permission-prompts",
    "disable-background-networking",
    "disable-background-timer-throttling",
    "disable-backgrounding-occluded-windows",
    "disable-blink-features",
    "disable-breakpad",
    "disable-client-side-phishing-detection",
    "disable-component-update",
    "disable-default-apps",
    "disable-dev-shm-usage",
    "disable-domain-reliability",
    "disable-extensions",
    "disable-features",
    "disable-font-subpixel-positioning",
    "disable-gpu",
    "disable-hang-monitor",
    "disable-http2",
    "disable-infobars",
    "disable-ipc-flooding-protection",
    "disable-lcd-text",
    "disable-notifications",
    "disable-popup-blocking",
    "disable-prompt-on-repost",
    "disable-quic",
    "disable-renderer-backgrounding",
    "disable-search-engine-choice-screen",
    "disable-setuid-sandbox",
    "disable-site-isolation-trials",
    "disable-software-rasterizer",
    "disable-sync",
    "disable-web-security",
    "enable-automation",
    "enable-blink-features",
    "enable-experimental-web-platform-features",
    "enable-features",
    "enable-gpu",
    "enable-gpu-rasterization",
    "enable-unsafe-swiftshader",
    "enable-unsafe-webgpu",
    "font-render-hinting",
    "force-color-profile",
    "force-dark-mode",
    "force-device-scale-factor",
    "force-prefers-reduced-motion",
    "headless",
    "hide-scrollbars",
    "high-dpi-support",
    "ignore-certificate-errors",
    "ignore-gpu-blocklist",
    "isolate-origins",
    "lang",
    "metrics-recording-only",
    "mute-audio",
    "no-default-browser-check",
    "no-first-run",
    "no-pings",
    "no-sandbox",
    "password-store",
    "site-per-process",
    "start-fullscreen",
    "start-maximized",
    "test-type",
    "touch-events",
    "unsafely-treat-insecure-origin-as-secure",
    "use-angle",
    "use-fake-device-for-media-stream",
    "use-fake-ui-for-media-stream",
    "use-gl",
    "use-mock-keychain",
    "user-agent",
    "window-position",
    "window-size",
];

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
    // A fake device may be played from a file.
    let plays = name(switch) == "use-fake-device-for-media-stream" && switch.contains('=');
    if ALLOWED.contains(&name(switch)) && !plays {
        return None;
    }
    Some(format!("--{} is not among the switches that a session may give its browser", name(switch)))
}

/// Everything to start a browser with: a caller's switch takes the place of the default of that name.
pub(super) fn all(callers: &[String]) -> Vec<String> {
    let taken = |switch: &str| callers.iter().any(|other| name(other) == name(switch));
    let mut flags = remote(callers);
    // As root Chromium does not start with its sandbox.
    if root() && !taken("--no-sandbox") {
        flags.push("--no-sandbox".into());
    }
    flags.extend(FIXED.iter().map(|flag| (*flag).to_owned()));
    flags
}

/// Everything for a browser that is started elsewhere, where paths, ports and sandbox are not ours to say.
pub(crate) fn remote(callers: &[String]) -> Vec<String> {
    let taken = |switch: &str| callers.iter().any(|other| name(other) == name(switch));
    let quiet = QUIET.iter().filter(|flag| !taken(flag)).map(|flag| (*flag).to_owned());
    quiet.chain(callers.iter().cloned()).collect()
}

/// Whether browsers that are started here have their sandbox.
pub(crate) fn is_sandboxed() -> bool {
    !root()
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
    fn only_switches_about_pages_are_let_through() {
        for switch in [
            "--renderer-cmd-prefix=/bin/sh",
            "--gpu-launcher=x",
            "--remote-debugging-port=9222",
            "--Remote-Debugging-Pipe",
            "--js-flags=--expose-gc --logfile=/tmp/v8.log",
            "--user-data-dir=/etc",
            "--load-extension=/tmp",
            "--disable-extensions-except=/tmp",
            "--allow-file-access-from-files",
            "--host-resolver-rules=MAP * 169.254.169.254",
            "--proxy-server=x",
            "--use-file-for-fake-audio-capture=/etc/passwd",
            "--a-switch-of-tomorrow",
            "https://example.com",
            "-x",
            "--",
        ] {
            assert!(refused(switch).is_some(), "{switch}");
        }
        for switch in ["--window-size=800,600", "--lang=de", "--disable-blink-features=AutomationControlled"] {
            assert_eq!(refused(switch), None);
        }
    }

    #[test]
    fn a_callers_switch_takes_the_place_of_the_default() {
        let flags = all(&["--headless=old".into(), "--lang=de".into()]);
        assert!(flags.contains(&"--headless=old".to_owned()) && flags.contains(&"--lang=de".to_owned()));
        assert!(!flags.contains(&"--headless=new".to_owned()));
    }
}
