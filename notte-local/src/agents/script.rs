//! The model `local/script`: a list of actions in place of a language model, so that a run is the same every time.
//!
//! The task of such an agent is a JSON array of actions, each as `page/execute` takes it:
//!
//! ```json
//! [
//!     {"type": "goto", "url": "http://127.0.0.1:8000/login"},
//!     {"type": "fill", "selector": "#email", "value": "{{persona.email}}"},
//!     {"type": "fill", "selector": "#password", "value": "{{vault.password}}"},
//!     {"type": "click", "selector": "button"},
//!     {"type": "completion", "success": true, "answer": "signed in"}
//! ]
//! ```
//!
//! They are carried out in turn. The first that fails ends the agent, with its message as the answer. A script that does
//! not end in a `completion` ends in success, and its answer is the text that its last action brought: what a `scrape` or
//! `evaluate_js` gave, else the message. Each action counts as a step, the `completion` that was left out too.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::mind::{Turn, state};

/// The name to ask for it by.
pub(super) const MODEL: &str = "local/script";

pub(super) struct Script {
    left: VecDeque<Value>,
    length: usize,
    last: String,
}

impl Script {
    /// Reads the task of an agent.
    pub(super) fn parse(task: &str) -> Result<Self, &'static str> {
        let wrong = "a task for local/script should be a JSON array of actions, each an object with its `type`";
        let left: VecDeque<Value> = serde_json::from_str(task).map_err(|_| wrong)?;
        match left.iter().all(|action| action["type"].is_string()) {
            true => Ok(Self { length: left.len(), left, last: String::new() }),
            false => Err(wrong),
        }
    }

    pub(super) fn next(&mut self) -> Turn {
        let number = self.length - self.left.len() + 1;
        let (action, goal) = match self.left.pop_front() {
            Some(action) => {
                let goal =
                    format!("action {number} of {}: {}", self.length, action["type"].as_str().unwrap_or_default());
                (action, goal)
            }
            None => {
                (json!({ "type": "completion", "success": true, "answer": self.last }), "the script is done".to_owned())
            }
        };
        let status = if number == 1 { "unknown" } else { "success" };
        Turn { state: state(&json!({ "previous_goal_status": status, "next_goal": goal })), action }
    }

    pub(super) fn hear(&mut self, result: &Value) -> bool {
        let text = result["data"]["markdown"].as_str().or(result["message"].as_str());
        self.last = text.unwrap_or_default().to_owned();
        result["success"] == true
    }
}
