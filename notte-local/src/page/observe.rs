//! Observing: the interactive elements of the viewport as actions, with the picture of the page.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{Failure, Known, complete, templates};
use crate::clock;
use crate::engine::{Browser, HUNG};

/// How long a page that is still loading is waited for before it is taken as it is.
const LOADING: Duration = Duration::from_secs(3);

/// JPEG quality of pictures.
const QUALITY: u8 = 85;

/// A page as it was seen.
#[derive(Debug)]
pub(crate) struct Observed {
    /// The answer, but for its times.
    pub(crate) answer: Map<String, Value>,
    /// What the ids in it stand for.
    pub(crate) known: HashMap<String, Known>,
}

/// Observes the tab in front; at most `limit` elements.
pub(crate) async fn observe(browser: &Browser, limit: usize) -> Result<Observed, Failure> {
    let tab = browser.current().await?;
    tab.settled(Instant::now() + LOADING).await;
    let arguments = [json!(limit)];
    let seen = tab.script("observe", &arguments, HUNG);
    let all = browser.tabs();
    let infos = join_all(all.iter().map(|tab| tab.info()));
    let (seen, picture, infos) = tokio::join!(seen, tab.picture("jpeg", QUALITY), infos);
    let tab_data = |(place, (title, url))| json!({ "tab_id": place, "title": title, "url": url });
    let tabs: Vec<Value> = infos.into_iter().enumerate().map(tab_data).collect();
    let (mut seen, picture) = (seen?, picture?);
    let found = seen["found"].take();
    let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
    let interactions: Vec<Value> = found.iter().map(interaction).collect();
    let browser_actions = templates();
    let actions = [interactions.as_slice(), browser_actions.as_slice()].concat();
    let markdown = markdown(found);
    let fingerprint = Sha256::digest(format!("{}\n{markdown}", seen["url"]));
    let hex: String = fingerprint.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let answer = json!({
        "metadata": {
            "title": seen["title"],
            "url": seen["url"],
            "viewport": seen["viewport"],
            "tabs": tabs,
            "timestamp": clock::now(),
        },
        "screenshot": {
            "raw": picture,
            "bboxes": found.iter().map(|element| bounds(element, &seen["viewport"])).collect::<Vec<_>>(),
        },
        "space": {
            "description": describe(&seen),
            "interaction_actions": interactions,
            "browser_actions": browser_actions,
            "actions": actions,
            "category": null,
            "markdown": markdown,
        },
        "element_states": states(found),
        "fingerprint": hex,
    });
    let known = found.iter().map(|element| (text(&element["id"]), known(element))).collect();
    let answer = answer.as_object().cloned().unwrap_or_default();
    Ok(Observed { answer, known })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn describe(seen: &Value) -> String {
    let parts = ["title", "heading", "description"].map(|name| seen[name].as_str().unwrap_or_default());
    let mut told: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    told.dedup();
    told.join(" — ")
}

fn known(element: &Value) -> Known {
    let frames = element["frames"].as_array().into_iter().flatten().map(text).collect();
    Known { frames, selectors: vec![text(&element["css"])] }
}

fn interaction(element: &Value) -> Value {
    let kind = match element["kind"].as_str() {
        Some("select") => "select_dropdown_option",
        Some("text" | "set" | "file") => "fill",
        _ if element["role"] == "combobox" || element["role"] == "listbox" => "select_dropdown_option",
        _ => "click",
    };
    let label = element["label"].as_str().filter(|label| !label.is_empty());
    let mut action = json!({
        "type": kind,
        "id": element["id"],
        "selector": {
            "css_selector": element["css"],
            "xpath_selector": element["xpath"],
            // More than one element may bear a name: the css path alone is exact.
            "playwright_selector": null,
            "notte_selector": null,
            "python_selector": null,
            "in_iframe": element["frames"].as_array().is_some_and(|frames| !frames.is_empty()),
            "in_shadow_root": element["shadow"],
            "iframe_parent_css_selectors": element["frames"],
        },
        "text_label": label,
        "accessible_name": label,
    });
    if kind != "click" {
        action["value"] = "".into();
    }
    match action.as_object() {
        Some(action) => complete(action),
        None => action,
    }
}

fn bounds(element: &Value, viewport: &Value) -> Value {
    let area = &element["box"];
    json!({
        "x": area["x"], "y": area["y"], "width": area["width"], "height": area["height"],
        "scroll_x": viewport["scroll_x"], "scroll_y": viewport["scroll_y"],
        "iframe_offset_x": element["offset"]["x"], "iframe_offset_y": element["offset"]["y"],
        "viewport_width": viewport["viewport_width"], "viewport_height": viewport["viewport_height"],
        "notte_id": element["id"],
    })
}

fn states(found: &[Value]) -> Value {
    let stated = found.iter().filter(|element| element["state"].as_object().is_some_and(|state| !state.is_empty()));
    Value::Object(stated.map(|element| (text(&element["id"]), element["state"].clone())).collect())
}

/// The elements as lines of text, for a model.
fn markdown(found: &[Value]) -> String {
    let line = |element: &Value| {
        let state = &element["state"];
        let mut notes = Vec::new();
        if let Some(value) = state["value"].as_str().filter(|value| !value.is_empty()) {
            notes.push(format!("value {value:?}"));
        }
        if let Some(checked) = state["checked"].as_bool() {
            notes.push(if checked { "checked".into() } else { "not checked".into() });
        }
        if let Some(options) = state["options"].as_array() {
            let labels: Vec<&str> = options.iter().filter_map(|option| option["label"].as_str()).collect();
            notes.push(format!("options {labels:?}"));
        }
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        let role =
            element["role"].as_str().filter(|role| !role.is_empty()).or(element["tag"].as_str()).unwrap_or_default();
        format!("* {}: {role} {}{notes}\n", text(&element["id"]), text(&element["label"]))
    };
    found.iter().map(line).collect()
}
