//! The report on one page: the verdict, what was renamed, what breaks by operation, and the rest in numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{plural, visible};
use crate::diff::rename::words::split;
use crate::diff::uses::operations_by_component;
use crate::diff::{Bump, Change, Report};

/// Lines in all.
const PAGE: usize = 60;

/// Renames and rules that are shown, places of one rule, lines of one file, and names of operations.
const RENAMES: usize = 6;
const RULES: usize = 5;
const PLACES: usize = 3;
const LINES: usize = 4;
const NAMES: usize = 4;

pub(super) fn write(report: &Report) -> String {
    let is_breaking = |change: &&Change| breaks(change) && !is_rename(change);
    let rest = |wanted: &dyn Fn(&Change) -> bool| -> Vec<&Change> {
        let rest = report.changes.iter().filter(|change| !breaks(change) && !is_rename(change));
        rest.filter(|change| change.rule.id != "operation-added" && wanted(change)).collect()
    };
    let renamed: Vec<&Change> = report.changes.iter().filter(|change| is_rename(change)).collect();
    let added = report.changes.iter().filter(|change| change.rule.id == "operation-added");
    let mut head = verdict(report);
    section(&mut head, "Renamed (W: breaks the wire, S: breaks source)", renames(&renamed));
    let mut tail = Vec::new();
    section(&mut tail, "New operations", added_operations(&added.collect::<Vec<_>>()));
    section(&mut tail, "Behaves differently", by_rule(&rest(&|change| change.behaviour.affected)));
    section(&mut tail, "Compatible", by_rule(&rest(&|change| !change.behaviour.affected)));
    if !report.ignored.is_empty() {
        tail.extend([String::new(), format!("Ignored: {}", plural(report.ignored.len(), "change"))]);
    }
    tail.push(String::new());
    tail.push("Every change, with its reason and fingerprint: --full, or --format html, markdown or json".to_owned());
    let breaking: Vec<&Change> = report.changes.iter().filter(is_breaking).collect();
    let room = PAGE.saturating_sub(head.len() + tail.len() + 2);
    let title = "Breaks the wire (W) or source (S), by the operations that use it";
    section(&mut head, title, by_operation(report, &breaking, room));
    head.extend(tail);
    head.join("\n") + "\n"
}

fn verdict(report: &Report) -> Vec<String> {
    let count = |wanted: &dyn Fn(&Change) -> bool| report.changes.iter().filter(|change| wanted(change)).count();
    let [wire, source, behaviour] = [
        count(&|change| change.wire.affected),
        count(&|change| change.compile.affected),
        count(&|change| change.behaviour.affected),
    ];
    let unknown = report.compile_unknown();
    let word = match (wire + source, behaviour, &unknown) {
        _ if report.changes.is_empty() => "UNCHANGED",
        (0, _, Some(_)) => "UNKNOWN",
        (0, 0, None) => "COMPATIBLE",
        (0, _, None) => "COMPATIBLE, but something behaves differently",
        _ => "BREAKING",
    };
    let advice = report.advice();
    let bump = match advice.bump {
        Bump::None => "no new version",
        Bump::Compatible => "a compatible version",
        Bump::Breaking => "a breaking version",
    };
    let source = if unknown.is_some() { "an unknown number break".to_owned() } else { format!("{source} break") };
    let mut lines = vec![
        visible(&format!("{} -> {}", report.old.name, report.new.name)),
        format!(
            "{word}: of {}, {wire} break the wire, {source} source, {behaviour} change behaviour",
            plural(report.changes.len(), "change")
        ),
        format!("Release {bump} of notte-api and notte-ext: {}", advice.reason),
        format!(
            "{} -> {} operations, {} -> {} schemas",
            report.old.operations, report.new.operations, report.old.schemas, report.new.schemas
        ),
    ];
    lines.extend(unknown.map(|why| visible(&format!("What callers must change is unknown: {why}"))));
    for (rule, what) in [("unhandled", "No rule covers"), ("not-compared", "Not compared, and changed")] {
        let found = report.changes.iter().filter(|change| change.rule.id == rule);
        let places: Vec<String> = found.map(|change| visible(&change.place)).collect();
        if !places.is_empty() {
            lines.push(format!("{what}: {}", listed(&places, PLACES, "place")));
        }
    }
    lines
}

