//! `cargo xtask demo`: the whole of it on this machine, in one command.

use xtask::report::Failure;
use xtask::tools::cargo;
use xtask::{output, workspace};

use crate::browser;

/// Where the demo saves, under the workspace's root.
const FOLDER: &str = "target/demo";

/// Where the demo takes place.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Runs against Notte's cloud instead, with the key in NOTTE_API_KEY. The session is billed.
    #[arg(long)]
    cloud: bool,
}

/// Finds or installs a browser, unless the cloud's is used, then runs the demo.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if !args.cloud {
        browser::ensure()?;
    } else if std::env::var("NOTTE_API_KEY").is_ok_and(|key| !key.is_empty()) {
        output::progress("in Notte's cloud: the session is billed");
    } else {
        return Err(Failure::input(["NOTTE_API_KEY is not set; a key comes from https://console.notte.cc".to_owned()]));
    }
    cargo(&["build", "--locked", "--package", "notte-tests", "--bin", "demo"])?;
    let folder = workspace::root().join(FOLDER);
    let saved = folder.to_string_lossy();
    let mut run = vec!["run", "--quiet", "--locked", "--package", "notte-tests", "--bin", "demo", "--", &saved];
    run.extend(args.cloud.then_some("--cloud"));
    cargo(&run)?;
    output::progress(&format!("done; what it saved is in {}", folder.display()));
    Ok(())
}
