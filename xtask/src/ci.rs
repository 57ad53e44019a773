//! The checks of continuous integration as code: the workflow only names jobs.

use std::time::Instant;

use xtask::output;
use xtask::report::Failure;
use xtask::tools::{cargo, cargo_with};

use crate::{browser, tidy};

/// A job of the workflow.
struct Job {
    name: &'static str,
    /// What it does, and about how long that takes on two cores.
    about: &'static str,
    run: fn() -> Result<(), Failure>,
}

const JOBS: &[Job] = &[
    Job { name: "fmt", about: "checks the format", run: || cargo(&["fmt", "--all", "--", "--check"]) },
    Job { name: "tidy", about: "checks the repository's own rules", run: tidy::run },
    Job { name: "codegen", about: "compares what is generated with the document: 2 minutes", run: drift },
    Job { name: "clippy", about: "lints every target: 6 minutes", run: clippy },
    Job { name: "test", about: "runs every test", run: test },
    Job { name: "docs", about: "builds the documentation as docs.rs does: 4 minutes", run: docs },
    Job { name: "features", about: "checks each set of features: 3 minutes", run: features },
    Job { name: "package", about: "packages the published crates", run: package },
];

/// The names of every job.
pub(crate) fn names() -> String {
    JOBS.iter().map(|job| job.name).collect::<Vec<_>>().join(", ")
}

/// Runs every job.
pub(crate) fn every() -> Result<(), Failure> {
    JOBS.iter().try_for_each(timed)
}

/// Runs the job of this name.
pub(crate) fn one(name: &str) -> Result<(), Failure> {
    let job = JOBS.iter().find(|job| job.name == name);
    timed(job.ok_or_else(|| Failure::input([format!("unknown job `{name}`; the jobs are {}", names())]))?)
}

fn timed(job: &Job) -> Result<(), Failure> {
    let started = Instant::now();
    output::progress(&format!("{}: {}", job.name, job.about));
    (job.run)()?;
    output::progress(&format!("{}: done in {:.1} s", job.name, started.elapsed().as_secs_f64()));
    Ok(())
}

/// `cargo xtask test`: the rules, and every test and documentation example of the workspace, built together.
pub(crate) fn test() -> Result<(), Failure> {
    tidy::run()?;
    browser::ensure()?;
    output::progress("building and running every test: 10 minutes on two cores, a few when it was built before");
    cargo(&["test", "--locked", "--workspace"])
}

fn drift() -> Result<(), Failure> {
    cargo(&["run", "--locked", "--package", "xtask-generator", "--", "codegen", "--check"])
}

fn clippy() -> Result<(), Failure> {
    cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn docs() -> Result<(), Failure> {
    cargo_with(
        &["doc", "--locked", "--workspace", "--no-deps", "--features", "notte-api/httpmock"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

fn features() -> Result<(), Failure> {
    for features in ["", "rustls", "native-tls", "rustls,httpmock"] {
        cargo(&["check", "--locked", "--package", "notte-api", "--no-default-features", "--features", features])?;
    }
    for features in ["", "rustls", "native-tls"] {
        cargo(&["check", "--locked", "--package", "notte-ext", "--no-default-features", "--features", features])?;
    }
    Ok(())
}

fn package() -> Result<(), Failure> {
    cargo(&["package", "--locked", "--allow-dirty", "--workspace", "--no-verify"])
}
