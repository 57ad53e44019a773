//! Better tasks for agents, as a model writes them.

use serde_json::{Map, Value, json};

use super::Llm;

/// What makes a task a good one.
const GOOD: &str = "A good task says where to begin, what to do step by step, and what the answer has to hold. It keeps \
                    what its author wrote and adds no wish of its own.";

impl Llm {
    /// The answer to `improve_prompt`, as the data of a `structured`: the task written anew, the names of values that it
    /// leaves open, and the sign-ins that it needs.
    pub(crate) async fn improve(&self, prompt: &str) -> Value {
        let text = json!({ "type": ["string", "null"] });
        let login = json!({
            "type": "object",
            "properties": { "url": { "type": "string" }, "username": text, "email": text },
            "required": ["url", "username", "email"],
        });
        let format = json!({
            "type": "object",
            "properties": {
                "prompt": { "type": "string" },
                "variables": { "type": ["array", "null"], "items": { "type": "string" } },
                "credentials": { "type": "array", "items": login },
            },
            "required": ["prompt", "variables", "credentials"],
        });
        let rules = format!(
            "You rewrite tasks for an agent that works in a web browser. {GOOD} `variables` are the names of values that \
             the task leaves open, which stand in braces in it; `credentials` are the sites that it signs in to."
        );
        self.answer(&rules, prompt, Some(&format)).await
    }

    /// The answer to `nudge_prompt`, as the data of a `structured`: the task written anew, after what an agent made of it.
    pub(crate) async fn nudge(&self, task: &str, messages: &[Map<String, Value>]) -> Value {
        let format =
            json!({ "type": "object", "properties": { "prompt": { "type": "string" } }, "required": ["prompt"] });
        let rules = format!(
            "An agent that works in a web browser did not get a task done as it should. Rewrite the task so that it does \
             the next time. {GOOD}"
        );
        self.answer(
            &rules,
            &format!("The task:\n\n{task}\n\nWhat the agent did:\n\n{}", json!(messages)),
            Some(&format),
        )
        .await
    }
}
