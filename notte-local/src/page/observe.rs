//! Observing: what is in sight, as text and as actions on its elements, with the picture of the page.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{Failure, Known, complete, templates};
use crate::clock;
use crate::engine::{Browser, CdpError, HUNG, Realm, Tab};

/// How long a page that is still loading is waited for before it is taken as it is.
pub(super) const LOADING: Duration = Duration::from_secs(3);

/// How long pages that come one after the other are followed.
const FOLLOWING: Duration = Duration::from_secs(10);

/// JPEG quality of pictures.
const QUALITY: u8 = 85;

/// Characters that describe a page at most.
const LONGEST: usize = 30_000;

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
    let end = Instant::now() + FOLLOWING;
    loop {
        let tab = browser.current().await?;
        tab.settled(Instant::now() + LOADING).await;
        let commits = tab.life().commits;
        let all = browser.tabs();
        let infos = join_all(all.iter().map(|tab| tab.info()));
        let (seen, picture, infos) = tokio::join!(look(&tab, limit), tab.picture("jpeg", QUALITY), infos);
        // The elements of one page and the picture of another one are no observation.
        let changed = tab.life().commits != commits;
        let retry = |error: &CdpError| error.is_lost_context() || matches!(error, CdpError::TabClosed);
        match (seen, picture) {
            (Ok(seen), Ok(picture)) if !changed || Instant::now() > end => {
                return Ok(observed(&seen, &picture, infos, limit));
            }
            (Err(error), _) | (_, Err(error)) if !(changed || retry(&error)) || Instant::now() > end => {
                return Err(error.into());
            }
            _ => {}
        }
    }
}

/// What `notte.observe` found in the page and in the frames that cannot be read from it.
async fn look(tab: &Tab, limit: usize) -> Result<Value, CdpError> {
    tab.patiently(HUNG, tab.disclose_all(&tab.root())).await?;
    let mut page = tab.script("observe", &[json!(limit)], HUNG).await?;
    let found = page["found"].take();
    page["found"] = json!(enter(tab, &tab.root(), found, limit, 0).await);
    Ok(page)
}

/// Puts what is in the frames in their places. A frame that goes away meanwhile is empty.
async fn enter(tab: &Tab, realm: &Realm, found: Value, limit: usize, depth: usize) -> Vec<Value> {
    let mut all = Vec::new();
    for mut one in found.as_array().cloned().unwrap_or_default() {
        let Some(hole) = one["hole"].as_u64() else {
            one["depth"] = depth.into();
            all.push(one);
            continue;
        };
        let inner = async {
            let realm = tab.enter(realm, hole).await?;
            tab.patiently(HUNG, tab.disclose_all(&realm)).await?;
            let mut seen = tab.script_here(&realm, "observe", &[json!(limit), one["base"].take()]).await?;
            Ok::<_, CdpError>(Box::pin(enter(tab, &realm, seen["found"].take(), limit, depth + 1)).await)
        };
        all.extend(inner.await.unwrap_or_default());
    }
    all
}

fn observed(seen: &Value, picture: &str, infos: Vec<(String, String)>, limit: usize) -> Observed {
    let tab_data = |(place, (title, url))| json!({ "tab_id": place, "title": title, "url": url });
    let tabs: Vec<Value> = infos.into_iter().enumerate().map(tab_data).collect();
    let all = number(&seen["found"], limit);
    let found: Vec<&Value> = all.iter().filter(|one| one["id"].is_string()).collect();
    let interactions: Vec<Value> = found.iter().map(|element| interaction(element)).collect();
    let browser_actions = templates();
    let actions = [interactions.as_slice(), browser_actions.as_slice()].concat();
    let markdown: String = found.iter().map(|element| format!("* {}\n", line(element))).collect();
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
            "description": describe(seen, &all),
            "interaction_actions": interactions,
            "browser_actions": browser_actions,
            "actions": actions,
            "category": null,
            "markdown": markdown,
        },
        "element_states": states(&found),
        "fingerprint": hex,
    });
    let known = found.iter().map(|element| (text(&element["id"]), known(element))).collect();
    let answer = answer.as_object().cloned().unwrap_or_default();
    Observed { answer, known }
}

