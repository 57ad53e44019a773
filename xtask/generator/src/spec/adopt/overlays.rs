//! Fits the overlays to a new document: what the document says by now is dropped, and what remains is for a person.

use std::collections::BTreeMap;
use std::path::PathBuf;

use notte_api_gen::overlay::{self, Kind, Misfit};
use serde_json::Value;

use super::cut::{self, Cut};
use crate::report::Failure;
use crate::workspace;

/// The keys of what is only said.
const WORDS: [&str; 3] = ["description", "summary", "title"];

/// A file's name in messages, and its bytes.
type File = (String, Vec<u8>);

/// The overlays beside the new document.
#[derive(Debug, Default)]
pub(super) struct Refit {
    /// Every file that is left, without what the document says by now.
    pub(super) files: Vec<File>,
    /// The files that lost something: their text before, and now; nothing for one that lost every action.
    pub(super) changed: Vec<(PathBuf, String, Option<String>)>,
    /// What was dropped, a line each.
    pub(super) dropped: Vec<String>,
    /// What the document and an overlay disagree about, a line each.
    pub(super) conflicts: Vec<String>,
    /// Likewise, where it is only the words of a description, summary or title.
    pub(super) words: Vec<String>,
    /// The document, normalised, as it is if every overlay holds.
    pub(super) overlaid: Value,
}

impl Refit {
    /// Whether a person has to decide something.
    pub(super) fn has_conflicts(&self) -> bool {
        !self.conflicts.is_empty() || !self.words.is_empty()
    }
}

/// Reads the overlays and fits them to a document.
pub(super) fn refit(document: &[u8], name: &str) -> Result<Refit, Failure> {
    let mut files = Vec::new();
    for path in workspace::files(&workspace::overlays(), &["yaml", "yml", "json"])? {
        files.push((workspace::display(&path), workspace::read(&path)?));
    }
    let (_, misfits) = review(document, name, &files)?;
    let mut refit = Refit::default();
    for (file, bytes) in files {
        let of_file: Vec<&Misfit> = misfits.iter().filter(|misfit| misfit.file == file).collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match without(&text, &of_file, &mut refit.dropped) {
            Cut::Kept(kept) => {
                refit.files.push((file.clone(), kept.clone().into_bytes()));
                if kept != text {
                    refit.changed.push((workspace::root().join(&file), text, Some(kept)));
                }
            }
            Cut::Empty => refit.changed.push((workspace::root().join(&file), text, None)),
            Cut::Unreadable => refit.files.push((file, bytes)),
        }
    }
    let (overlaid, left) = review(document, name, &refit.files)?;
    refit.overlaid = overlaid;
    for misfit in left {
        let last = misfit.place.as_ref().map(ToString::to_string);
        let last = last.as_deref().and_then(|place| place.rsplit('/').next());
        let is_said = last.is_some_and(|key| WORDS.contains(&key));
        if is_said { &mut refit.words } else { &mut refit.conflicts }.push(misfit.error.to_string());
    }
    Ok(refit)
}

/// An overlay's text without what the document says by now; each thing dropped is named.
fn without(text: &str, misfits: &[&Misfit], dropped: &mut Vec<String>) -> Cut {
    let mut kept = text.to_owned();
    let mut said: BTreeMap<usize, Vec<&Misfit>> = BTreeMap::new();
    for misfit in misfits.iter().filter(|misfit| misfit.kind == Kind::Said) {
        said.entry(misfit.action).or_default().push(misfit);
    }
    let mut gone: Vec<usize> =
        misfits.iter().filter(|misfit| misfit.kind == Kind::Stale).map(|misfit| misfit.action).collect();
    for (action, mut parts) in said {
        // The last items of a list first, so that the others keep their places.
        parts.sort_by_key(|misfit| std::cmp::Reverse(misfit.place.as_ref().map(numbered)));
        for misfit in parts {
            let Some((shorter, empty)) = without_part(&kept, action, misfit) else { continue };
            dropped.push(misfit.error.to_string());
            kept = shorter;
            gone.extend(empty.then_some(action));
        }
    }
    gone.sort_unstable();
    gone.dedup();
    let cut = cut::actions(&kept, &gone);
    if cut != Cut::Unreadable {
        let stale = misfits.iter().filter(|misfit| misfit.kind == Kind::Stale);
        dropped.extend(stale.map(|misfit| misfit.error.to_string()));
    }
    cut
}

/// The text without the part of an action that a misfit is about, and whether nothing of the action is left. Nothing if
/// the action is about several places, or the text cannot be cut so that exactly this part is gone.
fn without_part(text: &str, action: usize, misfit: &Misfit) -> Option<(String, bool)> {
    let before = actions(text)?;
    let part = before.get(action)?;
    let target = part.get("target")?.as_str()?;
    if target.contains('*') || target.contains("..") || target.contains('?') {
        return None;
    }
    let place = misfit.place.as_ref()?.to_string();
    let keys: Vec<String> = place.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
    // The update says the end of the place; the target says its beginning.
    let inner = (0..keys.len()).map(|start| &keys[start..]).find(|keys| at(&part["update"], keys).is_some())?;
    let (last, list) = inner.split_last()?;
    if let Some(items) = at(&part["update"], list).and_then(Value::as_array) {
        let index: usize = last.parse().ok()?;
        if items.len() > 1 {
            let path = [&["update".to_owned()], list].concat();
            let cut = cut::item(text, action, &path, index)?;
            let mut expected = before.clone();
            let holder = path.iter().try_fold(&mut expected[action], |value, key| value.get_mut(key))?;
            holder.as_array_mut()?.remove(index);
            return (actions(&cut)? == expected).then_some((cut, false));
        }
        return without_path(text, action, list, &before);
    }
    without_path(text, action, inner, &before)
}

