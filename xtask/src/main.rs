//! The workspace's own commands. What needs the generator is run from `xtask/generator`.

mod bench;
mod browser;
mod ci;
mod conformance;
mod demo;
mod generator;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::report::Failure;

/// Exit codes: 0 done; 1 a check failed (drift, lint errors, failing tests); 2 bad usage or input, nothing
/// written; `spec` commands besides: 3 a document that cannot be read, 4 a change that no rule knows.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 120)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates notte-api from the vendored document and its overlays.
    #[command(disable_help_flag = true)]
    Codegen(Passed),
    /// Commands about the OpenAPI document.
    #[command(disable_help_flag = true)]
    Spec(Passed),
    /// Starts notte-local and a small site, and shows a session on them from its start to its replay.
    Demo(demo::Args),
    /// Drives notte-local with the official Python SDKs, a fuzzer, Playwright and puppeteer. Needs Python and PyPI.
    Conformance(conformance::Args),
    /// Runs every test of the workspace.
    Test,
    /// Runs the checks of continuous integration: one job, or all of them.
    Ci(ci::Args),
    /// Checks the repository's own rules: layers, headers, line ends.
    Tidy,
    /// Measures.
    #[command(subcommand)]
    Bench(bench::Command),
}

/// The arguments of a command that another package reads.
#[derive(clap::Args)]
struct Passed {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    arguments: Vec<String>,
}

fn main() -> ExitCode {
    run(&Cli::parse().command).unwrap_or_else(|failure| {
        failure.print();
        ExitCode::from(failure.code())
    })
}

fn run(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Codegen(passed) => return generator::pass("codegen", &passed.arguments),
        Command::Spec(passed) => return generator::pass("spec", &passed.arguments),
        Command::Demo(args) => demo::run(args),
        Command::Conformance(args) => conformance::run(args),
        Command::Test => ci::test(),
        Command::Ci(args) => ci::run(args),
        Command::Tidy => tidy::run(),
        Command::Bench(command) => bench::run(command),
    }?;
    Ok(ExitCode::SUCCESS)
}
