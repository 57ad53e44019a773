//! The checks of continuous integration as code: the workflow only names jobs.

use std::time::Instant;

use clap::ValueEnum;

use xtask::output;
use xtask::report::Failure;
use xtask::tools::{cargo, cargo_with};

use crate::{browser, generator, tidy};

/// Which job.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// One job; without it, every job.
    #[arg(value_enum)]
    job: Option<Job>,
}

/// A job of the workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Job {
    /// rustfmt.
    Fmt,
    /// The repository's own rules.
    Tidy,
    /// What is generated is what the document says.
    Codegen,
    /// clippy, warnings denied.
    Clippy,
    /// Every test.
    Test,
    /// The documentation, as docs.rs builds it, warnings denied.
    Docs,
    /// The offered feature sets build.
    Features,
    /// The published crates package and build from their packages.
    Package,
}

/// Runs the job, or all.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let jobs = args.job.map_or_else(|| Job::value_variants().to_vec(), |job| vec![job]);
    for job in jobs {
        let started = Instant::now();
        run_job(job)?;
        output::progress(&format!("{job:?}: done in {:.1} s", started.elapsed().as_secs_f64()));
    }
    Ok(())
}

fn run_job(job: Job) -> Result<(), Failure> {
    match job {
        Job::Fmt => cargo(&["fmt", "--all", "--", "--check"]),
        Job::Tidy => tidy::run(),
        Job::Codegen => generator::run("codegen", &["--check"]),
        Job::Clippy => cargo(&[
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--features",
            "notte-api/httpmock",
            "--",
            "-D",
            "warnings",
        ]),
        Job::Test => test(),
        Job::Docs => cargo_with(
            &["doc", "--locked", "--workspace", "--no-deps", "--features", "notte-api/httpmock"],
            &[("RUSTDOCFLAGS", "-D warnings")],
        ),
        Job::Features => features(),
        Job::Package => cargo(&["package", "--locked", "--allow-dirty", "--workspace", "--no-verify"]),
    }
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

/// `cargo xtask test`: drift, rules, and every test and documentation example of the workspace.
pub(crate) fn test() -> Result<(), Failure> {
    generator::run("codegen", &["--check"])?;
    tidy::run()?;
    browser::ensure()?;
    cargo(&["test", "--locked", "--workspace", "--features", "notte-api/httpmock"])
}
