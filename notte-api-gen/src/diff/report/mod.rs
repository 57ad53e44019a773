//! A report in the form that somebody wants: people, a pull request, a program, a build log.

mod github;
pub(super) mod ignore;
mod json;
mod markdown;
mod table;
mod text;

use serde_json::Value;

pub use table::rule_table;

use super::{Change, Report};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For programs: `docs/diff-report.schema.json`.
    Json,
    /// Annotations of a GitHub workflow.
    Github,
}

impl Report {
    /// The report as text, with a line end. `files` are the two documents as annotations name them.
    pub fn write(&self, format: Format, files: [&str; 2]) -> String {
        match format {
            Format::Text => text::write(self),
            Format::Markdown => markdown::write(self),
            Format::Json => json::write(self),
            Format::Github => github::write(self, files),
        }
    }

    /// `59 -> 67 operations, …`
    fn headline(&self) -> String {
        let count = |wanted: &dyn Fn(&Change) -> bool| self.changes.iter().filter(|change| wanted(change)).count();
        let ignored = match self.ignored.len() {
            0 => String::new(),
            count => format!("; {count} ignored"),
        };
        format!(
            "{} -> {} operations, {} -> {} schemas; {}: {} break the wire, {} break callers, {} change behaviour{ignored}",
            self.old.operations,
            self.new.operations,
            self.old.schemas,
            self.new.schemas,
            plural(self.changes.len(), "change"),
            count(&|change| change.wire.affected),
            count(&|change| change.compile.affected),
            count(&|change| change.behaviour.affected),
        )
    }
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What was and what is, in a few words; nothing where there is nothing to show.
fn values(change: &Change) -> Option<String> {
    let show = |value: &Option<Value>| value.as_ref().map(excerpt);
    match (show(&change.old), show(&change.new)) {
        (Some(old), Some(new)) => Some(format!("{old} -> {new}")),
        (Some(old), None) => Some(format!("{old} -> nothing")),
        (None, Some(new)) => Some(format!("nothing -> {new}")),
        (None, None) => None,
    }
}

fn excerpt(value: &Value) -> String {
    const LIMIT: usize = 100;
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// An item with what became of it.
fn item(item: &super::Item) -> String {
    use super::Fate;
    let signature = |signature: &Option<String>| signature.clone().unwrap_or_default();
    match (item.fate, &item.new_path) {
        (Fate::Renamed, Some(new)) => format!("{} -> {new}", item.path),
        (Fate::Added, _) => format!("+ {}{}", item.path, beside(&signature(&item.new))),
        (Fate::Removed, _) => format!("- {}{}", item.path, beside(&signature(&item.old))),
        _ => format!("{}: {} -> {}", item.path, signature(&item.old), signature(&item.new)),
    }
}

fn beside(signature: &str) -> String {
    if signature.is_empty() { String::new() } else { format!(": {signature}") }
}
