//! What is left for a person after everything mechanical is done: a page on the terminal, in order, and all of it in a file.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::report::{Failure, io};
use crate::{output, workspace};

/// Where all of it is written: no part of the tree.
const FILE: &str = "target/spec-adopt.md";

/// What drops from the overlays what the document says by now.
const PATCH: &str = "target/spec-adopt.patch";

/// Lines of a step that are shown on the terminal.
const SHOWN: usize = 4;

/// Steps, in the order in which a person takes them.
#[derive(Debug, Default)]
pub(super) struct Todo {
    steps: Vec<(String, Vec<String>)>,
    patch: String,
}

impl Todo {
    /// Adds a step, if there is anything in it.
    pub(super) fn step(&mut self, what: impl FnOnce(usize) -> String, lines: Vec<String>) {
        if !lines.is_empty() {
            self.steps.push((what(lines.len()), lines));
        }
    }

    /// Adds what was changed of the overlays, as a patch to apply.
    pub(super) fn patch(&mut self, changed: &[(PathBuf, String, Option<String>)], dropped: &[String]) {
        for (path, old, new) in changed {
            let name = workspace::display(path);
            let to = if new.is_some() { format!("b/{name}") } else { "/dev/null".to_owned() };
            let mut diff = TextDiff::from_lines(old.as_str(), new.as_deref().unwrap_or_default());
            let _ = write!(self.patch, "{}", diff_text(&mut diff, &name, &to));
        }
        if !self.patch.is_empty() {
            let what = |count| {
                format!("git apply {PATCH}: drops {} that the document contains by now", plural(count, "correction"))
            };
            self.step(what, dropped.to_vec());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Writes everything to the files, shows a page of it, and is the command's failure.
    pub(super) fn fail(mut self, report: &str, command: &str) -> Result<Failure, Failure> {
        let root = workspace::root();
        write(&root.join(PATCH), &self.patch)?;
        self.steps.push((command.to_owned(), Vec::new()));
        let mut text = "# What the adoption needs\n".to_owned();
        output::line("\nTo do, in this order:");
        for (number, (what, lines)) in self.steps.iter().enumerate() {
            let _ = writeln!(text, "\n## {}. {what}\n", number + 1);
            output::line(&format!("{:>3}. {what}", number + 1));
            for (index, line) in lines.iter().enumerate() {
                let _ = writeln!(text, "- {}", line.replace(['\n', '\r'], " "));
                if index < SHOWN {
                    output::line(&format!("       {}", shortened(line)));
                }
            }
            if lines.len() > SHOWN {
                output::line(&format!("       … {} more in {FILE}", lines.len() - SHOWN));
            }
        }
        let _ = write!(text, "\n# What changed\n\n{report}");
        write(&root.join(FILE), &text)?;
        let steps = match self.steps.len() - 1 {
            1 => "1 step needs".to_owned(),
            count => format!("{count} steps need"),
        };
        let summary = format!("nothing was changed: {steps} a person; all of it is in {FILE}");
        Ok(Failure::check([summary]))
    }
}

/// `1 line`, `2 lines`.
pub(super) fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `once`, `2 times`.
pub(super) fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn diff_text(diff: &mut TextDiff<'_, '_, str>, name: &str, to: &str) -> String {
    diff.unified_diff().header(&format!("a/{name}"), to).to_string()
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| io(folder, "create", &error))?;
    std::fs::write(path, text).map_err(|error| io(path, "write", &error))
}

fn shortened(line: &str) -> String {
    const LONGEST: usize = 160;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
