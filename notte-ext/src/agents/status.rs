//! `AgentStatus`: how an agent is, what it did, and what it answered.

use std::fmt;

use notte_api::{
    types::{self, AgentStatusResponse},
    wire::{Extra, List, OddItem, Open, Timestamp},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::Step;
use crate::{AgentId, Error, ErrorKind, Result, SessionId};

/// How many steps the service gives an agent that was not told.
pub(super) const DEFAULT_MAX_STEPS: u32 = 20;

/// What became of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AgentState {
    /// It works.
    Running,
    /// It did its task.
    Completed,
    /// It says that it could not do its task.
    Failed,
    /// It used up its steps.
    MaxSteps,
    /// It was ended before it was done.
    Stopped,
}

impl AgentState {
    /// Whether the agent has ended.
    pub fn is_final(self) -> bool {
        self != Self::Running
    }
}

/// What a state is told from.
#[derive(Debug, Clone, Copy)]
struct Facts {
    closed: bool,
    success: Option<bool>,
    /// The last step is the agent's own last word.
    answered: bool,
    /// This client asked for the agent to be stopped.
    stop_asked: bool,
    used_up: bool,
}

impl From<Facts> for AgentState {
    fn from(facts: Facts) -> Self {
        match facts.success {
            _ if !facts.closed => Self::Running,
            Some(true) => Self::Completed,
            Some(false) if facts.answered => Self::Failed,
            _ if facts.stop_asked => Self::Stopped,
            _ if facts.used_up && !facts.answered => Self::MaxSteps,
            Some(false) => Self::Failed,
            None => Self::Stopped,
        }
    }
}

/// What this client knows about an agent beside what the service says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    /// None of an agent that was started elsewhere.
    pub(crate) max_steps: Option<u32>,
    pub(crate) stop_asked: bool,
}

/// How an agent is, or how it ended. An agent that failed is a result, not an error: look at [`state`](Self::state), or
/// turn it into one with [`into_answer`](Self::into_answer).
#[derive(Clone, PartialEq)]
#[must_use = "an agent that failed is a result, not an error"]
pub struct AgentStatus {
    agent_id: AgentId,
    session_id: SessionId,
    /// Without its steps.
    response: Box<AgentStatusResponse>,
    steps: Vec<Step>,
    has_steps: bool,
    state: AgentState,
}

impl AgentStatus {
    pub(crate) fn new(mut response: AgentStatusResponse, known: Known) -> Self {
        let has_steps = response.steps.is_some();
        let steps = response.steps.take().map(every_item).unwrap_or_default();
        let used_up =
            known.max_steps.is_some_and(|most| agent_steps(&steps) >= usize::try_from(most).unwrap_or(usize::MAX));
        let closed = match &response.status {
            Open::Known(status) => *status == types::AgentStatus::Closed,
            Open::Unknown(_) => response.closed_at.is_some(),
        };
        let answered = steps.iter().rfind(|step| step.is_agent_step()).is_some_and(Step::is_answer);
        let facts = Facts { closed, success: response.success, answered, stop_asked: known.stop_asked, used_up };
        let (agent_id, session_id) = (response.agent_id.as_str().into(), response.session_id.as_str().into());
        Self { agent_id, session_id, response: Box::new(response), steps, has_steps, state: facts.into() }
    }

    /// What became of the agent.
    ///
    /// That it used up its steps is told only of an agent that was started by this client: of another, nobody says how
    /// many it had.
    pub fn state(&self) -> AgentState {
        self.state
    }

    /// What the agent answered, or why it failed; none while it works. With a response format, it is JSON text.
    pub fn answer(&self) -> Option<&str> {
        self.response.answer.as_deref()
    }

    /// Whether the agent did its task, as the service says; none while it works.
    pub fn success(&self) -> Option<bool> {
        self.response.success
    }

    /// All steps, in order. Not all are the agent's own: [`Step::is_agent_step`].
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many steps the agent took.
    pub fn steps_completed(&self) -> usize {
        agent_steps(&self.steps)
    }

    /// Id of the agent.
    pub fn agent_id(&self) -> &AgentId {
        &self.agent_id
    }

    /// Id of the session whose browser it uses.
    pub fn session_id(&self) -> &SessionId {
        &self.session_id
    }

    /// What it was told to do.
    pub fn task(&self) -> &str {
        &self.response.task
    }

