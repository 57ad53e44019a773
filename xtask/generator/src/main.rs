//! `cargo xtask codegen` and `cargo xtask spec`. Depends on no generated code, so a broken generation can be regenerated.

mod codegen;
mod drift;
mod package;
mod provenance;
mod spec;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{output, report, tools, transaction, workspace};

/// The generator builds and drops trees by the million: a quarter of its time was the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit codes: 0 done; 1 a check failed (drift, lint errors); 2 bad usage or input, nothing written; `spec`
/// commands besides: 3 a document that cannot be read, 4 a change that no rule knows.
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
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    // An adoption that was killed half way is completed before anybody looks at the tree.
    let result = transaction::recover(workspace::root()).and_then(|()| match &command {
        Command::Codegen(args) => codegen::run(args),
        Command::Spec(command) => spec::run(command),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}
