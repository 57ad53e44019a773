//! An operation that cannot be generated is left out by name, so that the rest of its document can be.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lint::{self, Finding, Options, Severity};
use crate::{harden, model};

/// An operation that is not in the client, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Method and path.
    pub endpoint: String,
    /// The first finding against it.
    pub reason: String,
}

/// What is left of a document.
pub(crate) struct Left {
    /// The hardened document.
    pub(crate) effective: Value,
    /// Everything that lint found, errors that left something out included.
    pub(crate) findings: Vec<Finding>,
    pub(crate) left_out: Vec<LeftOut>,
    /// Nothing is left, or what is wrong is no operation's.
    pub(crate) refused: bool,
}

/// Takes operations out until lint has nothing against the rest.
pub(crate) fn judged(mut document: Value, options: Options) -> Left {
    let mut left = Left { effective: Value::Null, findings: Vec::new(), left_out: Vec::new(), refused: true };
    loop {
        let source = lint::source(&document, options);
        let culprits = take_out(&mut document, &source, None, &mut left);
        merge(&mut left.findings, source);
        let Some(errors) = culprits else { return left };
        let effective = harden(document.clone());
        let found = lint::effective(&effective);
        let more = take_out(&mut document, &found, Some(&effective), &mut left);
        merge(&mut left.findings, found);
        match more {
            None => return left,
            Some(0) if errors == 0 => {
                left.refused = !left.left_out.is_empty() && operations(&document).is_empty();
                left.effective = effective;
                return left;
            }
            Some(_) => {}
        }
    }
}

fn merge(findings: &mut Vec<Finding>, new: Vec<Finding>) {
    findings.extend(new);
    findings.sort();
    findings.dedup();
}

/// Takes the operations at fault out of the document, and counts what was taken; `None` where no operation is at fault.
fn take_out(document: &mut Value, findings: &[Finding], effective: Option<&Value>, left: &mut Left) -> Option<usize> {
    let mut taken = 0;
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Error) {
        let path: Vec<String> = finding.pointer.as_str().split('/').skip(1).map(unescaped).collect();
        let seen = effective.unwrap_or(document);
        let culprits: Vec<(String, String)> = match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["paths", path, method, ..] if model::METHODS.contains(&method) => {
                vec![(path.to_owned(), method.to_owned())]
            }
            ["paths", path, ..] => operations(seen).into_iter().filter(|(of, _)| of == path).collect(),
            ["components", section, name, ..] => {
                let target = format!("#/components/{section}/{}", name.replace('~', "~0").replace('/', "~1"));
                operations(seen).into_iter().filter(|(path, method)| leads_to(seen, path, method, &target)).collect()
            }
            _ => return None,
        };
        let mut removed = 0;
        for (path, method) in culprits {
            let item = document["paths"].get_mut(&path).and_then(Value::as_object_mut);
            if item.and_then(|item| item.remove(&method)).is_some() {
                removed += 1;
                left.left_out.push(LeftOut {
                    endpoint: format!("{} {path}", method.to_uppercase()),
                    reason: format!("{} [{}]", finding.message, finding.rule),
                });
            }
        }
        // A component that nothing uses, or the key of a path that is no operation.
        if removed == 0 {
            removed += usize::from(remove(document, &path));
        }
        taken += removed;
        let is_gone = left.left_out.iter().any(|out| finding.pointer.as_str().starts_with(&place(&out.endpoint)));
        if removed == 0 && !is_gone && taken == 0 {
            return None;
        }
    }
    Some(taken)
}

/// Removes the entry of a section that a finding is in.
fn remove(document: &mut Value, path: &[String]) -> bool {
    let [section, rest @ ..] = path else { return false };
    let (holder, name) = match (section.as_str(), rest) {
        ("paths", [path]) => (document.get_mut("paths"), path),
        ("paths", [path, key, ..]) => (document["paths"].get_mut(path), key),
        ("components", [section, name, ..]) => (document["components"].get_mut(section), name),
        _ => return false,
    };
    holder.and_then(Value::as_object_mut).is_some_and(|holder| holder.remove(name).is_some())
}

fn place(endpoint: &str) -> String {
    let (method, path) = endpoint.split_once(' ').unwrap_or_default();
    format!("/paths/{}/{}", path.replace('~', "~0").replace('/', "~1"), method.to_lowercase())
}

fn operations(document: &Value) -> Vec<(String, String)> {
    let items = model::object(document.get("paths"));
    items
        .flat_map(|(path, item)| {
            let methods = model::METHODS.into_iter().filter(|method| item.get(*method).is_some());
            methods.map(|method| (path.clone(), method.to_owned()))
        })
        .collect()
}

/// Whether an operation refers to this component, through any number of references.
fn leads_to(document: &Value, path: &str, method: &str, target: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut pending = vec![&document["paths"][path][method]];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(members) => pending.extend(members.values()),
            Value::Array(items) => pending.extend(items),
            Value::String(text) if text.starts_with("#/") && seen.insert(text) => {
                if text == target {
                    return true;
                }
                pending.extend(document.pointer(&text[1..]));
            }
            _ => {}
        }
    }
    false
}

fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
