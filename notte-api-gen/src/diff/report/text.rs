//! The report for a terminal.

use std::fmt::Write;

use super::{item, plural, values, visible};
use crate::diff::{Bump, Change, Report, Verdict};

/// Items of one change that are listed; the count of the rest is.
const SHOWN: usize = 12;

pub(super) fn write(report: &Report) -> String {
    let names = visible(&format!("{} -> {}", report.old.name, report.new.name));
    let mut text = format!("{names}\n{}\n", report.headline());
    for change in &report.changes {
        text.push('\n');
        one(&mut text, change);
    }
    for (change, reason) in &report.ignored {
        let _ = writeln!(
            text,
            "\nignored [{}] {} {}: {reason}",
            change.fingerprint,
            change.rule.id,
            visible(&change.place)
        );
    }
    let advice = report.advice();
    let bump = match advice.bump {
        Bump::None => "no new version",
        Bump::Compatible => "a compatible version",
        Bump::Breaking => "a breaking version",
    };
    let _ = writeln!(text, "\nadvice: {bump} of notte-api and notte-ext: {}", advice.reason);
    text
}

fn one(text: &mut String, change: &Change) {
    let mark = |verdict: &Verdict, word: &'static str| if verdict.affected { word } else { "" };
    let marks: Vec<&str> =
        [mark(&change.wire, "WIRE"), mark(&change.compile, "COMPILE"), mark(&change.behaviour, "behaviour")]
            .into_iter()
            .filter(|mark| !mark.is_empty())
            .collect();
    let marks = if marks.is_empty() { "ok".to_owned() } else { marks.join(" ") };
    let _ = writeln!(
        text,
        "{marks}  {}: {}  [{} {}]",
        visible(&change.place),
        change.rule.says,
        change.rule.id,
        change.fingerprint
    );
    if let Some(values) = values(change) {
        let _ = writeln!(text, "    {values}");
    }
    for (name, verdict) in [("wire", &change.wire), ("compile", &change.compile), ("behaviour", &change.behaviour)] {
        let word = match (name, verdict.affected) {
            ("behaviour", true) => "changes",
            (_, true) => "breaks",
            (_, false) => "ok",
        };
        let _ = writeln!(text, "    {name} {word}: {}", verdict.reason);
    }
    for shown in change.items.iter().take(SHOWN) {
        let _ = writeln!(text, "        {}", item(shown));
    }
    if change.items.len() > SHOWN {
        let _ = writeln!(text, "        … and {} more", change.items.len() - SHOWN);
    }
    for line in change.lines.iter().take(SHOWN) {
        let _ = writeln!(text, "        {}:{} may use {}", line.file, line.line, line.item);
    }
    if change.lines.len() > SHOWN {
        let _ = writeln!(text, "        … and {}", plural(change.lines.len() - SHOWN, "more line"));
    }
    if let Some(alias) = &change.alias {
        let _ = writeln!(text, "    alias: {alias}");
    }
}
