//! `cargo xtask spec diff`: two documents, compared.

use std::path::PathBuf;

use clap::ValueEnum;
use notte_api_gen::diff::{Change, Format, Report, Side, parse_ignored};
use notte_api_gen::{Input, Options};

use super::scan;
use super::source::{self, Source};
use crate::report::Failure;
use crate::{output, provenance, workspace};

/// What to compare, and how to tell it.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// The document as it was: a file, or a file of a git revision, such as HEAD~1:openapi/notte-openapi.yml.
    old: String,
    /// The document as it is.
    new: String,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t)]
    format: FormatArg,
    /// Every change in full, instead of the digest.
    #[arg(long)]
    full: bool,
    /// From which changes on the exit code is 1.
    #[arg(long, value_enum, default_value_t)]
    fail_on: Threshold,
    /// Apply the overlays of this folder to both documents; without it none are.
    #[arg(long, value_name = "DIR")]
    overlays: Option<PathBuf>,
    /// Name the lines of this workspace that may use what changed.
    #[arg(long, value_name = "PATH")]
    consumer: Option<PathBuf>,
    /// Changes that are accepted: a list `ignore` of fingerprint, reason and expires.
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,
}

/// For whom the report is.
#[derive(Debug, Clone, Copy, Default, PartialEq, ValueEnum)]
pub(crate) enum FormatArg {
    /// People at a terminal: a digest, or every change with --full.
    #[default]
    Text,
    /// People with a browser: one page with filters, and both signatures side by side.
    Html,
    /// A pull request.
    Markdown,
    /// Programs.
    Json,
    /// The log of a GitHub workflow.
    Github,
}

/// From which changes on the command fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, ValueEnum)]
pub(crate) enum Threshold {
    /// A client built from OLD no longer talks to a server of NEW.
    Wire,
    /// Source written against the old crate no longer builds.
    #[default]
    Compile,
    /// Something behaves differently, or worse.
    Behaviour,
    /// Any change.
    Any,
    /// None.
    None,
}

impl Threshold {
    fn is_met_by(self, change: &Change) -> bool {
        let broken = change.wire.affected || change.compile.affected;
        match self {
            Self::Wire => change.wire.affected,
            Self::Compile => change.compile.affected,
            Self::Behaviour => broken || change.behaviour.affected,
            Self::Any => true,
            Self::None => false,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let (old, new) = (source::read(&args.old)?, source::read(&args.new)?);
    let mut report = compare(&old, &new, args.overlays.as_ref())?;
    if report.are_strangers() {
        return Err(Failure::input([format!(
            "{} ({}) and {} ({}) are two different APIs: no operation is in both",
            args.old, report.old.title, args.new, report.new.title
        )]));
    }
    scan::note(&mut report, "notte-ext", &workspace::root().join("notte-ext/src"));
    if let Some(consumer) = &args.consumer {
        if !consumer.is_dir() {
            return Err(Failure::input([format!("{}: no folder, so it holds no workspace", consumer.display())]));
        }
        scan::note(&mut report, &consumer.display().to_string(), consumer);
    }
    if let Some(path) = &args.ignore {
        let entries = parse_ignored(&workspace::read(path)?, &path.display().to_string())
            .map_err(|error| Failure::input([error.to_string()]))?;
        for note in report.ignore(&entries, &provenance::today()) {
            output::progress(&format!("ignore: {note}"));
        }
    }
    let format = match args.format {
        FormatArg::Text if args.full => Format::Text,
        FormatArg::Text => Format::Digest,
        FormatArg::Html => Format::Html,
        FormatArg::Markdown => Format::Markdown,
        FormatArg::Json => Format::Json,
        FormatArg::Github => Format::Github,
    };
    output::line(report.write(format, [&old.file, &new.file]).trim_end());
    let unhandled = report.changes.iter().filter(|change| change.is_unhandled()).count();
    if unhandled > 0 {
        return Err(Failure::unhandled([format!(
            "{unhandled} changes that no rule knows; see `unhandled` in the report"
        )]));
    }
    if let Some(why) =
        report.compile_unknown().filter(|_| args.fail_on != Threshold::None && args.fail_on != Threshold::Wire)
    {
        return Err(Failure::check([format!("the compile verdict is unknown: {why}")]));
    }
    let met = report.changes.iter().filter(|change| args.fail_on.is_met_by(change)).count();
    if met > 0 {
        return Err(Failure::check([format!("{met} changes at or above the threshold")]));
    }
    Ok(())
}

/// Reads both documents, on two threads, and compares them.
fn compare(old: &Source, new: &Source, overlays: Option<&PathBuf>) -> Result<Report, Failure> {
    let mut files = Vec::new();
    if let Some(folder) = overlays {
        for path in workspace::files(folder, &["yaml", "yml", "json"])? {
            files.push((workspace::display(&path), workspace::read(&path)?));
        }
    }
    let overlays: Vec<Input<'_>> = files.iter().map(|(name, bytes)| Input { name, bytes }).collect();
    let side = |source: &Source| {
        let input = Input { name: &source.name, bytes: &source.bytes };
        Side::read(input, &overlays, Options { effect_required: false, strict: true })
            .map_err(|failure| Failure::unreadable(super::lines(&failure)))
    };
    let (old, new) = std::thread::scope(|scope| {
        let other = scope.spawn(|| side(old));
        let new = side(new);
        (other.join(), new)
    });
    let old =
        old.unwrap_or_else(|_| Err(Failure::unreadable(["OLD: reading it panicked; please report the document"])))?;
    Ok(Report::of(old, new?))
}
