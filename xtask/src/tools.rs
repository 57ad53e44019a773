//! Running cargo and friends.

use std::process::{Command, Stdio};

use crate::output;
use crate::report::Failure;
use crate::workspace;

/// The cargo that runs us, so that its toolchain serves, or whichever there is.
pub fn cargo_program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Runs `cargo` in the workspace; the line is shown first.
pub fn cargo(arguments: &[&str]) -> Result<(), Failure> {
    cargo_with(arguments, &[])
}

/// Runs `cargo` with variables set.
pub fn cargo_with(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), Failure> {
    let shown: Vec<String> = variables.iter().map(|(name, value)| format!("{name}='{value}' ")).collect();
    let line = format!("{}cargo {}", shown.concat(), arguments.join(" "));
    output::progress(&format!("$ {line}"));
    let status = Command::new(cargo_program())
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(workspace::root())
        .status()
        .map_err(|error| Failure::input([format!("cargo cannot be run: {error}")]))?;
    if status.success() { Ok(()) } else { Err(Failure::check([format!("failed: {line}")])) }
}

/// Runs a program in the workspace; the line is shown first.
pub fn program(name: &str, arguments: &[&str]) -> Result<(), Failure> {
    let line = format!("{name} {}", arguments.join(" "));
    output::progress(&format!("$ {}", line.trim_end()));
    let status = Command::new(name)
        .args(arguments)
        .current_dir(workspace::root())
        .status()
        .map_err(|error| Failure::input([format!("{name} cannot be run: {error}")]))?;
    if status.success() { Ok(()) } else { Err(Failure::check([format!("failed: {}", line.trim_end())])) }
}

/// Whether a program is there and ends well.
pub fn runs(name: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What a command prints on standard output.
pub fn output_of(program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(workspace::root())
        .output()
        .map_err(|error| Failure::input([format!("{program} cannot be run: {error}")]))?;
    if !output.status.success() {
        return Err(Failure::check([format!(
            "failed: {program} {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        )]));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