fn section(lines: &mut Vec<String>, title: &str, content: Vec<String>) {
    if !content.is_empty() {
        lines.extend([String::new(), title.to_owned()]);
        lines.extend(content.into_iter().map(|line| format!("  {line}")));
    }
}

fn breaks(change: &Change) -> bool {
    change.wire.affected || change.compile.affected
}

fn is_rename(change: &Change) -> bool {
    change.rule.id.ends_with("-renamed") && change.rule.family != "enums"
}

/// One line for each word that took the place of another, however many names it is in; then the other renames.
fn renames(changes: &[&Change]) -> Vec<String> {
    let mut by_words: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut code: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for &change in changes {
        let text = |value: &Option<serde_json::Value>| {
            value.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned()
        };
        let (old, new) = (text(&change.old), text(&change.new));
        let title = exchanged(&old, &new).unwrap_or_else(|| visible(&format!("{old} -> {new}")));
        let kind = change.rule.id.trim_end_matches("-renamed");
        let count = if kind == "operation" || kind == "schema" { 1 } else { change.keys.len() };
        code.entry(title.clone()).or_default().push(change);
        *by_words.entry(title).or_default().entry(kind).or_default() += count;
    }
    let mut lines: Vec<(usize, String)> = by_words
        .into_iter()
        .map(|(title, kinds)| {
            let all: usize = kinds.values().sum();
            let kind = |(kind, count): (&&str, &usize)| match *kind {
                "path-prefix" => format!("the paths of {}", plural(*count, "operation")),
                "path-variable" => format!("a path variable of {}", plural(*count, "operation")),
                "property" if *count > 1 => format!("{count} properties"),
                kind => plural(*count, kind),
            };
            let used = used_at(&code[&title]).map(|places| format!("; used at {places}")).unwrap_or_default();
            let marks = marks(&code[&title]);
            (all, format!("{marks} {title}: {}{used}", kinds.iter().map(kind).collect::<Vec<_>>().join(", ")))
        })
        .collect();
    lines.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    shortened(lines.into_iter().map(|(_, line)| line).collect(), RENAMES, "more rename")
}

/// The one word that was exchanged between two names that are otherwise the same: `workflow -> function`.
fn exchanged(old: &str, new: &str) -> Option<String> {
    if let Some(twin) = new.strip_prefix(old).filter(|twin| ["-Input", "-Output"].contains(twin)) {
        return Some(format!("X -> X{twin}"));
    }
    let (olds, news) = (split(old), split(new));
    if olds.len() != news.len() {
        return None;
    }
    let pairs: BTreeSet<(&String, &String)> = olds.iter().zip(&news).filter(|(old, new)| old != new).collect();
    let [(old, new)] = pairs.into_iter().collect::<Vec<_>>()[..] else { return None };
    Some(visible(&format!("{old} -> {new}")))
}

/// The changes by the set of operations that use what they are about; what hits code comes first.
fn by_operation(report: &Report, changes: &[&Change], room: usize) -> Vec<String> {
    let uses = [operations_by_component(&report.old.document), operations_by_component(&report.new.document)];
    let mut groups: BTreeMap<BTreeSet<&str>, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        let mut operations = BTreeSet::new();
        for key in &change.keys {
            operations.extend(key.operation.as_ref().map(|ids| ids[1].as_str()));
            for (uses, name) in uses.iter().zip(key.component.iter().flatten()) {
                operations.extend(uses.get(name.as_str()).into_iter().flatten().copied());
            }
        }
        groups.entry(operations).or_default().push(change);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    let hits = |changes: &[&Change]| changes.iter().map(|change| change.lines.len()).sum::<usize>();
    groups.sort_by_key(|(operations, changes)| {
        (std::cmp::Reverse(hits(changes)), std::cmp::Reverse(changes.len()), operations.clone())
    });
    let mut lines = Vec::new();
    let mut groups = groups.as_slice();
    while let Some(((operations, changes), rest)) = groups.split_first() {
        let group = group(operations, changes);
        // The last line says how many are left.
        if lines.len() + group.len() + usize::from(!rest.is_empty()) > room {
            break;
        }
        lines.extend(group);
        groups = rest;
    }
    if !groups.is_empty() {
        let count: usize = groups.iter().map(|(_, changes)| changes.len()).sum();
        let operations: BTreeSet<&str> = groups.iter().flat_map(|(operations, _)| operations).copied().collect();
        lines.push(format!("{count} more, of {}", plural(operations.len(), "operation")));
    }
    lines
}

