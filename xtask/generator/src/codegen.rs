//! `cargo xtask codegen`: the document and its overlays become notte-api, or a crate of their own.

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use notte_api_gen::{Failure as GenFailure, Generation, Input, Options, Severity};
use serde_json::json;

use crate::drift::{Changes, Target};
use crate::output;
use crate::provenance::{self, Provenance};
use crate::report::Failure;
use crate::spec::Origin;
use crate::{package, workspace};

/// What to generate from, and where to.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// The OpenAPI document (YAML or JSON, 3.0 or 3.1) instead of the vendored one.
    #[arg(long, value_name = "PATH")]
    document: Option<PathBuf>,
    /// The folder of overlays instead of openapi/overlays.
    #[arg(long, value_name = "DIR", conflicts_with = "no_overlays")]
    overlays: Option<PathBuf>,
    /// Take the document as it is.
    #[arg(long)]
    no_overlays: bool,
    /// Write a complete crate that builds alone to this folder, instead of notte-api.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Refuse a document of which an operation cannot be generated. Implied unless `--no-overlays` is given.
    #[arg(long)]
    strict: bool,
    /// Write nothing: print what would change, exit with 1 if anything would.
    #[arg(long)]
    check: bool,
    /// How the summary is printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// For people or for machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// Lines.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// The inputs, read.
pub(crate) struct Inputs {
    pub(crate) document: (String, Vec<u8>),
    pub(crate) overlays: Vec<(String, Vec<u8>)>,
    pub(crate) options: Options,
}

impl Inputs {
    /// Reads the document and the overlays that apply to it.
    pub(crate) fn read(
        document: Option<&PathBuf>,
        overlays: Option<&PathBuf>,
        no_overlays: bool,
    ) -> Result<Self, Failure> {
        let named = |path: &PathBuf| Ok::<_, Failure>((workspace::display(path), workspace::read(path)?));
        let path = document.cloned().unwrap_or_else(workspace::document);
        let overlays = if no_overlays {
            Vec::new()
        } else {
            let folder = overlays.cloned().unwrap_or_else(workspace::overlays);
            workspace::files(&folder, &["yaml", "yml", "json"])?.iter().map(named).collect::<Result<_, _>>()?
        };
        Ok(Self {
            document: named(&path)?,
            overlays,
            options: Options { effect_required: !no_overlays, strict: !no_overlays },
        })
    }

    /// Runs the generator.
    pub(crate) fn generate(&self) -> Result<Generation, Failure> {
        notte_api_gen::generate(self.document(), &self.overlays(), self.options)
            .map_err(|failure| self.explain(failure))
    }

    /// Runs lint alone.
    pub(crate) fn lint(&self) -> Result<Vec<notte_api_gen::Finding>, Failure> {
        notte_api_gen::lint(self.document(), &self.overlays(), self.options).map_err(|failure| self.explain(failure))
    }

