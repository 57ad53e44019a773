//! The workspace's own commands. The only crate that writes files; it depends on no generated code.

mod bench;
mod browser;
mod ci;
mod codegen;
mod conformance;
mod demo;
mod drift;
mod output;
mod package;
mod provenance;
mod report;
mod spec;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The generator builds and drops trees by the million: a quarter of its time was the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    Codegen(codegen::Args),
    /// Commands about the OpenAPI document.
    #[command(subcommand)]
    Spec(spec::Command),
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

fn main() -> ExitCode {
    let command = Cli::parse().command;
    // An adoption that was killed half way is completed before anybody looks at the tree.
    let result = spec::recover(workspace::root()).and_then(|()| run(&command));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}

fn run(command: &Command) -> Result<(), report::Failure> {
    match command {
        Command::Codegen(args) => codegen::run(args),
        Command::Spec(command) => spec::run(command),
        Command::Demo(args) => demo::run(args),
        Command::Conformance(args) => conformance::run(args),
        Command::Test => ci::test(),
        Command::Ci(args) => ci::run(args),
        Command::Tidy => tidy::run(),
        Command::Bench(command) => bench::run(command),
    }
}
