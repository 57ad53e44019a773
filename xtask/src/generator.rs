//! `cargo xtask codegen` and `spec`: run by a package of their own, so that no other command compiles the generator.

use std::process::{Command, ExitCode};

use xtask::report::Failure;
use xtask::tools::{cargo, cargo_program};
use xtask::{output, workspace};

const PACKAGE: [&str; 4] = ["run", "--locked", "--package", "xtask-generator"];

/// Passes a command line on, and its exit code back.
pub(crate) fn pass(command: &str, arguments: &[String]) -> Result<ExitCode, Failure> {
    announce();
    let status = Command::new(cargo_program())
        .args(PACKAGE)
        .args(["--", command])
        .args(arguments)
        .status()
        .map_err(|error| Failure::input([format!("cargo cannot be run: {error}")]))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Runs one of its commands as a step of ours.
pub(crate) fn run(command: &str, arguments: &[&str]) -> Result<(), Failure> {
    announce();
    cargo(&[&PACKAGE, &["--", command] as &[_], arguments].concat())
}

/// The first build is long enough to need a word.
fn announce() {
    if !workspace::target().join("debug").join(format!("xtask-generator{}", std::env::consts::EXE_SUFFIX)).exists() {
        output::progress("building the generator, once: about two minutes on two cores");
    }
}
