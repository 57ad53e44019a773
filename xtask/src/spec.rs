//! `cargo xtask spec …`: what the OpenAPI document says, and what is wrong with it.

use std::path::PathBuf;

use notte_api_gen::Severity;

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
}

/// Runs a command.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Lint { document } => lint(document.as_ref()),
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