    /// The address it was told to open first.
    pub fn url(&self) -> Option<&str> {
        self.response.url.as_deref()
    }

    /// The status as the service names it. `closed` says nothing about success.
    pub fn status(&self) -> &Open<types::AgentStatus> {
        &self.response.status
    }

    /// When it was started.
    pub fn created_at(&self) -> Timestamp {
        self.response.created_at
    }

    /// When it ended; none while it works.
    pub fn closed_at(&self) -> Option<Timestamp> {
        self.response.closed_at
    }

    /// Whether the run was kept as a function.
    pub fn saved(&self) -> Option<bool> {
        self.response.saved
    }

    /// Fields that this version has no name for.
    pub fn extra(&self) -> &Extra {
        &self.response.extra
    }

    /// Reads the answer of an agent that did its task as JSON, for one that was started with a
    /// [response format](crate::AgentBuilder::response_format).
    ///
    /// # Errors
    /// [`ErrorKind::Agent`] if the agent did not do its task, [`ErrorKind::Decode`] if its answer is not a `T`;
    /// [`Error::agent`] keeps the status.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        let answer = self.clone().into_answer()?;
        serde_json::from_str(&answer).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Data => "the answer does not have the requested form",
                _ => "the answer is not JSON",
            };
            let place = format!("{what} (line {}, column {})", error.line(), error.column());
            Error::new(ErrorKind::Decode, place).in_operation("agent_run").of_agent(self.clone()).and_acted()
        })
    }

    /// Returns the whole response.
    pub fn into_inner(self) -> AgentStatusResponse {
        let mut response = *self.response;
        let steps = self.steps.into_iter().map(Step::into_raw).collect();
        // A list of JSON takes anything: what is no object stays at its place.
        response.steps = self.has_steps.then(|| serde_json::from_value(Value::Array(steps)).unwrap_or_default());
        response
    }

    /// The answer of an agent that did its task.
    ///
    /// # Errors
    /// [`ErrorKind::Agent`] for every other state; [`Error::agent`] keeps the status.
    pub fn into_answer(self) -> Result<String> {
        let why = match self.state {
            AgentState::Completed => match self.response.answer.clone() {
                Some(answer) => return Ok(answer),
                None => "the agent completed its task without an answer",
            },
            AgentState::Running => "the agent still runs",
            AgentState::Failed => "the agent could not do its task",
            AgentState::MaxSteps => "the agent used up its steps",
            AgentState::Stopped => "the agent was stopped",
        };
        Err(Error::new(ErrorKind::Agent, why).in_operation("agent_run").of_agent(self))
    }
}

/// The items of a list with the odd ones in their places.
fn every_item(list: List<Map<String, Value>>) -> Vec<Step> {
    let json = |item: Result<_, OddItem>| item.map_or_else(|odd| odd.value().clone(), Value::Object);
    list.into_results().map(|item| Step::new(json(item))).collect()
}

/// A status made from a response, in tests for one. It does not know how many steps the agent may take, nor who stopped
/// it.
impl From<AgentStatusResponse> for AgentStatus {
    fn from(response: AgentStatusResponse) -> Self {
        Self::new(response, Known::default())
    }
}

/// As the service sent it.
impl Serialize for AgentStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.clone().into_inner().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AgentStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AgentStatusResponse::deserialize(deserializer).map(Self::from)
    }
}

fn agent_steps(steps: &[Step]) -> usize {
    steps.iter().filter(|step| step.is_agent_step()).count()
}

