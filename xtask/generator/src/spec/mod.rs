//! `cargo xtask spec …`: what the OpenAPI document says, and what is wrong with it.

mod adopt;
mod diff;
mod fetch;
mod scan;
mod source;
mod verify;

pub(crate) use fetch::Origin;

use std::path::PathBuf;

use notte_api_gen::{Failure as GenFailure, Severity};

use crate::codegen::Inputs;
use crate::output;
use crate::report::Failure;

/// Commands about the document.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Everything in a document that the generator cannot take, or that deserves a look.
    Lint {
        /// The document instead of the vendored one; overlays do not apply to it.
        #[arg(long, value_name = "PATH")]
        document: Option<PathBuf>,
    },
    /// What changed between two documents, and what that does on the wire, to source code and to behaviour.
    ///
    /// Exit codes: 0 below the threshold, 1 at or above it, 2 usage, 3 a document that cannot be read, 4 a change that
    /// no rule knows.
    Diff(diff::Args),
    /// Gets upstream's document, if it is another than the last one.
    Fetch(fetch::Args),
    /// Makes a new document the vendored one: overlays, client, version, changelog and all, or nothing.
    Adopt(adopt::Args),
    /// Holds recorded answers, or those of the live service, against the document.
    Verify(verify::Args),
    /// Prints the page of the rules that `diff` knows: docs/diff-rules.md.
    Rules,
}

/// Runs a command.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Lint { document } => lint(document.as_ref()),
        Command::Diff(args) => diff::run(args),
        Command::Fetch(args) => fetch::run(args),
        Command::Adopt(args) => adopt::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Rules => {
            output::line(notte_api_gen::diff::rule_table().trim_end());
            Ok(())
        }
    }
}

/// Why there is no client, a line each.
fn lines(failure: &GenFailure) -> Vec<String> {
    match failure {
        GenFailure::Input(errors) => errors.iter().map(ToString::to_string).collect(),
        GenFailure::Lint(findings) => findings.iter().map(ToString::to_string).collect(),
    }
}

fn lint(document: Option<&PathBuf>) -> Result<(), Failure> {
    let inputs = Inputs::read(document, None, document.is_some())?;
    let findings = inputs.lint()?;
    for finding in &findings {
        output::line(&finding.to_string());
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let summary = format!("{}: {errors} errors, {} notes", inputs.document.0, findings.len() - errors);
    if errors > 0 {
        return Err(Failure::check([summary]));
    }
    output::line(&summary);
    Ok(())
}
