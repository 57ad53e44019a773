//! A language model as the mind of an agent.

use serde_json::{Value, json};

use super::json::values;
use super::llm::Llm;
use super::mind::{Turn, state};
use super::prompt;

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
fn read(said: &str) -> Result<Turn, &'static str> {
    const WRONG: &str =
        "That was no decision. Answer with one JSON object {\"state\": {...}, \"action\": {\"type\": ...}}.";
    let decides = |decision: &Value| decision["action"]["type"].is_string();
    let mut decision = values(said, &['{']).find(decides).ok_or(WRONG)?;
    let mut action = decision["action"].take();
    // Asked for JSON, models write the answer as JSON and not as text that holds it.
    if action["type"] == "completion" && !action["answer"].is_string() {
        action["answer"] = action["answer"].to_string().into();
    }
    Ok(Turn { state: state(&decision["state"]), action })
}

#[cfg(test)]
mod tests {
    use super::read;

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
