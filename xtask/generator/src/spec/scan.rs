//! Lines of Rust that may use an item: found by name, since only the compiler knows for sure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use notte_api_gen::diff::{Item, Line, Report};

use crate::workspace;

/// Lines of one item that are named at most.
const MOST: usize = 20;

/// Those of an item whose type no file names.
const UNSURE: usize = 3;

/// A line of a file, and the words in it.
struct Source {
    file: String,
    line: usize,
    text: String,
}

/// Adds to every change the lines below a folder that may use what it breaks.
pub(crate) fn note(report: &mut Report, name: &str, folder: &Path) {
    let lines = read(name, folder);
    let mut by_word: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut mentions: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (index, line) in lines.iter().enumerate() {
        for word in words(&line.text) {
            mentions.insert((line.file.as_str(), word));
            let found = by_word.entry(word).or_default();
            if found.last() != Some(&index) {
                found.push(index);
            }
        }
    }
    for change in &mut report.changes {
        for item in change.items.iter().filter(|item| item.breaks()) {
            let Some(use_of) = UseOf::item(item) else { continue };
            let candidates = by_word.get(use_of.word).into_iter().flatten().map(|index| &lines[*index]);
            let uses: Vec<&Source> = candidates.filter(|line| use_of.is_in(&line.text)).collect();
            // A file that names the type is the likelier to mean its field.
            let named =
                |line: &&&Source| use_of.owner.is_some_and(|owner| mentions.contains(&(line.file.as_str(), owner)));
            let sure: Vec<&Source> = uses.iter().filter(named).copied().collect();
            let (uses, most) = if sure.is_empty() { (uses, UNSURE) } else { (sure, MOST) };
            let found: Vec<Line> = uses
                .into_iter()
                .take(most)
                .map(|line| Line { file: line.file.clone(), line: line.line, item: item.path.clone() })
                .filter(|line| !change.lines.contains(line))
                .collect();
            change.lines.extend(found);
        }
    }
}

/// How an item is written where it is used.
struct UseOf<'a> {
    word: &'a str,
    /// The type before `::`, for variants.
    owner: Option<&'a str>,
    form: Form,
}

enum Form {
    /// A type's name.
    Name,
    /// `.name(`
    Method,
    /// `.name`, `name:` or `name,` in a pattern.
    Field,
    /// `Type::Name`
    Variant,
}

impl<'a> UseOf<'a> {
    fn item(item: &'a Item) -> Option<Self> {
        let path = item.path.strip_prefix("notte_api::")?;
        if path.contains(' ') {
            return None;
        }
        let mut parts: Vec<&str> = path.split("::").collect();
        let word = parts.pop()?;
        let module = parts.first().copied().unwrap_or_default();
        let upper = word.starts_with(|first: char| first.is_ascii_uppercase());
        let owner = parts.pop().filter(|owner| owner.starts_with(|first: char| first.is_ascii_uppercase()));
        let form = match (owner, upper) {
            (None, _) => Form::Name,
            (Some(_), true) => Form::Variant,
            (Some("Client"), false) => Form::Method,
            (Some(_), false) if module == "types" && !path.contains("builder::") => Form::Field,
            (Some(_), false) => Form::Method,
        };
        // Every type or builder has these, and mocks are for tests.
        if module == "mock" || matches!(word, "builder" | "send" | "send_bytes" | "body" | "body_map" | "extra") {
            return None;
        }
        Some(Self { word, owner, form })
    }

    fn is_in(&self, text: &str) -> bool {
        text.match_indices(self.word).any(|(start, word)| {
            let (before, after) = (&text[..start], &text[start + word.len()..]);
            let part = |c: char| c.is_alphanumeric() || c == '_';
            if before.ends_with(part) || after.starts_with(part) {
                return false;
            }
            match self.form {
                Form::Name => true,
                Form::Method => before.ends_with('.') && after.starts_with('('),
                Form::Field => {
                    (before.ends_with('.') && !after.starts_with('('))
                        || after.trim_start().starts_with(':') && !after.trim_start().starts_with("::")
                }
                Form::Variant => self.owner.is_some_and(|owner| {
                    before.strip_suffix("::").is_some_and(|before| before.ends_with(owner) || before.ends_with("Self"))
                }),
            }
        })
    }
}

fn read(name: &str, folder: &Path) -> Vec<Source> {
    let mut lines = Vec::new();
    for path in workspace::tree(folder) {
        // The folder itself may well be below a `target`.
        let inside = path.strip_prefix(folder).unwrap_or(&path);
        let skipped = inside.components().any(|part| matches!(part.as_os_str().to_str(), Some("target" | ".git")));
        if skipped || path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let file = match path.strip_prefix(workspace::root()) {
            Ok(inside) => inside.display().to_string(),
            Err(_) => Path::new(name).join(inside).display().to_string(),
        };
        for (index, line) in text.lines().enumerate() {
            if !line.trim_start().starts_with("//") {
                lines.push(Source { file: file.clone(), line: index + 1, text: line.to_owned() });
            }
        }
    }
    lines
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}
