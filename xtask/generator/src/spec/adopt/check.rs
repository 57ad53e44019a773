//! Builds the workspace as it would be, in a copy of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::report::{Failure, io};
use crate::tools::{cargo_program, output_of};
use crate::{output, workspace};

/// A file of the tree: what it will say, or nothing if it goes.
pub(super) type Edit = (PathBuf, Option<Vec<u8>>);

/// Copies the workspace with these edits, and checks that everything in it builds. Returns the lines that do not.
pub(super) fn broken_lines(edits: &[Edit]) -> Result<Vec<String>, Failure> {
    let stage = workspace::root().join("target/adopt/stage");
    copy(&stage)?;
    for (path, bytes) in edits {
        let place = stage.join(path);
        match bytes {
            Some(bytes) => {
                let folder = place.parent().unwrap_or(&stage);
                std::fs::create_dir_all(folder).map_err(|error| io(folder, "create", &error))?;
                std::fs::write(&place, bytes).map_err(|error| io(&place, "write", &error))?;
            }
            None => std::fs::remove_file(&place).map_err(|error| io(&place, "delete", &error))?,
        }
    }
    check(&stage)
}

fn copy(stage: &Path) -> Result<(), Failure> {
    for file in output_of("git", &["ls-files", "--cached", "--others", "--exclude-standard"])?.lines() {
        let (from, to) = (workspace::root().join(file), stage.join(file));
        // A file that was deleted and not committed is listed still.
        if from.is_file() {
            let folder = to.parent().unwrap_or(stage);
            std::fs::create_dir_all(folder).map_err(|error| io(folder, "create", &error))?;
            std::fs::copy(&from, &to).map_err(|error| io(&to, "write", &error))?;
        }
    }
    Ok(())
}

fn check(stage: &Path) -> Result<Vec<String>, Failure> {
    // The workspace's own target folder, for the dependencies that are built there.
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace::root().join("target"), PathBuf::from);
    output::progress("$ cargo check --workspace --all-targets   (in a copy of the workspace)");
    let output = Command::new(cargo_program())
        .args(["check", "--workspace", "--all-targets", "--keep-going", "--message-format=json"])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(stage)
        .output()
        .map_err(|error| Failure::input([format!("cargo cannot be run: {error}")]))?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<String> = messages.lines().filter_map(error_line).collect();
    lines.dedup();
    if lines.is_empty() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::check([format!("cargo check failed: {}", reason.replace('\n', " "))]));
    }
    Ok(lines)
}

/// `notte-ext/src/call.rs:41: no method named …`
fn error_line(message: &str) -> Option<String> {
    let message: Value = serde_json::from_str(message).ok()?;
    let message = message.get("message")?;
    if message.get("level")?.as_str()? != "error" {
        return None;
    }
    let spans = message.get("spans")?.as_array()?;
    let span = spans.iter().find(|span| span.get("is_primary") == Some(&Value::Bool(true)))?;
    let text = message.get("message")?.as_str()?;
    Some(format!("{}:{}: {text}", span.get("file_name")?.as_str()?, span.get("line_start")?))
}
