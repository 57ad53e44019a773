//! The report for a pull request or a changelog.

use std::fmt::Write;

use super::{digest, item, plural, values, visible};
use crate::diff::{Change, Report};

/// Items of one change that are listed.
const SHOWN: usize = 6;

pub(super) fn write(report: &Report) -> String {
    let mut text = format!("```text\n{}```\n", digest::write(report).replace('`', "'"));
    let breaks = |change: &&Change| change.wire.affected || change.compile.affected;
    let behaves = |change: &&Change| !breaks(change) && change.behaviour.affected;
    let rest = |change: &&Change| !breaks(change) && !change.behaviour.affected;
    section(&mut text, "Breaks", report.changes.iter().filter(breaks).collect());
    section(&mut text, "Behaves differently", report.changes.iter().filter(behaves).collect());
    section(&mut text, "Harmless", report.changes.iter().filter(rest).collect());
    text
}

fn section(text: &mut String, title: &str, changes: Vec<&Change>) {
    if changes.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n### {title} ({})\n", changes.len());
    for change in changes {
        one(text, change);
    }
}

fn one(text: &mut String, change: &Change) {
    let affected = [("wire", &change.wire), ("compile", &change.compile), ("behaviour", &change.behaviour)];
    let affected: Vec<String> = affected
        .iter()
        .filter(|(_, verdict)| verdict.affected)
        .map(|(name, verdict)| format!("**{name}**: {}", verdict.reason))
        .collect();
    let values = values(change).map_or_else(String::new, |values| format!(" (`{}`)", values.replace('`', "'")));
    let _ = write!(text, "- `{}`: {}{values}", visible(&change.place).replace('`', "'"), change.rule.says);
    if !affected.is_empty() {
        let _ = write!(text, "; {}", affected.join("; "));
    }
    let _ = writeln!(text, " <sub>{} {}</sub>", change.rule.id, change.fingerprint);
    for shown in change.items.iter().filter(|item| item.breaks()).take(SHOWN) {
        let _ = writeln!(text, "  - `{}`", item(shown));
    }
    let more = change.items.iter().filter(|item| item.breaks()).count().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(text, "  - … and {}", plural(more, "more item"));
    }
    for line in change.lines.iter().take(SHOWN) {
        let _ = writeln!(text, "  - {}:{} may use `{}`", line.file, line.line, line.item);
    }
    if let Some(alias) = &change.alias {
        let _ = writeln!(text, "  - alias: `{alias}`");
    }
}
