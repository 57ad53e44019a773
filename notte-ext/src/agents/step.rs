//! `Step`: one step of an agent, in whichever shape the service wrote it.

use std::fmt;

use notte_api::wire::Timestamp;
use serde_json::{Map, Value};

use crate::Action;

const COMPLETION: &str = "agent_completion";

/// One step of an agent, as the service sent it.
///
/// Steps are free JSON, and come in two shapes: the step itself, or as `value` of an object whose `type` says what it
/// is. The accessors read both, and give none where a step does not say. `Display` is one line: what the agent did and
/// what it wants next; what it typed is not in it.
#[derive(Clone, PartialEq)]
pub struct Step(Value);

impl Step {
    pub(crate) fn new(json: Value) -> Self {
        Self(json)
    }

    /// The step as it was sent.
    pub fn raw(&self) -> &Value {
        &self.0
    }

    /// The step as it was sent, taken out.
    pub fn into_raw(self) -> Value {
        self.0
    }

    /// What kind of step it is, such as `agent_completion`, `observation` or `execution_result`.
    pub fn kind(&self) -> Option<&str> {
        match self.wrapped() {
            Some((kind, _)) => Some(kind),
            None => self.action_json().is_some().then_some(COMPLETION),
        }
    }

    /// Whether it is a step that the agent decided on. Others say what came of it.
    pub fn is_agent_step(&self) -> bool {
        self.kind() == Some(COMPLETION) && self.action_json().is_some()
    }

    /// What was done, ready to be executed again.
    pub fn action(&self) -> Option<Action> {
        let action = Value::Object(self.action_json()?.clone());
        serde_json::from_value::<notte_api::types::Action>(action).ok().map(Action::from)
    }

    /// What kind of action it was, such as `click`.
    pub fn action_kind(&self) -> Option<&str> {
        self.action_json()?.get("type")?.as_str()
    }

    /// What the agent wants to do next, in its own words.
    pub fn next_goal(&self) -> Option<&str> {
        self.state("next_goal")
    }

    /// Whether the agent thinks that it reached its goal before: `success`, `failure` or `unknown`.
    pub fn previous_goal_status(&self) -> Option<&str> {
        self.state("previous_goal_status")
    }

    /// What the agent thinks of how its goal before went.
    pub fn previous_goal_eval(&self) -> Option<&str> {
        self.state("previous_goal_eval")
    }

    /// What the agent thinks the page is.
    pub fn page_summary(&self) -> Option<&str> {
        self.state("page_summary")
    }

    /// What the agent keeps in mind.
    pub fn memory(&self) -> Option<&str> {
        self.state("memory")
    }

    /// Whether the action worked, where the step says so.
    pub fn success(&self) -> Option<bool> {
        self.body()?.get("success")?.as_bool()
    }

    /// What came of the action, where the step says so.
    pub fn message(&self) -> Option<&str> {
        self.body()?.get("message")?.as_str()
    }

    /// When the step began.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.time("started_at")
    }

    /// When the step ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.time("ended_at")
    }

    /// Whether the agent ends its task with this step.
    pub(crate) fn is_answer(&self) -> bool {
        self.is_agent_step() && self.action_kind() == Some("completion")
    }

    pub(crate) fn action_json(&self) -> Option<&Map<String, Value>> {
        self.body()?.get("action")?.as_object()
    }

    pub(crate) fn state_json(&self) -> Option<&Value> {
        self.body()?.get("state")
    }

    fn wrapped(&self) -> Option<(&str, &Value)> {
        Some((self.0.get("type")?.as_str()?, self.0.get("value")?))
    }

    fn body(&self) -> Option<&Map<String, Value>> {
        self.wrapped().map_or(&self.0, |(_, value)| value).as_object()
    }

    fn state(&self, field: &str) -> Option<&str> {
        self.state_json()?.get(field)?.as_str()
    }

    fn time(&self, field: &str) -> Option<Timestamp> {
        self.body()?.get(field)?.as_str()?.parse().ok()
    }
}

impl From<Value> for Step {
    fn from(json: Value) -> Self {
        Self::new(json)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.action_kind().or_else(|| self.kind()).unwrap_or("step"))?;
        match self.next_goal().or_else(|| self.message()) {
            Some(text) => write!(f, ": {}", text.split_whitespace().collect::<Vec<_>>().join(" ")),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step").field("agent_step", &self.is_agent_step()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bare() -> Value {
        json!({
            "state": {"previous_goal_status": "success", "previous_goal_eval": "went well", "page_summary": "a shop",
                      "memory": "two items", "next_goal": "open\nthe cart", "relevant_interactions": []},
            "action": {"type": "fill", "id": "I1", "value": "hunter2"},
            "started_at": "2025-01-02T03:04:05", "ended_at": "2025-01-02T03:04:06Z",
        })
    }

    #[test]
    fn both_shapes_read_the_same() {
        for json in [bare(), json!({"type": "agent_completion", "value": bare()})] {
            let step = Step::new(json.clone());
            assert!(step.is_agent_step() && !step.is_answer());
            assert_eq!((step.kind(), step.action_kind()), (Some("agent_completion"), Some("fill")));
            assert_eq!((step.next_goal(), step.memory()), (Some("open\nthe cart"), Some("two items")));
            assert_eq!((step.previous_goal_status(), step.previous_goal_eval()), (Some("success"), Some("went well")));
            assert_eq!(step.page_summary(), Some("a shop"));
            assert_eq!(step.ended_at().unwrap().unix_nanos() - step.started_at().unwrap().unix_nanos(), 1_000_000_000);
            assert_eq!(step.action().unwrap().kind(), Some("fill"));
            assert_eq!(step.to_string(), "fill: open the cart");
            assert!(!format!("{step:?} {step}").contains("hunter2"));
            assert_eq!(step.into_raw(), json);
        }
    }

    #[test]
    fn a_step_of_neither_shape_is_kept_and_says_nothing() {
        for json in [json!(null), json!("text"), json!([1]), json!({}), json!({"action": "click"}), json!({"type": 1})]
        {
            let step = Step::new(json.clone());
            assert!(!step.is_agent_step() && step.action().is_none() && step.kind().is_none(), "{json}");
            assert_eq!((step.to_string(), step.raw()), ("step".into(), &json));
        }
    }

    #[test]
    fn what_came_of_an_action_is_no_step_of_the_agent() {
        let value = json!({"action": {"type": "click"}, "success": false, "message": "no such element"});
        let wrapped = Step::new(json!({"type": "execution_result", "value": value}));
        assert!(!wrapped.is_agent_step());
        assert_eq!((wrapped.success(), wrapped.message()), (Some(false), Some("no such element")));
        assert_eq!(wrapped.to_string(), "click: no such element");
        let flat = Step::new(value);
        assert!(flat.is_agent_step(), "the flat form of the documentation");
    }
}
