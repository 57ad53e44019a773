//! What decides on the next action: a script, or a language model.

use serde_json::{Value, json};

use super::chat::Chat;
use super::script::Script;

/// A decision: an action, and the thoughts behind it.
pub(super) struct Turn {
    pub(super) state: Value,
    pub(super) action: Value,
}

pub(super) enum Mind {
    Script(Script),
    Chat(Box<Chat>),
}

impl Mind {
    /// Decides on the next action. An error ends the agent.
    pub(super) async fn decide(&mut self, observation: &Value) -> Result<Turn, String> {
        match self {
            Self::Script(script) => Ok(script.next()),
            Self::Chat(chat) => chat.next(observation).await,
        }
    }

    /// Hears what came of the action. False when it cannot go on from there.
    pub(super) fn hear(&mut self, turn: &Turn, result: &Value) -> bool {
        match self {
            Self::Script(script) => script.hear(result),
            Self::Chat(chat) => {
                chat.hear(turn, result);
                true
            }
        }
    }
}

/// Thoughts in the form that they have in steps; what a model left out is empty.
pub(super) fn state(thoughts: &Value) -> Value {
    let text = |name: &str| thoughts[name].as_str().unwrap_or_default().to_owned();
    let status = thoughts["previous_goal_status"].as_str();
    let status = status.filter(|status| matches!(*status, "success" | "failure")).unwrap_or("unknown");
    json!({
        "previous_goal_status": status,
        "previous_goal_eval": text("previous_goal_eval"),
        "page_summary": text("page_summary"),
        "relevant_interactions": [],
        "memory": text("memory"),
        "next_goal": text("next_goal"),
    })
}
