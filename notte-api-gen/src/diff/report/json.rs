//! The report for programs, as `docs/diff-report.schema.json` describes it.

use serde_json::{Value, json};

use crate::diff::{Bump, Change, Fate, Item, Report, Side, Verdict};

/// The version of the form: it goes up when a program that reads it would have to change.
const VERSION: u32 = 1;

pub(super) fn write(report: &Report) -> String {
    let advice = report.advice();
    let ignored = report.ignored.iter().map(|(change, reason)| {
        json!({ "fingerprint": change.fingerprint, "rule": change.rule.id, "place": change.place, "reason": reason })
    });
    let value = json!({
        "version": VERSION,
        "old": side(&report.old),
        "new": side(&report.new),
        "compile_unknown": report.compile_unknown(),
        "changes": report.changes.iter().map(change).collect::<Vec<_>>(),
        "ignored": ignored.collect::<Vec<_>>(),
        "advice": {
            "bump": match advice.bump {
                Bump::None => "none",
                Bump::Compatible => "compatible",
                Bump::Breaking => "breaking",
            },
            "reason": advice.reason,
            "because": advice.because,
        },
    });
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

fn side(side: &Side) -> Value {
    json!({
        "name": side.name,
        "title": side.title,
        "version": side.version,
        "operations": side.operations,
        "schemas": side.schemas,
        "not_generated": side.surface.as_ref().err(),
    })
}

fn change(change: &Change) -> Value {
    json!({
        "fingerprint": change.fingerprint,
        "rule": change.rule.id,
        "family": change.rule.family,
        "says": change.rule.says,
        "place": change.place,
        "old_pointer": change.pointers[0],
        "new_pointer": change.pointers[1],
        "old": change.old,
        "new": change.new,
        "wire": verdict(&change.wire),
        "compile": verdict(&change.compile),
        "behaviour": verdict(&change.behaviour),
        "items": change.items.iter().map(item).collect::<Vec<_>>(),
        "lines": change.lines.iter().map(|line| json!({ "file": line.file, "line": line.line, "item": line.item })).collect::<Vec<_>>(),
        "alias": change.alias,
    })
}

fn verdict(verdict: &Verdict) -> Value {
    json!({ "affected": verdict.affected, "reason": verdict.reason })
}

fn item(item: &Item) -> Value {
    json!({
        "fate": match item.fate {
            Fate::Added => "added",
            Fate::Removed => "removed",
            Fate::Changed => "changed",
            Fate::Renamed => "renamed",
        },
        "path": item.path,
        "new_path": item.new_path,
        "old": item.old,
        "new": item.new,
    })
}
