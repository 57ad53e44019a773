//! What changed between two documents, and what each change means: on the wire, to source code, to behaviour.
//!
//! Documents are compared after normalise and overlay and before harden, so that neither dialect shows nor anything that
//! users must hear of is lost. What a change does to source is read from the two generated crates.

mod advice;
mod alias;
mod change;
mod compare;
mod merge;
mod operations;
mod place;
mod rename;
mod report;
mod rule;
mod rules;
mod surface;
mod uses;

use std::collections::BTreeMap;

use serde_json::Value;

pub use advice::{Advice, Bump, next};
pub use change::{Change, Fate, Item, Line, Verdict};
pub use report::{Format, escape, ignore::Ignored, ignore::parse as parse_ignored, rule_table};
pub use rule::{Rule, Source, Wire};
pub use rules::{RULES, by_id};
pub use surface::Surface;

use self::compare::Comparison;
use crate::{Failure, Input, Options, Severity};

/// One of the two documents.
#[derive(Debug)]
pub struct Side {
    /// What messages call it.
    pub name: String,
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// How many operations it has.
    pub operations: usize,
    /// How many components it has.
    pub schemas: usize,
    /// Normalised, overlaid, resolved.
    pub document: Value,
    /// What the document says and normalising leaves out, by JSON pointer.
    pub left_out: BTreeMap<String, Value>,
    /// What is generated from it, or why nothing is.
    pub surface: Result<Surface, String>,
}

impl Side {
    /// Reads a document and generates from it.
    ///
    /// # Errors
    /// When the document or an overlay cannot be read, or an overlay does not fit. A document that cannot be generated
    /// from is no error: its reason is kept.
    pub fn read(document: Input<'_>, overlays: &[Input<'_>], options: Options) -> Result<Self, Failure> {
        let overlaid = crate::overlaid(document, overlays)?;
        let surface = surface_of(&overlaid.value, options);
        let side = Self::new(document.name, overlaid.value, surface);
        let left_out = Self::left_out(document).map_err(|error| Failure::Input(vec![error]))?;
        Ok(Self { left_out, ..side })
    }

    /// What a document says and normalising leaves out, by JSON pointer.
    ///
    /// # Errors
    /// When the document cannot be read.
    pub fn left_out(document: Input<'_>) -> Result<BTreeMap<String, Value>, crate::Error> {
        let raw = crate::load(document.bytes, document.name)?.value;
        let (_, notes) = crate::normalise(raw.clone());
        let left_out = notes.into_iter().map(|note| {
            let pointer = note.pointer.to_string();
            let value = raw.pointer(&pointer).cloned().unwrap_or_else(|| note.message.into());
            (pointer, value)
        });
        Ok(left_out.collect())
    }

    /// A document, normalised, overlaid and resolved.
    ///
    /// # Errors
    /// When the document or an overlay cannot be read, or an overlay does not fit.
    pub fn document(document: Input<'_>, overlays: &[Input<'_>]) -> Result<Value, Vec<crate::Error>> {
        match crate::overlaid(document, overlays) {
            Ok(overlaid) => Ok(overlaid.value),
            Err(Failure::Input(errors)) => Err(errors),
            Err(Failure::Lint(findings)) => Err(findings.iter().map(crate::Error::from).collect()),
        }
    }

    /// A side of a document that is normalised and overlaid. Generates from it.
    pub fn of(name: &str, overlaid: Value, options: Options) -> Self {
        let (document, _) = crate::resolve(overlaid);
        let surface = surface_of(&document, options);
        Self::new(name, document, surface)
    }

    /// A side of a document that was read before.
    pub fn new(name: &str, document: Value, surface: Result<Surface, String>) -> Self {
        let text = |pointer| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            name: name.to_owned(),
            title: text("/info/title"),
            version: text("/info/version"),
            operations: crate::count_operations(&document),
            schemas: crate::model::object(document.pointer("/components/schemas")).count(),
            document,
            left_out: BTreeMap::new(),
            surface,
        }
    }
}

/// What would be generated from an overlaid document.
fn surface_of(document: &Value, options: Options) -> Result<Surface, String> {
    let error = |findings: Vec<crate::Finding>| {
        let error = findings.iter().find(|finding| finding.severity == Severity::Error);
        error.map_or(Ok(()), |finding| Err(crate::Error::from(finding).to_string()))
    };
    error(crate::lint::source(document, options))?;
    let hardened = crate::harden(document.clone());
    error(crate::lint::effective(&hardened))?;
    let api = crate::Api::read(&hardened).map_err(|error| error.to_string())?;
    let files = crate::emit(&hardened, &api).map_err(|error| error.to_string())?;
    Surface::read(&files).map_err(|error| error.to_string())
}

/// Everything that changed between two documents.
#[derive(Debug)]
pub struct Report {
    /// OLD.
    pub old: Side,
    /// NEW.
    pub new: Side,
    /// What changed: what breaks first, then by place.
    pub changes: Vec<Change>,
    /// Fingerprints that were ignored, with the reason.
    pub ignored: Vec<(Change, String)>,
}

impl Report {
    /// Compares two documents and what is generated from them.
    pub fn of(old: Side, new: Side) -> Self {
        let mut changes = changes(&old.document, &new.document);
        if let (Ok(old_surface), Ok(new_surface)) = (&old.surface, &new.surface) {
            surface::judge(&mut changes, [old_surface, new_surface], [&old.document, &new.document]);
        }
        changes.extend(compare::left_out(&old.left_out, &new.left_out));
        changes.sort_by_cached_key(|change| {
            let affected = [change.compile.affected, change.wire.affected, change.behaviour.affected];
            let weight = if affected[0] || affected[1] { 0 } else { 1 + u8::from(!affected[2]) };
            (weight, change.place.clone(), change.rule.id)
        });
        Self { old, new, changes, ignored: Vec::new() }
    }

    /// Why nobody knows what the changes do to source: one of the documents cannot be generated from.
    pub fn compile_unknown(&self) -> Option<String> {
        let why = |side: &Side, name: &str| {
            Some(format!("{name} cannot be generated from: {}", side.surface.as_ref().err()?))
        };
        why(&self.old, "OLD").or_else(|| why(&self.new, "NEW"))
    }

    /// Whether the two have nothing in common: then they are not two versions of one API.
    pub fn are_strangers(&self) -> bool {
        let gone = self.changes.iter().filter(|change| change.rule.id == "operation-removed").count();
        self.old.title != self.new.title
            && self.old.operations >= 3
            && self.new.operations >= 3
            && gone == self.old.operations
    }
}

/// Everything that changed between two normalised and overlaid documents. What that does to source is not looked at.
pub fn changes(old: &Value, new: &Value) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let renames = rename::find(old, new);
    let renamed = rename::renamed(old, &renames.schemas);
    let new = &rename::renamed(new, &renames.split);
    let uses = uses::Uses::of([&renamed, new]);
    let mut cx = Comparison::new(&renamed, new, &renames, &uses);
    rules::document::compare(&mut cx, &renamed, new);
    cx.components();
    operations::compare(&mut cx, &renames.operations, &renamed, new);
    merge::alike(cx.finish())
}
