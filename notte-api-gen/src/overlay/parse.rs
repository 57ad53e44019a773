//! Reads an overlay file, and says everything that is wrong with it.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::{Action, Change, Overlay, excerpt};
use crate::Error;

const ROOT_KEYS: &[&str] = &["overlay", "info", "extends", "actions"];
const INFO_KEYS: &[&str] = &["title", "version"];
const ACTION_KEYS: &[&str] = &["target", "description", "x-expect", "update", "remove"];

/// Parses an overlay file, YAML or JSON. `file` is the name errors show; an action is `file#index`, counted from 0.
///
/// # Errors
/// Everything that is wrong with the file: broken YAML (with line), another overlay version, unknown keys, an action
/// without a description, a target that is no JSONPath, `remove` beside `update`.
pub fn parse(bytes: &[u8], file: &str) -> Result<Overlay, Vec<Error>> {
    let root = match read(bytes, file) {
        Ok(Value::Object(root)) => root,
        Ok(other) => {
            return Err(vec![
                Error::new(format!("an overlay is an object, not {}", excerpt(&other)))
                    .at(file)
                    .help("it starts with `overlay: 1.0.0`"),
            ]);
        }
        Err(error) => return Err(vec![error]),
    };
    let mut errors = Vec::new();
    unknown_keys(&root, ROOT_KEYS, file, &mut errors);
    version(&root, file, &mut errors);
    let title = title(&root, file, &mut errors);
    let actions = actions(&root, file, &mut errors);
    if errors.is_empty() { Ok(Overlay { file: file.to_owned(), title, actions }) } else { Err(errors) }
}

fn read(bytes: &[u8], file: &str) -> Result<Value, Error> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') {
        // YAML readers know no surrogate pairs in escapes, so JSON is read as JSON.
        return serde_json::from_slice(bytes).map_err(|error| Error::new(format!("not valid JSON: {error}")).at(file));
    }
    // By way of a YAML value, which refuses duplicate keys; a JSON value would keep the last one silently.
    let value: yaml_serde::Value =
        yaml_serde::from_slice(bytes).map_err(|error| Error::new(format!("not valid YAML: {error}")).at(file))?;
    serde_json::to_value(value)
        .map_err(|error| Error::new(format!("cannot be written as JSON: {error}")).at(file).help("use strings as keys"))
}

fn version(root: &Map<String, Value>, file: &str, errors: &mut Vec<Error>) {
    let found = match root.get("overlay") {
        Some(Value::String(version)) if version == "1.0" || version.starts_with("1.0.") => return,
        Some(other) => format!("overlay version {} is not supported", excerpt(other)),
        None => "`overlay`, the version, is missing".to_owned(),
    };
    errors.push(Error::new(found).at(file).help("write `overlay: 1.0.0`"));
}

fn title(root: &Map<String, Value>, file: &str, errors: &mut Vec<Error>) -> String {
    let info = root.get("info").and_then(Value::as_object);
    if let Some(info) = info {
        unknown_keys(info, INFO_KEYS, file, errors);
    }
    let text = |key| info?.get(key)?.as_str().filter(|text| !text.is_empty());
    if text("version").is_none() {
        errors.push(
            Error::new("`info.version` is missing or no text").at(file).help("write `version: 1.0.0` under `info`"),
        );
    }
    if let Some(title) = text("title") {
        return title.to_owned();
    }
    errors.push(
        Error::new("`info.title` is missing or no text").at(file).help("say under `info` what the file is about"),
    );
    String::new()
}

fn actions(root: &Map<String, Value>, file: &str, errors: &mut Vec<Error>) -> Vec<Action> {
    match root.get("actions") {
        Some(Value::Array(actions)) if !actions.is_empty() => actions
            .iter()
            .enumerate()
            .filter_map(|(index, value)| action(value, &format!("{file}#{index}"), errors))
            .collect(),
        _ => {
            errors.push(
                Error::new("`actions` is no list of actions").at(file).help("an overlay has at least one action"),
            );
            Vec::new()
        }
    }
}

fn action(value: &Value, at: &str, errors: &mut Vec<Error>) -> Option<Action> {
    let Value::Object(action) = value else {
        let message = format!("an action is an object, not {}", excerpt(value));
        errors.push(Error::new(message).at(at));
        return None;
    };
    unknown_keys(action, ACTION_KEYS, at, errors);
    let description = action.get("description").and_then(Value::as_str);
    if description.is_none_or(|text| text.trim().is_empty()) {
        errors.push(Error::new("the description is missing").at(at).help("say why the action exists"));
    }
    let target = target(action, at, errors);
    let change = change(action, at, errors);
    let (target_text, target) = target?;
    Some(Action { target, target_text, expect: action.get("x-expect").cloned(), change: change? })
}

fn target(action: &Map<String, Value>, at: &str, errors: &mut Vec<Error>) -> Option<(String, JsonPath)> {
    let Some(text) = action.get("target").and_then(Value::as_str) else {
        errors.push(
            Error::new("the target is missing or no text")
                .at(at)
                .help("write a JSONPath, such as $.paths['/sessions'].get"),
        );
        return None;
    };
    match JsonPath::parse(text) {
        Ok(path) => Some((text.to_owned(), path)),
        Err(error) => {
            let message = format!("target {text} is no JSONPath: {error}");
            errors.push(
                Error::new(message).at(at).help("RFC 9535; quote keys that are no plain names: $.paths['/sessions']"),
            );
            None
        }
    }
}

fn change(action: &Map<String, Value>, at: &str, errors: &mut Vec<Error>) -> Option<Change> {
    let remove = match action.get("remove") {
        None => false,
        Some(Value::Bool(remove)) => *remove,
        Some(other) => {
            let message = format!("`remove` is true or absent, not {}", excerpt(other));
            errors.push(Error::new(message).at(at));
            return None;
        }
    };
    match (remove, action.get("update")) {
        (true, None) => Some(Change::Remove),
        (false, Some(update)) => Some(Change::Update(update.clone())),
        (true, Some(_)) => {
            errors.push(
                Error::new("`remove` and `update` in one action")
                    .at(at)
                    .help("to replace an array, remove it in one action and add it in the next"),
            );
            None
        }
        (false, None) => {
            errors.push(Error::new("the action does nothing").at(at).help("add `update` or `remove: true`"));
            None
        }
    }
}

fn unknown_keys(map: &Map<String, Value>, known: &[&str], at: &str, errors: &mut Vec<Error>) {
    for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
        errors
            .push(Error::new(format!("unknown key `{key}`")).at(at).help(format!("known here: {}", known.join(", "))));
    }
}
