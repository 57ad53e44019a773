//! What is written about an adoption: a changelog entry, and the text of a pull request.

use std::fmt::Write;

use notte_api_gen::diff::{Change, Format, Report};

use super::version::Raised;

/// What the changelog's entries stand under.
const UNRELEASED: &str = "## Unreleased\n";

/// The changelog with an entry for the adoption, as the first under Unreleased.
pub(super) fn changelog(text: &str, report: &Report, raised: &Raised) -> Option<String> {
    let (before, after) = text.split_once(UNRELEASED)?;
    let mut entry = format!(
        "- The client follows a newer document ({} to {}): {} to {} operations.",
        raised.old, raised.new, report.old.operations, report.new.operations,
    );
    for change in &report.changes {
        let effects = effects(change);
        if effects.is_empty() && change.rule.id != "operation-added" {
            continue;
        }
        let _ = write!(entry, "\n  - `{}`: {}", change.place, change.rule.says);
        if let Some(item) = change.items.iter().find(|item| item.breaks()) {
            let _ = write!(entry, " (`{}`)", item.path);
        }
        if !effects.is_empty() {
            let _ = write!(entry, ": {}", effects.join(", "));
        }
    }
    Some(format!("{before}{UNRELEASED}\n{entry}\n{}", after.trim_start_matches('\n')))
}

/// What users have to hear of.
fn effects(change: &Change) -> Vec<&'static str> {
    let effects = [
        (change.compile.affected, "breaks callers"),
        (change.wire.affected, "breaks the wire"),
        (change.behaviour.affected, "behaves differently"),
    ];
    effects.into_iter().filter(|(affected, _)| *affected).map(|(_, effect)| effect).collect()
}

/// The pull request's text.
pub(super) fn pull_request(report: &Report, raised: &Raised, dropped: &[String], source: &str) -> String {
    let mut text = format!("Adopts the document from {source}.\n\n");
    if raised.old != raised.new {
        let _ = writeln!(text, "Version {} becomes {}.\n", raised.old, raised.new);
    }
    if !dropped.is_empty() {
        text.push_str("Dropped from the overlays, because the document contains it by now:\n\n");
        for line in dropped {
            let _ = writeln!(text, "- {line}");
        }
        text.push('\n');
    }
    text.push_str(&shortened(&report.write(Format::Markdown, ["", ""])));
    text.push_str("\nThe workspace compiles. Before this is merged: `cargo xtask test`, and read the diff of `openapi/effective.json`.\n");
    text
}

/// As many whole lines as a pull request takes; what breaks stands first.
fn shortened(report: &str) -> String {
    const LONGEST: usize = 60_000;
    let mut short = String::new();
    for line in report.split_inclusive('\n') {
        if short.len() + line.len() > LONGEST {
            let left = report.lines().count() - short.lines().count();
            let _ = writeln!(short, "\n{left} more lines: `cargo xtask spec diff --full` shows all of them.");
            break;
        }
        short.push_str(line);
    }
    short
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use notte_api_gen::diff::Side;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_that_no_pull_request_takes_ends_with_a_whole_line() {
        let line = "word ".repeat(20) + "\n";
        assert_eq!(shortened(&line.repeat(3)), line.repeat(3));
        let short = shortened(&line.repeat(1000));
        assert!(short.len() < 65_536 && short.contains("406 more lines"), "{}", &short[short.len() - 200..]);
    }

    #[test]
    fn an_entry_goes_first_under_unreleased() {
        let side = |path: &str| {
            let document = json!({ "paths": { path: { "get": { "operationId": "a" } } } });
            Side::new("d", document, Err("not looked at".to_owned()))
        };
        let report = Report::of(side("/a"), side("/b"));
        let raised = Raised { old: "0.1.0".to_owned(), new: "0.2.0".to_owned(), files: Vec::new() };
        let text = changelog("# Changelog\n\n## Unreleased\n\n- Before.\n", &report, &raised).unwrap();
        assert!(
            text.starts_with("# Changelog\n\n## Unreleased\n\n- The client follows a newer document (0.1.0 to 0.2.0)"),
            "{text}"
        );
        assert!(text.contains("\n  - `a`: an operation moved to another path: breaks the wire\n"), "{text}");
        assert!(text.ends_with("\n- Before.\n"), "{text}");
        assert!(changelog("# Changelog\n", &report, &raised).is_none());
    }
}
