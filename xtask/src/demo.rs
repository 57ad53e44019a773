//! `cargo xtask demo`: the whole of it on this machine, in one command.

use crate::report::Failure;
use crate::tools::cargo;
use crate::{browser, output, workspace};

/// Where the demo saves, under the workspace's root.
const FOLDER: &str = "target/demo";

/// Finds or installs a browser, then runs the demo.
pub(crate) fn run() -> Result<(), Failure> {
    browser::ensure()?;
    cargo(&["build", "--locked", "--package", "notte-tests", "--bin", "demo"])?;
    let folder = workspace::root().join(FOLDER);
    cargo(&[
        "run",
        "--quiet",
        "--locked",
        "--package",
        "notte-tests",
        "--bin",
        "demo",
        "--",
        &folder.to_string_lossy(),
    ])?;
    output::progress(&format!("done; what it saved is in {}", folder.display()));
    Ok(())
}
