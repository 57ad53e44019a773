//! `cargo xtask codegen` and `spec`: run by a package of their own, so that no other command compiles the generator.

use std::process::{Command, ExitCode};

use xtask::report::Failure;
use xtask::tools::cargo_program;
use xtask::{output, workspace};

/// Passes a command line on, and its exit code back.
pub(crate) fn pass(words: &[&str]) -> Result<ExitCode, Failure> {
    let program = format!("xtask-generator{}", std::env::consts::EXE_SUFFIX);
    if !workspace::target().join("debug").join(program).exists() {
        output::progress("building the generator, once: about two minutes on two cores");
    }
    let status = Command::new(cargo_program())
        .args(["run", "--locked", "--package", "xtask-generator", "--"])
        .args(words)
        .status()
        .map_err(|error| Failure::input([format!("cargo cannot be run: {error}")]))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
