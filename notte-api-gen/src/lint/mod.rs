//! Says everything that is wrong with a document before the generator trips over it: all findings at once, never a panic.

mod document;
mod effective;
pub(crate) mod names;
mod schemas;
mod source;

use std::fmt;

use document::Document;
use serde_json::Value;

use crate::Pointer;
use crate::text::visible;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// No client is generated.
    Error,
    /// A client is generated; somebody should know.
    Note,
}

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where it is.
    pub pointer: Pointer,
    /// Which rule found it, one of [`rules`].
    pub rule: &'static str,
    /// Whether it stops the generator.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// What a run of [`source`] asks of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether a POST without an effect class is an error. It is, where overlays give the classes.
    pub effect_required: bool,
    /// Whether an operation that cannot be generated refuses the document, instead of being left out by name.
    pub strict: bool,
}

/// A rule: its name and the function that looks for it.
struct Rule {
    name: &'static str,
    check: fn(&Document<'_>, &mut Report),
}

/// The names of all rules.
pub fn rules() -> Vec<&'static str> {
    let mut names: Vec<_> = source::RULES.iter().chain(effective::RULES).map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Checks a document as it is after normalising and overlaying (dialect 3.0). Sorted by pointer.
pub fn source(value: &Value, options: Options) -> Vec<Finding> {
    run(&Document::new(value, options), source::RULES)
}

/// Checks the hardened document: everything the code generator below would panic on or get wrong. Sorted by pointer.
pub fn effective(value: &Value) -> Vec<Finding> {
    let options = Options { effect_required: true, strict: true };
    run(&Document::new(value, options), effective::RULES)
}

fn run(document: &Document<'_>, rules: &[Rule]) -> Vec<Finding> {
    let mut report = Report::default();
    for rule in rules {
        report.rule = rule.name;
        (rule.check)(document, &mut report);
    }
    report.findings.sort();
    report.findings.dedup();
    report.findings
}

/// Collects the findings of one rule after the other.
#[derive(Debug, Default)]
struct Report {
    rule: &'static str,
    findings: Vec<Finding>,
}

impl Report {
    fn error(&mut self, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        self.push(Severity::Error, at, message.into(), help.into());
    }

    fn note(&mut self, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        self.push(Severity::Note, at, message.into(), help.into());
    }

    fn push(&mut self, severity: Severity, at: &Pointer, message: String, help: String) {
        self.findings.push(Finding { pointer: at.clone(), rule: self.rule, severity, message, help });
    }

    /// Whether a rule before this one found an error at `at` or inside it.
    fn has_error_within(&self, at: &Pointer) -> bool {
        let inside = format!("{}/", at.as_str());
        self.findings.iter().any(|finding| {
            finding.severity == Severity::Error
                && (finding.pointer == *at || finding.pointer.as_str().starts_with(&inside))
        })
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Note => "note",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, rule, severity, message, help } = self;
        let line = format!("{severity}[{rule}] {pointer}: {message} ({help})");
        f.write_str(&visible(&line))
    }
}

impl From<&Finding> for crate::Error {
    fn from(finding: &Finding) -> Self {
        Self::new(format!("{} [{}]", finding.message, finding.rule))
            .at(finding.pointer.to_string())
            .help(finding.help.clone())
    }
}
