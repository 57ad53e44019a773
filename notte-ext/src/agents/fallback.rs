//! `AgentFallback`: actions one by one, and an agent for the rest when one of them does not work.

use std::{fmt, time::SystemTime};

use notte_api::{
    types::{self, ExecutionResult},
    wire::Timestamp,
};
use serde_json::json;
use tokio::sync::Mutex;

use super::{AgentBuilder, AgentState, AgentStatus, builder::Settings};
use crate::{Action, Error, ErrorKind, Observe, Result, SessionHandle};

const SKIPPED: &str = "skipped: an agent has taken over";

/// Actions that are executed one by one, with an agent that takes over from the first one that does not work:
/// [`scope`](Self::scope) runs them.
#[must_use = "actions are run by `.scope(…)`"]
pub struct AgentFallback<'s> {
    agent: AgentBuilder<'s>,
    task: String,
}

impl SessionHandle {
    /// Sets up actions with an agent to fall back to. `task` is what the actions are for: what the agent is to do if one
    /// of them does not work.
    pub fn fallback(&self, task: impl Into<String>) -> AgentFallback<'_> {
        AgentFallback { agent: self.agent(), task: task.into() }
    }
}

impl AgentFallback<'_> {
    pub(super) fn settings(&mut self) -> &mut Settings {
        self.agent.settings()
    }

    /// Runs `body`, whose actions go through the page it is given. The first action that does not work hands over to the
    /// agent, which knows what was done since the scope began, and what failed. Actions after that are skipped.
    ///
    /// An agent that fails is not an error: [`FallbackOutcome::success`] reports it. The value of `body` is in
    /// [`FallbackOutcome::value`].
    ///
    /// # Errors
    /// What `body` fails with. A call that fails, unlike an action that does not work, is an error of
    /// [`FallbackPage::execute`], and does not bring in the agent.
    ///
    /// # Cancel safety
    /// When the future is dropped, an agent that works is stopped in the background.
    pub async fn scope<T, E, F>(self, body: F) -> Result<FallbackOutcome<T>, E>
    where
        F: AsyncFnOnce(&FallbackPage<'_>) -> Result<T, E>,
        E: From<Error>,
    {
        let Self { agent, task } = self;
        let offset = agent.session().offset().await?;
        let outcome = FallbackOutcome { success: true, agent_used: false, steps: Vec::new(), agent: None, value: () };
        let page = FallbackPage { agent: agent.session_offset(offset), task, outcome: Mutex::new(outcome) };
        let value = body(&page).await?;
        let FallbackOutcome { success, agent_used, steps, agent, value: () } = page.outcome.into_inner();
        Ok(FallbackOutcome { success, agent_used, steps, agent, value })
    }
}

/// The page of a session, while an agent stands by.
pub struct FallbackPage<'s> {
    agent: AgentBuilder<'s>,
    task: String,
    outcome: Mutex<FallbackOutcome<()>>,
}

impl FallbackPage<'_> {
    /// Does something on the page. An action that does not work is a result, after the agent has done the rest; so is
    /// one that was skipped since an agent has taken over, with a message that says so.
    ///
    /// # Errors
    /// The service refuses the action, or there is no answer; or the agent could not be run.
    pub async fn execute(&self, action: impl Into<Action>) -> Result<ExecutionResult> {
        // One after the other: an agent that takes over must be alone.
        let mut outcome = self.outcome.lock().await;
        if outcome.agent.is_some() {
            return skipped(action.into().as_wire());
        }
        let result = self.agent.session().try_execute(action).await?;
        outcome.steps.push(result.clone());
        if !result.success {
            outcome.success = false;
            outcome.agent_used = true;
            let status = self.agent.run(handover(&self.task, &result)).await?;
            tracing::info!(agent = &**status.agent_id(), state = ?status.state(), "an agent took over");
            outcome.success = status.state() == AgentState::Completed;
            outcome.agent = Some(status);
        }
        Ok(result)
    }

    /// Opens an address in the tab in front.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub async fn goto(&self, url: impl Into<String>) -> Result<ExecutionResult> {
        self.execute(Action::goto(url)).await
    }

    /// Looks at the page: what is there, and what can be done.
    pub fn observe(&self) -> Observe<'_> {
        self.agent.session().observe()
    }
}

/// What the agent is told.
fn handover(task: &str, failed: &ExecutionResult) -> String {
    let action = types::Action::tag(&failed.action).unwrap_or("unknown");
    format!(
        "Finish a task that a script could not finish.\n\
         Task: {task}\n\
         The script's last action, of type `{action}`, did not work: {}\n\
         Start on the page as it is, and open other addresses only if the task says so. Take as few actions as you can, \
         and none that the task does not need. If you cannot tell what the task asks for, stop at once without success.",
        failed.message
    )
}

fn skipped(action: &types::Action) -> Result<ExecutionResult> {
    let now = Timestamp::from(SystemTime::now());
    let result = json!({"action": action, "success": true, "message": SKIPPED, "started_at": now, "ended_at": now});
    serde_json::from_value(result).map_err(|_| Error::new(ErrorKind::InvalidRequest, "the action cannot be read back"))
}

/// What came of actions with an agent to fall back to.
#[derive(Debug, Clone)]
#[must_use = "an agent that failed is a result, not an error"]
pub struct FallbackOutcome<T = ()> {
    success: bool,
    agent_used: bool,
    steps: Vec<ExecutionResult>,
    agent: Option<AgentStatus>,
    value: T,
}

impl<T> FallbackOutcome<T> {
    /// Whether all is done: every action worked, or the agent did the task.
    pub fn success(&self) -> bool {
        self.success
    }

    /// Whether an action did not work, and an agent was called in.
    pub fn agent_used(&self) -> bool {
        self.agent_used
    }

    /// What came of the actions that were executed, in order. Skipped ones are not among them.
    pub fn steps(&self) -> &[ExecutionResult] {
        &self.steps
    }

    /// Returns the value of the scope's body.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns the value of the scope's body, and drops the rest.
    pub fn into_value(self) -> T {
        self.value
    }

    /// How the agent ended, if one was called in.
    pub fn agent(&self) -> Option<&AgentStatus> {
        self.agent.as_ref()
    }
}

impl fmt::Debug for AgentFallback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentFallback").field("agent", &self.agent).finish_non_exhaustive()
    }
}

impl fmt::Debug for FallbackPage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FallbackPage").field("agent", &self.agent).finish_non_exhaustive()
    }
}
