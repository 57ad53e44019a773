//! What a message of the log stream says.

use notte_api::types::AgentStatusResponse;
use serde_json::Value;

use super::super::Step;

pub(super) enum Message {
    Step(Step),
    /// Nothing follows; with how the agent ended, if the message says so.
    Ended(Option<Box<AgentStatusResponse>>),
}

/// Reads a message; none if it is nothing to us, which is not the end of the stream.
pub(super) fn read(text: &str, agent: &str) -> Option<Message> {
    let mut json: Value = serde_json::from_str(text).ok()?;
    let fields = json.as_object_mut()?;
    if fields.contains_key("validation") {
        return None;
    }
    let is = |field: &str, value: &str| fields.get(field).and_then(Value::as_str) == Some(value);
    let named = [fields.get("agent_id"), fields.get("agent").and_then(|stopped| stopped.get("agent_id"))];
    // A session can have several agents.
    if named.into_iter().flatten().filter_map(Value::as_str).any(|id| id != agent) {
        return None;
    }
    if is("status", "agent_stop") {
        return Some(Message::Ended(fields.remove("agent").and_then(status)));
    }
    if is("status", "closed") && is("agent_id", agent) && fields.contains_key("task") {
        return Some(Message::Ended(status(json)));
    }
    if fields.contains_key("status") {
        return None;
    }
    let step = Step::new(json);
    step.is_agent_step().then_some(Message::Step(step))
}

fn status(json: Value) -> Option<Box<AgentStatusResponse>> {
    serde_json::from_value(json).ok().map(Box::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> &'static str {
        match read(text, "a-1") {
            None => "nothing",
            Some(Message::Step(_)) => "step",
            Some(Message::Ended(None)) => "end",
            Some(Message::Ended(Some(_))) => "end with status",
        }
    }

    #[test]
    fn every_message_is_taken_for_what_it_is_and_garbage_is_skipped() {
        let status =
            r#"{"agent_id":"a-1","session_id":"s-1","status":"closed","created_at":"2025-01-02T03:04:05Z","task":"t"}"#;
        let elsewhere = status.replace("a-1", "a-2");
        let active = status.replace("closed", "active");
        let with = format!(r#"{{"status":"agent_stop","agent":{status}}}"#);
        for (text, expected) in [
            (r#"{"state":{},"action":{"type":"click"}}"#, "step"),
            (r#"{"type":"agent_completion","value":{"state":{},"action":{"type":"click"}}}"#, "step"),
            (r#"{"type":"observation","value":{"action":{"type":"click"}}}"#, "nothing"),
            (r#"{"validation":"wrong","action":{"type":"click"}}"#, "nothing"),
            (r#"{"status":"agent_stop"}"#, "end"),
            (r#"{"status":"agent_stop","agent":null}"#, "end"),
            (r#"{"status":"agent_stop","agent":{"agent_id":1}}"#, "end"),
            (&with, "end with status"),
            (&with.replace("a-1", "a-2"), "nothing"),
            (r#"{"status":"agent_stop","agent_id":"a-2"}"#, "nothing"),
            (r#"{"status":"agent_stop","agent_id":"a-1"}"#, "end"),
            (r#"{"agent_id":"a-2","state":{},"action":{"type":"click"}}"#, "nothing"),
            (status, "end with status"),
            (&elsewhere, "nothing"),
            (&active, "nothing"),
            (r#"{"status":"thinking"}"#, "nothing"),
            (r#"{"status":7,"action":{"type":"click"}}"#, "nothing"),
            ("{}", "nothing"),
            ("[1]", "nothing"),
            ("\"text\"", "nothing"),
            ("{\"state\":", "nothing"),
            ("", "nothing"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }
}
