//! The report as annotations of a GitHub workflow: one line a change that affects somebody.

use std::fmt::Write;

use super::values;
use crate::diff::{Change, Report};

pub(super) fn write(report: &Report, [old_file, new_file]: [&str; 2]) -> String {
    let mut text = String::new();
    for change in &report.changes {
        let level = match change {
            change if change.wire.affected || change.compile.affected => "error",
            change if change.behaviour.affected => "warning",
            _ => "notice",
        };
        // What went is only in OLD.
        let (file, pointer) = match (&change.old, &change.new) {
            (Some(_), None) => (old_file, &change.pointers[0]),
            _ => (new_file, &change.pointers[1]),
        };
        let title = format!("{} {}", change.rule.id, change.fingerprint);
        let _ = writeln!(
            text,
            "::{level} file={},title={}::{}",
            property(file),
            property(&title),
            data(&message(change, pointer))
        );
    }
    let _ = writeln!(text, "::notice title=spec diff::{}", data(&report.headline()));
    text
}

fn message(change: &Change, pointer: &str) -> String {
    let mut message = format!("{}: {}", change.place, change.rule.says);
    if let Some(values) = values(change) {
        let _ = write!(message, " ({values})");
    }
    for (name, verdict) in [("wire", &change.wire), ("compile", &change.compile), ("behaviour", &change.behaviour)] {
        if verdict.affected {
            let _ = write!(message, "; {name}: {}", verdict.reason);
        }
    }
    let _ = write!(message, "; at {pointer}");
    message
}

/// A workflow command ends at a line end.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
