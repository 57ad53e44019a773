//! Generates a Rust client from an OpenAPI document. A pure library: bytes in, text out.
//!
//! The pipeline: load, normalise, overlay, lint, harden, lint, model, emit. One direction; no stage knows the next.

pub mod diff;
mod emit;
mod error;
mod format;
mod harden;
mod leave_out;
pub mod lint;
mod load;
mod model;
mod normalise;
pub mod overlay;
mod pointer;
mod text;

pub use emit::{File, emit};
pub use error::Error;
pub use harden::harden;
pub use leave_out::LeftOut;
pub use lint::{Finding, Options, Severity};
pub use load::{Dialect, Document, load};
pub use model::{Api, Body, Operation, Parameter, Part, Response, Style};
pub use normalise::{Note, PASSES, Pass, RESOLVING, normalise, resolve};
pub use pointer::Pointer;

use serde_json::Value;

/// A file's bytes and the name by which messages call it.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The name in messages.
    pub name: &'a str,
    /// The content.
    pub bytes: &'a [u8],
}

/// A generated client, and what was noticed on the way.
#[derive(Debug)]
pub struct Generation {
    /// The document after normalise, overlay and harden: what the client is really generated from.
    pub effective: String,
    /// The files of the client, relative to the crate's root.
    pub files: Vec<File>,
    /// What the effective document says.
    pub api: Api,
    /// Operations in the document before overlays.
    pub source_operations: usize,
    /// The licence that `info` names, or `none`.
    pub license: String,
    /// The operations that cannot be generated, each with its reason.
    pub left_out: Vec<LeftOut>,
    /// What normalising left out, and findings that are no errors.
    pub notes: Vec<String>,
}

/// Why there is no client.
#[derive(Debug)]
pub enum Failure {
    /// An input cannot be used: the document, or an overlay.
    Input(Vec<Error>),
    /// The document was read, and cannot be generated from.
    Lint(Vec<Finding>),
}

/// The pipeline up to lint.
struct Checked {
    effective: Value,
    license: String,
    source_operations: usize,
    notes: Vec<Note>,
    findings: Vec<Finding>,
    left_out: Vec<LeftOut>,
    refused: bool,
}

/// The whole pipeline.
///
/// # Errors
/// Every problem of the first stage that has one.
pub fn generate(document: Input<'_>, overlays: &[Input<'_>], options: Options) -> Result<Generation, Failure> {
    let Checked { effective, license, source_operations, notes, findings, left_out, refused } =
        check(document, overlays, options)?;
    if refused {
        return Err(Failure::Lint(findings));
    }
    let one = |error| Failure::Input(vec![error]);
    let api = Api::read(&effective).map_err(one)?;
    let mut files = emit(&effective, &api).map_err(one)?;
    if let Some(page) = files.iter_mut().find(|file| file.path == "API.md") {
        page.text.push_str(&emit::left_out(&left_out));
    }
    let effective = text::escaped_json(&serde_json::to_string_pretty(&effective).unwrap_or_default()) + "\n";
    let notes =
        notes.iter().map(|note| format!("note: {note}")).chain(findings.iter().map(ToString::to_string)).collect();
    Ok(Generation { effective, files, api, source_operations, license, left_out, notes })
}

/// Everything lint finds in a document, errors and notes.
///
/// # Errors
/// When the document or an overlay cannot be read or applied.
pub fn lint(document: Input<'_>, overlays: &[Input<'_>], options: Options) -> Result<Vec<Finding>, Failure> {
    check(document, overlays, options).map(|checked| checked.findings)
}

fn check(document: Input<'_>, overlays: &[Input<'_>], options: Options) -> Result<Checked, Failure> {
    let Overlaid { value, license, source_operations, notes } = overlaid(document, overlays)?;
    let leave_out::Left { effective, findings, left_out, mut refused } = leave_out::judged(value, options);
    refused |= options.strict && findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(Checked { effective, license, source_operations, notes, findings, left_out, refused })
}

/// The pipeline up to harden.
struct Overlaid {
    value: Value,
    license: String,
    source_operations: usize,
    notes: Vec<Note>,
}

fn overlaid(document: Input<'_>, overlays: &[Input<'_>]) -> Result<Overlaid, Failure> {
    let loaded = load(document.bytes, document.name).map_err(|error| Failure::Input(vec![error]))?;
    let (mut value, mut notes) = normalise(loaded.value);
    let license = value.pointer("/info/license/name").and_then(Value::as_str).unwrap_or("none").to_owned();
    let source_operations = count_operations(&value);

    let mut parsed = Vec::new();
    let mut errors = Vec::new();
    for file in overlays {
        match overlay::parse(file.bytes, file.name) {
            Ok(overlay) => parsed.push(overlay),
            Err(problems) => errors.extend(problems),
        }
    }
    if errors.is_empty() {
        errors.extend(overlay::apply(&mut value, &parsed).err().unwrap_or_default());
    }
    if !errors.is_empty() {
        return Err(Failure::Input(errors));
    }
    let (value, resolved) = resolve(value);
    notes.extend(resolved);
    Ok(Overlaid { value, license, source_operations, notes })
}

fn count_operations(document: &Value) -> usize {
    model::object(document.get("paths"))
        .map(|(_, item)| model::METHODS.iter().filter(|method| item.get(**method).is_some()).count())
        .sum()
}