    fn document(&self) -> Input<'_> {
        Input { name: &self.document.0, bytes: &self.document.1 }
    }

    fn overlays(&self) -> Vec<Input<'_>> {
        self.overlays.iter().map(|(name, bytes)| Input { name, bytes }).collect()
    }

    fn explain(&self, failure: GenFailure) -> Failure {
        match failure {
            GenFailure::Input(errors) => Failure::input(errors.iter().map(ToString::to_string)),
            GenFailure::Lint(findings) => {
                let (errors, notes): (Vec<_>, Vec<_>) =
                    findings.iter().partition(|finding| finding.severity == Severity::Error);
                Failure::input(errors.iter().map(|finding| notte_api_gen::Error::from(*finding).to_string()))
                    .after(notes.iter().map(ToString::to_string).collect())
            }
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let started = Instant::now();
    let mut inputs = Inputs::read(args.document.as_ref(), args.overlays.as_ref(), args.no_overlays)?;
    inputs.options.strict |= args.strict;
    let generation = inputs.generate()?;
    let (target, reasons) = target(args, &inputs, &generation)?;
    let changes = if args.check { target.compare() } else { target.write()? };
    match args.format {
        Format::Json => output::line(&machine_summary(&generation, &changes, args.check).to_string()),
        Format::Text => human_summary(&inputs, &generation, &changes, args, started),
    }
    if args.check && changes.any() {
        let count = changes.written.len() + changes.deleted.len();
        let summary = format!("{count} files differ from what the document says; run `cargo xtask codegen`");
        let problems = reasons.into_iter().chain([summary]);
        return Err(Failure::check(problems).after(target.diff(&changes)));
    }
    Ok(())
}

/// The files to write, and the inputs that changed since the last run.
fn target(args: &Args, inputs: &Inputs, generation: &Generation) -> Result<(Target, Vec<String>), Failure> {
    let mut target = Target::default();
    let mut reasons = Vec::new();
    let root = args.out.clone().unwrap_or_else(|| workspace::root().join("notte-api"));
    for file in &generation.files {
        target.files.insert(root.join(&file.path), file.text.clone());
    }
    target.owned.push(root.join("src/generated"));
    if args.out.is_some() {
        package::surround(&root, &mut target)?;
        target.files.insert(root.join("effective.json"), generation.effective.clone());
    } else {
        let recorded = provenance::read(&provenance::path());
        let current = record(inputs, generation, recorded.as_ref());
        if let Some(recorded) = &recorded {
            reasons = provenance::changed_inputs(recorded, &current);
        }
        beside_the_client(&mut target, generation, &current)?;
    }
    Ok((target, reasons))
}

/// What is written of the workspace when a document from `source` is adopted.
pub(crate) fn workspace_target(
    inputs: &Inputs,
    generation: &Generation,
    origin: Option<&Origin>,
    source: &str,
) -> Result<Target, Failure> {
    let root = workspace::root().join("notte-api");
    let files = generation.files.iter().map(|file| (root.join(&file.path), file.text.clone()));
    let mut target = Target { files: files.collect(), owned: vec![root.join("src/generated")] };
    let mut current = record(inputs, generation, provenance::read(&provenance::path()).as_ref());
    source.clone_into(&mut current.document.source);
    if let Some(origin) = origin {
        current.document.retrieved.clone_from(&origin.fetched);
    }
    beside_the_client(&mut target, generation, &current)?;
    Ok(target)
}

fn beside_the_client(target: &mut Target, generation: &Generation, current: &Provenance) -> Result<(), Failure> {
    let openapi = workspace::root().join("openapi");
    target.files.insert(openapi.join("effective.json"), generation.effective.clone());
    target.files.insert(provenance::path(), provenance::text(current)?);
    Ok(())
}

/// What provenance.toml should say; a document that did not change keeps its source and date.
fn record(inputs: &Inputs, generation: &Generation, recorded: Option<&Provenance>) -> Provenance {
    let base = |name: &str| name.strip_prefix("openapi/").unwrap_or(name).to_owned();
    let sha256 = provenance::sha256(&inputs.document.1);
    let known = recorded.map(|recorded| &recorded.document);
    let same = known.filter(|known| known.sha256 == sha256);
    Provenance {
        document: provenance::Document {
            file: base(&inputs.document.0),
            source: known.map_or_else(|| "unknown".to_owned(), |known| known.source.clone()),
            license: generation.license.clone(),
            retrieved: same.map_or_else(provenance::today, |same| same.retrieved.clone()),
            sha256,
            version: generation.api.version.clone(),
            operations: generation.source_operations,
        },
        overlays: inputs
            .overlays
            .iter()
            .map(|(name, bytes)| provenance::File { file: base(name), sha256: provenance::sha256(bytes) })
            .collect(),
        effective: provenance::Effective {
            file: "effective.json".to_owned(),
            sha256: provenance::sha256(generation.effective.as_bytes()),
            operations: generation.api.operations.len(),
            schemas: generation.api.schemas.len(),
        },
    }
}

fn machine_summary(generation: &Generation, changes: &Changes, check: bool) -> serde_json::Value {
    let paths = |paths: &[PathBuf]| paths.iter().map(|path| workspace::display(path)).collect::<Vec<_>>();
    json!({
        "check": check,
        "source_operations": generation.source_operations,
        "operations": generation.api.operations.len(),
        "schemas": generation.api.schemas.len(),
        "written": paths(&changes.written),
        "deleted": paths(&changes.deleted),
        "unchanged": changes.unchanged,
        "left_out": generation.left_out.iter().map(|it| json!({"endpoint": it.endpoint, "reason": it.reason})).collect::<Vec<_>>(),
        "notes": generation.notes,
    })
}

fn human_summary(inputs: &Inputs, generation: &Generation, changes: &Changes, args: &Args, started: Instant) {
    for note in &generation.notes {
        output::progress(note);
    }
    output::line(&format!(
        "{}: {} operations, {} after {} overlays; {} schemas",
        inputs.document.0,
        generation.source_operations,
        generation.api.operations.len(),
        inputs.overlays.len(),
        generation.api.schemas.len(),
    ));
    for out in &generation.left_out {
        output::line(&format!("left out: {}: {}", out.endpoint, out.reason));
    }
    let (would, place) = match (&args.out, args.check) {
        (_, true) => ("would be ", String::new()),
        (Some(out), false) => ("", format!(" in {}", out.display())),
        (None, false) => ("", String::new()),
    };
    output::line(&format!(
        "{} files {would}written{place}, {} {would}deleted, {} unchanged ({:.2} s)",
        changes.written.len(),
        changes.deleted.len(),
        changes.unchanged,
        started.elapsed().as_secs_f64(),
    ));
}
