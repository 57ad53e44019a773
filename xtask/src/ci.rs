//! The checks of continuous integration as code: the workflow only names jobs.

use std::time::Instant;

use xtask::output;
use xtask::report::Failure;
use xtask::tools::{cargo, cargo_with, program, runs};

use crate::{browser, release, tidy};

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
    Job { name: "msrv", about: "checks the published crates with the oldest Rust they promise: 3 minutes", run: msrv },
    Job { name: "package", about: "packages the published crates", run: package },
    Job { name: "deny", about: "checks licences, advisories and sources of dependencies", run: deny },
    Job { name: "typos", about: "checks the spelling", run: typos },
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
    let mut words = vec!["package", "--locked", "--allow-dirty", "--no-verify"];
    words.extend(release::PUBLISHED.iter().flat_map(|name| ["--package", name]));
    cargo(&words)
}

fn msrv() -> Result<(), Failure> {
    let oldest = release::minimum_rust()?;
    program("rustup", &["toolchain", "install", &oldest, "--profile", "minimal"])?;
    let mut words = vec!["run", &oldest, "cargo", "check", "--locked"];
    words.extend(release::PUBLISHED.iter().flat_map(|name| ["--package", name]));
    program("rustup", &words)
}

fn deny() -> Result<(), Failure> {
    installed("cargo-deny", "cargo-deny")?;
    cargo(&["deny", "--workspace", "check"])
}

fn typos() -> Result<(), Failure> {
    installed("typos", "typos-cli")?;
    program("typos", &[])
}

fn installed(name: &str, package: &str) -> Result<(), Failure> {
    if runs(name, &["--version"]) {
        return Ok(());
    }
    Err(Failure::input([format!("{name} is not installed: cargo install --locked {package}")]))
}
