//! `cargo xtask conformance`: notte-local under clients that are not ours: the official Python SDKs, a fuzzer, and tools
//! that attach to the browser.

mod grid;
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::report::{Failure, io};
use xtask::tools::cargo;
use xtask::{output, workspace};

use crate::browser;
use server::Server;

/// The SDK with agents, and the newest.
const SDKS: &[&str] = &["1.9.7", "1.10.0"];

/// What fuzzes, and what attaches.
const TOOLS: &[&str] = &["schemathesis==4.32.5", "playwright==1.65.2"];

/// The official client of the Model Context Protocol.
const MCP: &[&str] = &["mcp==2.3.0"];

const PUPPETEER: &str = "puppeteer-core@24.43.1";

type Run = fn() -> Result<(), Failure>;

/// A part of the run, and what it is called on the command line.
const PARTS: [(&str, Run); 5] = [("sdk", sdks), ("fuzz", fuzz), ("attach", attach), ("mcp", mcp), ("grid", grid::grid)];

/// Takes minutes and Java, so it runs when it is named.
const NAMED_ONLY: &str = "grid";

/// Runs one part, or every part.
pub(crate) fn run(part: Option<&str>) -> Result<(), Failure> {
    let chosen: Vec<_> =
        PARTS.iter().filter(|(name, _)| part.map_or(*name != NAMED_ONLY, |part| part == *name)).collect();
    if chosen.is_empty() {
        return Err(Failure::input([format!(
            "unknown part `{}`; the parts are sdk, fuzz, attach, mcp and grid",
            part.unwrap_or_default()
        )]));
    }
    let check = ["-c", "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))"];
    if !succeeds(Command::new("python3").args(check).stderr(Stdio::null())) {
        return Err(Failure::input([
            "Python 3.11 or newer with its venv module is needed; on Debian: sudo apt-get install python3-venv",
        ]));
    }
    browser::ensure()?;
    server::build()?;
    chosen.iter().try_for_each(|(_, run)| run())
}

/// Made-up requests to every operation of the document: none may be answered with a 5xx, nor against its schema.
fn fuzz() -> Result<(), Failure> {
    let python = environment("tools", TOOLS)?;
    let document = workspace::root().join("openapi/effective.json");
    // One session for the routes that need one, and one that the fuzzer may start.
    script(&python, "fuzz", &["--max-sessions", "2"], "fuzz.py", &[&document])
}

/// Playwright and puppeteer attach to a session's browser.
fn attach() -> Result<(), Failure> {
    let python = environment("tools", TOOLS)?;
    let modules = puppeteer()?;
    let modules: Vec<&Path> = modules.iter().map(PathBuf::as_path).collect();
    script(&python, "attach", &[], "attach.py", &modules)
}

/// `notte mcp` under the official Python client.
fn mcp() -> Result<(), Failure> {
    let python = environment("mcp", MCP)?;
    cargo(&["build", "--locked", "--package", "notte-cli"])?;
    script(&python, "mcp", &[], "mcp_client.py", &[&workspace::target().join("debug/notte")])
}

/// The official Python SDKs, unmodified.
fn sdks() -> Result<(), Failure> {
    let table = workspace::root().join("notte-local/COVERAGE.md");
    for version in SDKS {
        let name = format!("sdk-{version}");
        let python = environment(&name, &[&format!("notte-sdk=={version}")])?;
        output::line(&format!("notte-sdk {version}"));
        script(&python, &name, &[], "sdk.py", &[&table])?;
    }
    Ok(())
}

/// Runs a script of tests/conformance against a server of its own.
fn script(python: &Path, name: &str, flags: &[&str], file: &str, arguments: &[&Path]) -> Result<(), Failure> {
    let log = folder().join(format!("{name}.log"));
    let server = Server::start(flags, &log)?;
    let path = workspace::root().join("tests/conformance").join(file);
    let mut command = Command::new(python);
    command.arg(&path).args(arguments).current_dir(folder());
    if server.show(&mut command).status().map_err(|error| io(python, "run", &error))?.success() {
        return Ok(());
    }
    Err(Failure::check([format!("{name}: failed; what server and client logged is in {}", workspace::display(&log))]))
}

/// Where environments and logs are kept.
fn folder() -> PathBuf {
    workspace::root().join("target/conformance")
}

/// The Python of a virtual environment with these packages; it is made when it is not there.
fn environment(name: &str, packages: &[&str]) -> Result<PathBuf, Failure> {
    let home = folder().join(name);
    let python = home.join("bin/python");
    let made = home.join("packages.txt");
    if std::fs::read_to_string(&made).is_ok_and(|text| text == packages.join("\n")) {
        return Ok(python);
    }
    output::progress(&format!("installing {} with pip in {}", packages.join(", "), workspace::display(&home)));
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(&home).map_err(|error| io(&home, "create", &error))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    if !succeeds(Command::new("python3").args(["-m", "venv"]).arg(&home))
        || !succeeds(Command::new(&python).args(install).args(packages))
    {
        let packages = packages.join(" ");
        return Err(Failure::input([format!("`pip install {packages}` did not work: PyPI has to be in reach")]));
    }
    std::fs::write(&made, packages.join("\n")).map_err(|error| io(&made, "write", &error))?;
    Ok(python)
}

/// The modules of node with puppeteer among them; none where there is no node.
fn puppeteer() -> Result<Option<PathBuf>, Failure> {
    let modules = npm("node", PUPPETEER)?;
    if modules.is_none() {
        output::line("skip  puppeteer: there is no node with npm; on Debian: sudo apt-get install nodejs npm");
    }
    Ok(modules)
}

/// The modules of node with this package among them; none where there is no node.
fn npm(name: &str, package: &str) -> Result<Option<PathBuf>, Failure> {
    if !succeeds(Command::new("node").arg("--version")) || !succeeds(Command::new("npm").arg("--version")) {
        return Ok(None);
    }
    let home = folder().join(name);
    std::fs::create_dir_all(&home).map_err(|error| io(&home, "create", &error))?;
    let install = ["install", "--silent", "--no-fund", "--no-audit", package, "--prefix"];
    if !succeeds(Command::new("npm").args(install).arg(&home)) {
        return Err(Failure::input([format!(
            "`npm install {package}` did not work: npm's registry has to be in reach"
        )]));
    }
    Ok(Some(home.join("node_modules")))
}

fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
