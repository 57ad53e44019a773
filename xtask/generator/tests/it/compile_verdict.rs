//! The compile verdict is true: a caller of each pair, written against the old crate, builds against the new one exactly
//! when `spec diff` says so.

#[path = "../../../../notte-api-gen/tests/it/diff/support.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::Pair;

use super::root;

/// As many as are compiled at least.
const ENOUGH: usize = 60;

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verdicts").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

/// A text of the pair of this number, whose names are its own among all pairs.
fn numbered(text: &str, number: usize) -> String {
    let mut own = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let starts = !(before.is_ascii_alphanumeric() || before == '_');
        let next = rest.peek().copied().unwrap_or(' ');
        match c {
            'X' if starts && next.is_ascii_uppercase() => write!(own, "C{number}").expect("written"),
            'x' if starts && (next == '_' || next == '/') => write!(own, "c{number}").expect("written"),
            c => own.push(c),
        }
        before = c;
    }
    own
}

fn merge(into: &mut Value, document: &Value, number: usize) {
    let own: Value = serde_json::from_str(&numbered(&document.to_string(), number)).expect("JSON");
    for pointer in ["/paths", "/components/schemas"] {
        let all = into.pointer_mut(pointer).and_then(Value::as_object_mut).expect("an object");
        all.extend(own.pointer(pointer).and_then(Value::as_object).expect("an object").clone());
    }
}

/// Generates a crate of all pairs' documents, with a caller of each as an example; answers which callers do not build.
fn broken(name: &str, document: &Value, callers: &BTreeMap<usize, String>) -> BTreeSet<usize> {
    let folder = scratch(name);
    let path = folder.join("document.json");
    std::fs::write(&path, document.to_string()).expect("written");
    let out = folder.join("crate");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask-generator"))
        .args(["codegen", "--no-overlays", "--document"])
        .arg(&path)
        .arg("--out")
        .arg(&out)
        .output()
        .expect("xtask runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::create_dir_all(out.join("examples")).expect("created");
    for (number, caller) in callers {
        let text =
            format!("#![allow(unused)]\nuse notte_api::{{Client, Error, builder, types}};\nfn main() {{}}\n{caller}\n");
        std::fs::write(out.join(format!("examples/c{number}.rs")), text).expect("written");
    }
    std::fs::copy(root().join("Cargo.lock"), out.join("Cargo.lock")).expect("copied");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated-target");
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).arg("--target-dir").arg(&target).current_dir(&out).output().expect("cargo runs")
    };
    cargo(&["clean", "--offline", "--package", "notte-api"]);
    let check = cargo(&["check", "--offline", "--examples", "--keep-going", "--message-format=json"]);
    let report = String::from_utf8_lossy(&check.stderr).into_owned();
    assert!(report.contains("Checking notte-api"), "nothing was checked: {report}");
    let messages = String::from_utf8_lossy(&check.stdout).into_owned();
    let mut broken = BTreeSet::new();
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if message["message"]["level"] == "error" {
            let example = message["target"]["name"].as_str().and_then(|name| name.strip_prefix('c')?.parse().ok());
            broken.insert(example.unwrap_or_else(|| panic!("the crate itself does not build: {message}")));
        }
    }
    broken
}

#[test]
fn a_caller_builds_exactly_when_the_verdict_says_so() {
    let pairs: Vec<Pair> = support::pairs();
    let empty = || {
        json!({
            "openapi": "3.0.3", "info": { "title": "Pairs", "version": "1" }, "paths": {}, "components": { "schemas": {} },
        })
    };
    let (mut old, mut new) = (empty(), empty());
    let mut callers = BTreeMap::new();
    let mut verdicts = BTreeMap::new();
    for (number, pair) in pairs.iter().enumerate() {
        let Some(caller) = &pair.caller else { continue };
        assert!(pair.old.get("document").is_none() && pair.new.get("document").is_none(), "{}", pair.rule);
        let (before, after) = (support::document(&pair.old), support::document(&pair.new));
        let report = support::report(&before, &after);
        verdicts.insert(number, report.changes.iter().any(|change| change.compile.affected));
        merge(&mut old, &before, number);
        merge(&mut new, &after, number);
        callers.insert(number, numbered(caller, number));
    }
    assert!(callers.len() >= ENOUGH, "only {} callers", callers.len());
    let before = broken("old", &old, &callers);
    assert!(before.is_empty(), "callers that do not build against the old crate: {:?}", named(&pairs, &before));
    let said: BTreeSet<usize> = verdicts.iter().filter(|(_, broken)| **broken).map(|(number, _)| *number).collect();
    let found = broken("new", &new, &callers);
    let lies: BTreeSet<usize> = found.difference(&said).copied().collect();
    assert!(lies.is_empty(), "said to compile, and does not: {:?}", named(&pairs, &lies));
    let fears: BTreeSet<usize> = said.difference(&found).copied().collect();
    assert!(fears.is_empty(), "said to break, and compiles: {:?}", named(&pairs, &fears));
}

fn named(pairs: &[Pair], numbers: &BTreeSet<usize>) -> Vec<String> {
    numbers.iter().map(|number| format!("{number} {}", pairs[*number].rule)).collect()
}
