//! A notte-local that was built from this workspace, and that ends with its value.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use xtask::report::{Failure, io};
use xtask::tools::cargo;
use xtask::workspace;

/// What the server asks of its clients.
const KEY: &str = "conformance";

/// Builds the program.
pub(super) fn build() -> Result<(), Failure> {
    cargo(&["build", "--locked", "--package", "notte-local"])
}

pub(super) fn program() -> PathBuf {
    workspace::target().join("debug/notte-local")
}

/// A running server.
pub(super) struct Server {
    child: Child,
    url: String,
    log: File,
}

impl Server {
    /// Starts one on a free port; it and its clients log to one file.
    pub(super) fn start(flags: &[&str], log: &Path) -> Result<Self, Failure> {
        let program = program();
        let wrong = |error: std::io::Error| io(log, "write", &error);
        File::create(log).map_err(wrong)?;
        let file = File::options().append(true).open(log).map_err(wrong)?;
        let mut child = Command::new(&program)
            .args(["--port", "0"])
            .env("NOTTE_LOCAL_API_KEY", KEY)
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(file.try_clone().map_err(wrong)?)
            .spawn()
            .map_err(|error| io(&program, "run", &error))?;
        let mut url = String::new();
        if let Some(output) = child.stdout.take() {
            let _ = BufReader::new(output).read_line(&mut url);
        }
        let server = Self { child, url: url.trim().to_owned(), log: file };
        if server.url.is_empty() {
            let said = std::fs::read_to_string(log).unwrap_or_default();
            return Err(Failure::check([format!("notte-local did not start: {}", said.trim())]));
        }
        Ok(server)
    }

    /// Points a program at the server, and keeps it from telling others.
    pub(super) fn show<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Ok(log) = self.log.try_clone() {
            command.stderr(log);
        }
        command.envs([
            ("NOTTE_API_URL", self.url.as_str()),
            ("NOTTE_API_KEY", KEY),
            ("DISABLE_TELEMETRY", "true"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A signal that it hears, so that it tidies up. Where there is no `kill`, its browsers end with it all the same.
        let heard = Command::new("kill").arg(self.child.id().to_string()).status();
        if !heard.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