/// Gives every element its id: a letter for what it is, and a number in the order of the page.
fn number(found: &Value, limit: usize) -> Vec<Value> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut all = found.as_array().cloned().unwrap_or_default();
    // Each document was asked for so many: all of them together have no more.
    let mut left = limit;
    all.retain(|one| !one["id"].is_string() || left.checked_sub(1).inspect(|rest| left = *rest).is_some());
    for one in all.iter_mut().filter(|one| one["id"].is_string()) {
        let letter = text(&one["letter"]);
        let count = counts.entry(letter.clone()).or_default();
        *count += 1;
        one["key"] = one["id"].take();
        one["id"] = format!("{letter}{count}").into();
    }
    all
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The page as a reader meets it: its title, then every text and every element in sight, one a line.
fn describe(seen: &Value, all: &[Value]) -> String {
    let mut told: Vec<String> = ["title", "description"].iter().map(|name| text(&seen[*name])).collect();
    told.retain(|part| !part.is_empty());
    told.extend(all.iter().map(|one| if one["id"].is_string() { line(one) } else { text(&one["text"]) }));
    let told = told.join("\n");
    match told.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\n(there is more: scroll, or scrape the page)", &told[..end]),
        None => told,
    }
}

fn known(element: &Value) -> Known {
    let frames = element["frames"].as_array().into_iter().flatten().map(text).collect();
    let was = json!({ "placed": element["placed"], "tag": element["tag"], "label": element["label"] });
    let depth = element["depth"].as_u64().and_then(|depth| usize::try_from(depth).ok()).unwrap_or_default();
    Known {
        frames,
        css: text(&element["css"]),
        key: text(&element["key"]),
        depth,
        was,
        selector: selector(element),
        label: label(element),
    }
}

fn selector(element: &Value) -> Value {
    json!({
        "css_selector": element["css"],
        "xpath_selector": element["xpath"],
        // More than one element may bear a name: the css path alone is exact.
        "playwright_selector": null,
        "notte_selector": null,
        "python_selector": null,
        "in_iframe": element["frames"].as_array().is_some_and(|frames| !frames.is_empty()),
        "in_shadow_root": element["shadow"],
        "iframe_parent_css_selectors": element["frames"],
    })
}

fn label(element: &Value) -> Value {
    element["label"].as_str().filter(|label| !label.is_empty()).map_or(Value::Null, Value::from)
}

fn interaction(element: &Value) -> Value {
    let kind = match element["kind"].as_str() {
        Some("select" | "list") => "select_dropdown_option",
        Some("text" | "set" | "file") => "fill",
        _ if element["role"] == "combobox" || element["role"] == "listbox" => "select_dropdown_option",
        _ => "click",
    };
    let label = label(element);
    let mut action = json!({
        "type": kind,
        "id": element["id"],
        "selector": selector(element),
        "text_label": label,
        "accessible_name": label,
    });
    if kind != "click" {
        action["value"] = "".into();
    }
    let mut action = match action.as_object() {
        Some(action) => complete(action),
        None => action,
    };
    let does = match kind {
        "click" => "Clicks",
        "fill" if element["kind"] == "file" => "Gives a file to",
        "fill" => "Fills",
        _ => "Selects an option of",
    };
    action["description"] = format!("{does} the {}.", what(element)).into();
    action
}

/// What an element is, and how it is called.
fn what(element: &Value) -> String {
    let role = element["role"].as_str().filter(|role| !role.is_empty()).or(element["tag"].as_str()).unwrap_or_default();
    match element["label"].as_str() {
        Some(label) if !label.is_empty() => format!("{role} {label:?}"),
        _ => role.to_owned(),
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

fn states(found: &[&Value]) -> Value {
    let stated = found.iter().filter(|element| element["state"].as_object().is_some_and(|state| !state.is_empty()));
    Value::Object(stated.map(|element| (text(&element["id"]), element["state"].clone())).collect())
}

/// An element as a line of text.
fn line(element: &Value) -> String {
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
    format!("{}: {}{notes}", text(&element["id"]), what(element))
}
