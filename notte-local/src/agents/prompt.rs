//! What a language model is told.

use serde_json::{Value, json};

const RULES: &str = r##"You operate a web browser to do the user's task. You see the page and decide on one action at a time.

Answer with one JSON object and nothing else:
{"state": {"previous_goal_status": "success" | "failure" | "unknown", "previous_goal_eval": "...", "page_summary": "...", "memory": "...", "next_goal": "..."},
 "action": {"type": "...", ...}}

Actions:
- {"type": "goto", "url": "https://..."}, {"type": "goto_new_tab", "url": "..."}, {"type": "go_back"}, {"type": "go_forward"}, {"type": "reload"}
- {"type": "switch_tab", "tab_index": 0}, {"type": "close_tab"}
- {"type": "click", "id": "B1"}, {"type": "download_file", "id": "L1"} clicks what leads to a file
- {"type": "fill", "id": "I1", "value": "..."}, with "press_enter": true to submit; {"type": "fallback_fill", "id": "I1", "value": "..."} types key by key, and so does {"type": "multi_factor_fill", "id": "I1", "value": "..."} with a one-time code
- {"type": "form_fill", "value": {"email": "...", "first_name": "...", "postal_code": "..."}} fills fields by what they mean
- {"type": "upload_file", "id": "I1", "file_path": "..."} gives a file of the session to the page
- {"type": "check", "id": "B1", "value": true}, {"type": "select_dropdown_option", "id": "I1", "value": "..."}
- {"type": "press_key", "key": "Enter"}, {"type": "scroll_down"}, {"type": "scroll_up"}, {"type": "wait", "time_ms": 1000}
- {"type": "scrape"} reads the page as Markdown, also what is not in sight
- {"type": "help", "reason": "..."} says that a human is needed
- {"type": "completion", "success": true, "answer": "..."} ends the task; with "success": false when it cannot be done

Of the page you see every text and every element in sight, one a line; elements begin with their id, such as B1. Only ids of the page as it is now work. When an action failed, try another way. End as soon as the task is done."##;

/// The messages that come before everything else.
pub(super) fn opening(
    task: &str,
    placeholders: &[String],
    inbox: bool,
    format: Option<&Value>,
    before: &[Value],
) -> Vec<Value> {
    let mut rules = RULES.to_owned();
    if !placeholders.is_empty() {
        rules.push_str(
            "\n\nYou do not see the user's personal data. To type it, give `value` as exactly one of these: ",
        );
        rules.push_str(&placeholders.join(", "));
    }
    if inbox {
        rules.push_str(
            "\n\nMessages to the user: {\"type\": \"email_read\"} and {\"type\": \"sms_read\"} read the newest.",
        );
    }
    if let Some(format) = format {
        rules
            .push_str(&format!("\n\nThe `answer` of the completion is JSON text that fits this JSON Schema: {format}"));
    }
    let mut task = format!("Task: {task}");
    if !before.is_empty() {
        task.push_str("\n\nThis was done in the browser before:");
    }
    for step in before {
        let value = step.get("value").unwrap_or(step);
        task.push_str(&format!("\n- {}", outcome(value)));
    }
    vec![json!({ "role": "system", "content": rules }), json!({ "role": "user", "content": task })]
}

/// What came of an action.
pub(super) fn outcome(result: &Value) -> String {
    let kind = result["action"]["type"].as_str().unwrap_or("action");
    let worked = if result["success"] == true { "worked" } else { "failed" };
    let mut text = format!("{kind} {worked}: {}", result["message"].as_str().unwrap_or_default());
    if let Some(data) = result["data"]["markdown"].as_str() {
        text.push_str(&format!("\n{data}"));
    }
    text
}

/// The page.
pub(super) fn page(observation: &Value, vision: bool) -> Value {
    let metadata = &observation["metadata"];
    let mut text = format!(
        "The page now: {} ({})\n",
        metadata["title"].as_str().unwrap_or_default(),
        metadata["url"].as_str().unwrap_or_default()
    );
    for tab in metadata["tabs"].as_array().filter(|tabs| tabs.len() > 1).into_iter().flatten() {
        text.push_str(&format!("Tab {}: {}\n", tab["tab_id"], tab["url"].as_str().unwrap_or_default()));
    }
    let space = &observation["space"];
    text.push_str(space["description"].as_str().unwrap_or_default());
    match observation["screenshot"]["raw"].as_str().filter(|_| vision) {
        Some(picture) => json!({ "role": "user", "content": [
            { "type": "text", "text": text },
            { "type": "image_url", "image_url": { "url": format!("data:image/jpeg;base64,{picture}") } },
        ] }),
        None => json!({ "role": "user", "content": text }),
    }
}