impl fmt::Debug for AgentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentStatus")
            .field("agent_id", &self.agent_id)
            .field("session_id", &self.session_id)
            .field("state", &self.state)
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_state_is_told_from_what_is_known() {
        use AgentState::{Completed, Failed, MaxSteps, Running, Stopped};

        let all = [false, true];
        for (closed, success, answered, stop_asked, used_up, state) in [
            // Nothing matters while it works.
            (false, None, false, false, false, Running),
            (false, Some(true), true, true, true, Running),
            (true, Some(true), false, false, false, Completed),
            (true, Some(true), true, true, true, Completed),
            (true, Some(false), false, false, false, Failed),
            (true, Some(false), true, false, false, Failed),
            // It gave up with its last step.
            (true, Some(false), true, false, true, Failed),
            (true, Some(false), false, false, true, MaxSteps),
            (true, None, false, false, true, MaxSteps),
            (true, None, false, false, false, Stopped),
            (true, None, true, false, true, Stopped),
            (true, None, false, true, true, Stopped),
            (true, Some(false), false, true, false, Stopped),
        ] {
            let facts = Facts { closed, success, answered, stop_asked, used_up };
            assert_eq!(AgentState::from(facts), state, "{facts:?}");
        }
        for (answered, stop_asked, used_up) in
            all.iter().flat_map(|a| all.iter().flat_map(move |b| all.map(|c| (*a, *b, c))))
        {
            let success = Some(true);
            assert_eq!(AgentState::from(Facts { closed: true, success, answered, stop_asked, used_up }), Completed);
        }
    }

    fn status(change: &Value, known: Known) -> AgentStatus {
        let mut json = json!({
            "agent_id": "a-1", "session_id": "s-1", "status": "closed", "created_at": "2025-01-02T03:04:05Z",
            "task": "the task",
        });
        json.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        AgentStatus::new(serde_json::from_value(json).unwrap(), known)
    }

    fn step(kind: &str) -> Value {
        json!({"type": "agent_completion", "value": {"action": {"type": kind}, "state": {}}})
    }

    #[test]
    fn only_the_agents_own_steps_count_and_none_is_lost() {
        let other = json!({"type": "execution_result", "value": {"action": {"type": "click"}, "success": true}});
        let steps = json!([step("click"), other, "odd", {"action": {"type": "goto"}, "state": {}}]);
        let status =
            status(&json!({"steps": steps, "success": false}), Known { max_steps: Some(2), ..Known::default() });
        let raw: Vec<_> = status.steps().iter().map(|step| step.raw().clone()).collect();
        assert_eq!((json!(raw), status.steps_completed()), (steps, 2));
        assert_eq!(status.state(), AgentState::MaxSteps);
    }

    #[test]
    fn steps_are_used_up_where_their_number_is_known() {
        let steps: Vec<_> = (0..20).map(|_| step("click")).collect();
        for (max_steps, state) in
            [(Some(21), AgentState::Failed), (Some(20), AgentState::MaxSteps), (None, AgentState::Failed)]
        {
            let known = Known { max_steps, ..Known::default() };
            assert_eq!(status(&json!({"steps": steps, "success": false}), known).state(), state, "{max_steps:?}");
        }
    }

    #[test]
    fn a_status_of_a_newer_service_runs_until_it_has_an_end() {
        let running = status(&json!({"status": "paused"}), Known::default());
        assert_eq!(running.state(), AgentState::Running);
        let ended =
            status(&json!({"status": "done", "closed_at": "2025-01-02T03:04:06Z", "success": true}), Known::default());
        assert_eq!(ended.state(), AgentState::Completed);
    }

    #[test]
    fn a_status_goes_back_to_what_it_was_made_of() {
        for steps in [json!([step("click"), "odd", {"x": 1}]), json!([])] {
            let json = json!({
                "agent_id": "a-1", "session_id": "s-1", "status": "closed", "created_at": "2025-01-02T03:04:05Z",
                "task": "the task", "success": true, "answer": "[4, 2]", "steps": steps, "newer": 1,
            });
            let status: AgentStatus = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&status).unwrap(), json);
            assert_eq!(status.parse::<Vec<u8>>().unwrap(), [4, 2]);
            assert_eq!(status.parse::<String>().unwrap_err().kind(), ErrorKind::Decode);
            assert_eq!(AgentStatus::from(status.clone().into_inner()), status);
        }
        let bare = status(&json!({}), Known::default());
        assert!(serde_json::to_value(bare).unwrap().get("steps").is_none());
    }

    #[test]
    fn an_answer_is_that_of_an_agent_that_did_its_task() {
        let known = Known::default();
        assert_eq!(status(&json!({"success": true, "answer": "42"}), known).into_answer().unwrap(), "42");
        for (change, kind) in [
            (json!({"success": false, "answer": "hunter2"}), AgentState::Failed),
            (json!({"success": true}), AgentState::Completed),
            (json!({"status": "active"}), AgentState::Running),
            (json!({}), AgentState::Stopped),
        ] {
            let error = status(&change, known).into_answer().unwrap_err();
            assert_eq!((error.kind(), error.agent().unwrap().state()), (ErrorKind::Agent, kind));
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
