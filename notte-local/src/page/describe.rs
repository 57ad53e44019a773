//! Actions as answers give them: with category, description, and the fields that the caller left out.

use serde_json::{Map, Value, json};

use super::{Known, Selector};

const BROWSER: &str = "Special Browser Actions";
const INTERACTION: &str = "Interaction Actions";

/// Type, what it does, and the fields of its template; the fields are empty for actions on an element.
const ACTIONS: &[(&str, &str, Option<&str>)] = &[
    ("goto", "Opens an address in this tab.", Some(r#"{"url":""}"#)),
    ("goto_new_tab", "Opens an address in a new tab.", Some(r#"{"url":""}"#)),
    ("close_tab", "Closes this tab.", Some("{}")),
    ("switch_tab", "Moves to another tab.", Some(r#"{"tab_index":0}"#)),
    ("go_back", "Goes back one page.", Some("{}")),
    ("go_forward", "Goes forward one page.", Some("{}")),
    ("reload", "Loads the page again.", Some("{}")),
    ("wait", "Waits for a number of milliseconds.", Some(r#"{"time_ms":1000}"#)),
    ("press_key", "Presses a key or a chord.", Some(r#"{"key":"Enter"}"#)),
    ("scroll_up", "Scrolls up, by a page unless an amount is given.", Some(r#"{"amount":null}"#)),
    ("scroll_down", "Scrolls down, by a page unless an amount is given.", Some(r#"{"amount":null}"#)),
    ("scrape", "Reads the page as Markdown.", Some(r#"{"instructions":null,"only_main_content":false}"#)),
    ("evaluate_js", "Runs a script in the page.", Some(r#"{"code":""}"#)),
    ("form_fill", "Fills the fields of a form by what they mean.", Some(r#"{"value":{"email":""}}"#)),
    ("help", "Says that a human is needed.", Some(r#"{"reason":""}"#)),
    ("completion", "Ends the task with an answer.", Some(r#"{"success":true,"answer":""}"#)),
    ("email_read", "Reads the inbox of the persona.", Some(r#"{"limit":10,"timedelta":"PT5M","only_unread":true}"#)),
    (
        "sms_read",
        "Reads the text messages of the persona.",
        Some(r#"{"limit":10,"timedelta":"PT5M","only_unread":true}"#),
    ),
    ("email_verification_read", "Reads a verification mail.", None),
    ("captcha_solve", "Solves a captcha.", None),
    ("click", "Clicks the element.", None),
    ("check", "Sets a checkbox.", None),
    ("fill", "Fills a field with a value.", None),
    ("fallback_fill", "Types a value into a field key by key.", None),
    ("multi_factor_fill", "Types a one-time code key by key.", None),
    ("select_dropdown_option", "Selects an option.", None),
    ("upload_file", "Gives a file to an input.", None),
    ("download_file", "Downloads the file that the element leads to.", None),
];

fn is_interaction(kind: &str) -> bool {
    matches!(
        kind,
        "click"
            | "check"
            | "fill"
            | "fallback_fill"
            | "multi_factor_fill"
            | "select_dropdown_option"
            | "upload_file"
            | "download_file"
    )
}

/// The output form of an action: what was sent, completed. A fill that is secret keeps what the caller wrote, never what was filled in.
pub(crate) fn complete(sent: &Map<String, Value>) -> Value {
    let mut action = sent.clone();
    let kind = action.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let description = ACTIONS.iter().find(|(name, ..)| *name == kind).map(|(_, text, _)| *text).unwrap_or_default();
    let category = if is_interaction(&kind) { INTERACTION } else { BROWSER };
    action.insert("category".into(), category.into());
    action.insert("description".into(), description.into());
    if is_interaction(&kind) {
        action.remove("param");
        let defaults = [
            ("id", json!("")),
            ("press_enter", Value::Null),
            ("text_label", Value::Null),
            ("timeout", json!(15000)),
            ("selector", Value::Null),
        ];
        for (name, value) in defaults {
            action.entry(name).or_insert(value);
        }
        if let Some(text) = action["selector"].as_str() {
            action.insert("selector".into(), selectors(text));
        }
    }
    Value::Object(action)
}

/// An action on an observed element, with what finds that element in another session.
pub(crate) fn named(mut action: Value, known: Option<&Known>) -> Value {
    if let (Some(known), true) = (known, action["selector"].is_null()) {
        action["selector"] = known.selector.clone();
        if action["text_label"].is_null() {
            action["text_label"] = known.label.clone();
        }
    }
    action
}

/// A selector given as text, as the set of selectors that clients read.
fn selectors(text: &str) -> Value {
    let xpath = text.strip_prefix("xpath=").or_else(|| text.starts_with("//").then_some(text));
    let css = text.strip_prefix("css=");
    let (_, sources) = Selector::Text(text.to_owned()).sources();
    json!({
        "css_selector": css.unwrap_or_default(),
        "xpath_selector": xpath.unwrap_or_default(),
        "playwright_selector": sources.first(),
        "in_iframe": false,
        "in_shadow_root": false,
        "iframe_parent_css_selectors": [],
        "notte_selector": null,
        "python_selector": null,
    })
}

/// One of every action on the browser, as templates for a model.
pub(crate) fn templates() -> Vec<Value> {
    let template = |(kind, _, fields): &(&str, &str, Option<&str>)| {
        let mut action: Map<String, Value> = serde_json::from_str((*fields)?).ok()?;
        action.insert("type".into(), (*kind).into());
        Some(complete(&action))
    };
    ACTIONS.iter().filter_map(template).collect()
}
