//! A language model as the mind of an agent.

use serde_json::{Value, json};

use super::json::values;
use super::llm::Llm;
use super::mind::{Turn, state};
use super::prompt;

/// What a model may do. It is a page's reader, and pages may talk it into anything: so no scripts, which could tell what
/// was typed in another spelling.
const ACTIONS: &[&str] = &[
    "goto",
    "goto_new_tab",
    "go_back",
    "go_forward",
    "reload",
    "switch_tab",
    "close_tab",
    "click",
    "check",
    "fill",
    "fallback_fill",
    "multi_factor_fill",
    "form_fill",
    "select_dropdown_option",
    "press_key",
    "scroll_up",
    "scroll_down",
    "upload_file",
    "download_file",
    "scrape",
    "wait",
    "help",
    "email_read",
    "sms_read",
    "completion",
];

/// Why a model may not do something.
fn forbidden(action: &Value) -> Option<String> {
    let kind = action["type"].as_str().unwrap_or_default();
    if !ACTIONS.contains(&kind) {
        return Some(format!("`{kind}` is no action of yours. You have {}.", ACTIONS.join(", ")));
    }
    let scheme = action["url"].as_str().and_then(|url| Some(url.trim().split_once("://")?.0.to_ascii_lowercase()));
    let is_web = scheme.is_none_or(|scheme| matches!(scheme.as_str(), "http" | "https"));
    (kind.starts_with("goto") && !is_web).then(|| "You open addresses of http and https only.".to_owned())
}

/// How often the model is asked for one decision before the agent gives up on it.
const TRIES: usize = 3;

pub(super) struct Chat {
    llm: Llm,
    /// What it is told before anything else.
    opening: Vec<Value>,
    /// What it decided, and what came of it.
    past: Vec<Value>,
    vision: bool,
}

impl Chat {
    pub(super) fn new(llm: Llm, opening: Vec<Value>, vision: bool) -> Self {
        Self { llm, opening, past: Vec::new(), vision }
    }

    pub(super) async fn next(&mut self, observation: &Value) -> Result<Turn, String> {
        let mut messages = self.opening.clone();
        messages.extend(self.past.iter().cloned());
        messages.push(prompt::page(observation, self.vision));
        for _ in 0..TRIES {
            let said = self.llm.complete(&messages).await?;
            match read(&said) {
                Ok(turn) => return Ok(turn),
                Err(why) => {
                    messages.push(json!({ "role": "assistant", "content": said }));
                    messages.push(json!({ "role": "user", "content": why }));
                }
            }
        }
        Err(format!("the model gave no action that can be read, {TRIES} times"))
    }

    pub(super) fn hear(&mut self, turn: &Turn, result: &Value) {
        let said = json!({ "state": turn.state, "action": turn.action }).to_string();
        self.past.push(json!({ "role": "assistant", "content": said }));
        self.past.push(json!({ "role": "user", "content": prompt::outcome(result) }));
    }
}

/// Finds the decision in what the model said: it may have written around it.
fn read(said: &str) -> Result<Turn, String> {
    const WRONG: &str =
        "That was no decision. Answer with one JSON object {\"state\": {...}, \"action\": {\"type\": ...}}.";
    let decides = |decision: &Value| decision["action"]["type"].is_string();
    let mut decision = values(said, &['{']).find(decides).ok_or(WRONG)?;
    let mut action = decision["action"].take();
    // Asked for JSON, models write the answer as JSON and not as text that holds it.
    if action["type"] == "completion" && !action["answer"].is_string() {
        action["answer"] = action["answer"].to_string().into();
    }
    match forbidden(&action) {
        Some(why) => Err(why),
        None => Ok(Turn { state: state(&decision["state"]), action }),
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, read};

    #[test]
    fn what_a_model_is_told_about_is_what_it_may_do() {
        let rules = super::super::prompt::opening("t", &[], true, None, &[])[0]["content"].to_string();
        let told = rules.split("\\\"type\\\": \\\"").skip(1).filter_map(|rest| rest.split('\\').next());
        let told: Vec<&str> = told.filter(|kind| *kind != "...").collect();
        assert!(told.len() > 10, "{rules}");
        for kind in &told {
            assert!(ACTIONS.contains(kind), "{kind}");
        }
        let rules = super::super::prompt::opening("t", &[], true, None, &[])[0]["content"].to_string();
        for kind in ACTIONS {
            assert!(rules.contains(&format!("\\\"type\\\": \\\"{kind}\\\"")), "{kind} is not told");
        }
    }

    #[test]
    fn a_decision_is_found_in_what_is_written_around_it() {
        let turn = read("Sure!\n```json\n{\"state\": {\"memory\": \"m\"}, \"action\": {\"type\": \"go_back\"}}\n```")
            .ok()
            .unwrap();
        assert_eq!((&turn.action["type"], &turn.state["memory"]), (&"go_back".into(), &"m".into()));
        assert_eq!(turn.state["previous_goal_status"], "unknown");
        let turn =
            read("{\"action\": {\"type\": \"completion\", \"success\": true, \"answer\": {\"a\": 1}}}").ok().unwrap();
        assert_eq!(turn.action["answer"], "{\"a\":1}");
        let turn =
            read("Not {\"a\"}, but {\"action\": {\"type\": \"reload\"}}\n{\"action\": {\"type\": \"go_back\"}}").ok();
        assert_eq!(turn.unwrap().action["type"], "reload", "the first that is one");
        for said in ["", "}{", "{}", "{\"action\": \"click\"}", "no", "{\"action\": {}}"] {
            assert!(read(said).is_err(), "{said}");
        }
    }
}