/// The text without what is at a path of the update, and what x-expect says of it.
fn without_path(text: &str, action: usize, inner: &[String], before: &[Value]) -> Option<(String, bool)> {
    let mut paths = vec![[&["update".to_owned()], inner].concat()];
    if before[action].get("x-expect").is_some_and(|expect| at(expect, inner).is_some()) {
        paths.push([&["x-expect".to_owned()], inner].concat());
    }
    let mut expected = before.to_vec();
    paths.iter().for_each(|path| prune(&mut expected[action], path));
    let empty = expected[action].get("update").is_none();
    if empty {
        return Some((text.to_owned(), true));
    }
    let cut = cut::parts(text, action, &paths)?;
    (actions(&cut)? == expected).then_some((cut, false))
}

/// The actions of an overlay as values.
fn actions(text: &str) -> Option<Vec<Value>> {
    let value: yaml_serde::Value = yaml_serde::from_str(text).ok()?;
    serde_json::to_value(value).ok()?.get("actions")?.as_array().cloned()
}

fn at<'a>(value: &'a Value, keys: &[String]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        value => value.get(key),
    })
}

/// A place with the number at its end apart.
fn numbered(place: &notte_api_gen::Pointer) -> (String, usize) {
    let text = place.to_string();
    let (list, index) = text.rsplit_once('/').unwrap_or((&text, ""));
    (list.to_owned(), index.parse().unwrap_or_default())
}

/// Removes what is at a path, and whatever holds nothing else.
fn prune(value: &mut Value, path: &[String]) {
    let (Some((key, inner)), Some(map)) = (path.split_first(), value.as_object_mut()) else { return };
    if let Some(child) = map.get_mut(key).filter(|_| !inner.is_empty()) {
        prune(child, inner);
        if child.as_object().is_none_or(|child| !child.is_empty()) {
            return;
        }
    }
    map.remove(key);
}

/// The document with every action applied, and what did not fit.
fn review(document: &[u8], name: &str, files: &[File]) -> Result<(Value, Vec<Misfit>), Failure> {
    let loaded = notte_api_gen::load(document, name).map_err(|error| Failure::unreadable([error.to_string()]))?;
    let (mut value, _) = notte_api_gen::normalise(loaded.value);
    let mut overlays = Vec::new();
    for (name, bytes) in files {
        let parsed =
            overlay::parse(bytes, name).map_err(|errors| Failure::input(errors.iter().map(ToString::to_string)))?;
        overlays.push(parsed);
    }
    let misfits = overlay::review(&mut value, &overlays);
    Ok((value, misfits))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const FILE: &str = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n  - target: $.paths['/a'].get\n    description: why\n    x-expect:\n      deprecated: false\n      summary: Old.\n    update:\n      deprecated: true\n      summary: New.\n  - target: $.paths['/b'].get\n    description: why\n    x-expect:\n      deprecated: false\n    update:\n      deprecated: true\n  - target: $.paths.*.get\n    description: why\n    x-expect: {tags: [c]}\n    update: {tags: [d]}\n";

    fn fitted(document: &str) -> (Cut, Vec<String>) {
        let text = format!("{{\"openapi\": \"3.0.3\", \"info\": {{}}, \"paths\": {document}}}");
        let (_, misfits) =
            review(text.as_bytes(), "d.json", &[("o.yaml".to_owned(), FILE.as_bytes().to_vec())]).unwrap();
        let mut dropped = Vec::new();
        let cut = without(FILE, &misfits.iter().collect::<Vec<_>>(), &mut dropped);
        (cut, dropped)
    }

    #[test]
    fn what_the_document_says_by_now_is_dropped_and_the_rest_stays_to_the_letter() {
        let (cut, dropped) = fitted(
            r#"{"/a": {"get": {"deprecated": true, "summary": "Other."}}, "/b": {"get": {"deprecated": true}}}"#,
        );
        let Cut::Kept(text) = cut else { panic!("{cut:?}") };
        assert!(
            !text.contains("deprecated") && text.contains("summary: New.") && text.contains("$.paths.*.get"),
            "{text}"
        );
        assert!(!text.contains("'/b'"), "an action of which nothing is left stays: {text}");
        assert_eq!(dropped.len(), 2, "{dropped:?}");
    }

    #[test]
    fn items_that_a_list_holds_by_now_are_dropped_and_the_others_stay() {
        let file = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n  - target: $.paths['/a'].get\n    description: why\n    update:\n      tags: [a, b, c, d]\n";
        let document = r#"{"openapi": "3.0.3", "info": {}, "paths": {"/a": {"get": {"tags": ["d", "a", "b"]}}}}"#;
        let (_, misfits) =
            review(document.as_bytes(), "d.json", &[("o.yaml".to_owned(), file.as_bytes().to_vec())]).unwrap();
        let cut = without(file, &misfits.iter().collect::<Vec<_>>(), &mut Vec::new());
        assert_eq!(cut, Cut::Kept(file.replace("[a, b, c, d]", "[c]")));
    }

    #[test]
    fn an_action_about_several_places_is_left_to_people() {
        let (cut, _) = fitted(
            r#"{"/a": {"get": {"deprecated": false, "summary": "Old.", "tags": ["d"]}}, "/b": {"get": {"deprecated": false, "tags": ["c"]}}}"#,
        );
        assert_eq!(cut, Cut::Kept(FILE.to_owned()));
    }
}
