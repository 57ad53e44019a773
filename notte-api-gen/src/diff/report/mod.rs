//! A report in the form that somebody wants: people, a pull request, a program, a build log.

mod digest;
mod github;
mod html;
pub(super) mod ignore;
mod json;
mod markdown;
mod table;
mod text;

use serde_json::Value;

pub use html::escape;
pub use table::rule_table;

use super::{Change, Report};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: one page, with what decides.
    Digest,
    /// For people: every change.
    Text,
    /// For people: every change, as a page with filters.
    Html,
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
            Format::Digest => digest::write(self),
            Format::Text => text::write(self),
            Format::Html => html::write(self),
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
        let unknown =
            self.compile_unknown().map(|why| visible(&format!("; what callers must change is unknown: {why}")));
        let unknown = unknown.unwrap_or_default();
        format!(
            "{} -> {} operations, {} -> {} schemas; {}: {} break the wire, {} source, {} change behaviour{ignored}{unknown}",
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

/// Whether a reader does not see the character, or sees others in another order because of it.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Text of somebody else's on one line, with nothing in it that a terminal obeys.
fn visible(text: &str) -> String {
    let shown = |c: char| if is_unseen(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// What was and what is, in a few words; nothing where there is nothing to show.
fn values(change: &Change) -> Option<String> {
    let text = |value: &Option<Value>| value.as_ref().map(text);
    let (old, new) = (text(&change.old), text(&change.new));
    // Two long values are shown from where they differ.
    let same = match (&old, &new) {
        (Some(old), Some(new)) => old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count(),
        _ => 0,
    };
    let show = |value: Option<String>| value.map(|value| excerpt(&value, same));
    match (show(old), show(new)) {
        (Some(old), Some(new)) => Some(format!("{old} -> {new}")),
        (Some(old), None) => Some(format!("{old} -> nothing")),
        (None, Some(new)) => Some(format!("nothing -> {new}")),
        (None, None) => None,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// A part of a text, around the character from which on it differs.
fn excerpt(text: &str, differs: usize) -> String {
    const LIMIT: usize = 100;
    const BEFORE: usize = 30;
    let count = text.chars().count();
    let start = if count > LIMIT { differs.saturating_sub(BEFORE).min(count - LIMIT.min(count)) } else { 0 };
    let shown: String = text.chars().skip(start).take(LIMIT).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if start + LIMIT < count { "…" } else { "" };
    visible(&format!("{before}{shown}{after}"))
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