/// What breaks for these operations, a line a rule, and where code uses it.
fn group(operations: &BTreeSet<&str>, changes: &[&Change]) -> Vec<String> {
    let names: Vec<String> = operations.iter().map(|name| visible(name)).collect();
    let mut lines = vec![if names.is_empty() { "no operation".to_owned() } else { listed(&names, NAMES, "operation") }];
    for (rule, places) in by_rule_with_marks(changes) {
        lines.push(format!("  {rule}: {}", listed(&places, PLACES, "place")));
    }
    lines.extend(used_at(changes).map(|places| format!("  used at {places}")));
    lines
}

/// The lines of code that may use what changes, by file.
fn used_at(changes: &[&Change]) -> Option<String> {
    let mut files: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for line in changes.iter().flat_map(|change| &change.lines) {
        files.entry(&line.file).or_default().insert(line.line);
    }
    let one = |(file, lines): (&str, BTreeSet<usize>)| {
        let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
        let more = if lines.len() > LINES { ",…" } else { "" };
        format!("{}:{}{more}", visible(file), lines[..lines.len().min(LINES)].join(","))
    };
    let files: Vec<String> = files.into_iter().map(one).collect();
    (!files.is_empty()).then(|| listed(&files, PLACES, "file"))
}

/// A letter for the wire and one for source, where either breaks.
fn marks(changes: &[&Change]) -> String {
    let mark = |breaks: bool, mark: char| if breaks { mark } else { ' ' };
    let wire = changes.iter().any(|change| change.wire.affected);
    let source = changes.iter().any(|change| change.compile.affected);
    [mark(wire, 'W'), mark(source, 'S')].iter().collect()
}

/// The places of each rule, with the letters of what breaks.
fn by_rule_with_marks(changes: &[&Change]) -> Vec<(String, Vec<String>)> {
    let mut rules: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for change in changes {
        let key = (change.rule.id, format!("{} {}", marks(&[*change]), change.rule.says));
        rules.entry(key).or_default().push(visible(&change.place));
    }
    rules.into_iter().map(|((_, text), places)| (text, places)).collect()
}

fn added_operations(changes: &[&Change]) -> Vec<String> {
    let names: Vec<String> = changes.iter().map(|change| visible(&change.place)).collect();
    shortened(names.chunks(4).map(|names| names.join(", ")).collect(), 4, "more line")
}

/// The number of changes of each rule, the most frequent first.
fn by_rule(changes: &[&Change]) -> Vec<String> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for change in changes {
        *counts.entry((change.rule.id, change.rule.says)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
    let lines = counts.into_iter().map(|((id, says), count)| format!("{count:>4}  {says} ({id})")).collect();
    shortened(lines, RULES, "more kind")
}

fn shortened(mut lines: Vec<String>, most: usize, what: &str) -> Vec<String> {
    if lines.len() > most {
        let more = lines.split_off(most).len();
        lines.push(format!("… and {}", plural(more, what)));
    }
    lines
}

/// The first of many, and how many more there are.
fn listed(names: &[String], most: usize, what: &str) -> String {
    match names.len() {
        count if count > most => {
            format!("{} and {}", names[..most].join(", "), plural(count - most, &format!("more {what}")))
        }
        _ => names.join(", "),
    }
}
