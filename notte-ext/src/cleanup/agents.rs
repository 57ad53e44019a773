//! Starts agents in such a way that none works for nobody, and stops those that were let go of.

use std::{sync::Arc, time::Duration};

use notte_api::{
    Client, ResponseValue,
    types::{AgentResponse, AgentStartRequest, AgentStatusResponse},
};
use tokio::sync::mpsc::UnboundedSender;

use super::{Cleanup, Core, reaper::Job};
use crate::{
    AgentId, Error, ErrorKind, Result, SessionId,
    call::{Caller, Policy, run},
    retry::Budget,
};

/// How long an agent that was let go of is tried to be stopped. It ends with its session in any case.
const BOUND: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 10;

/// Whoever holds one answers for an agent. Dropping it has the agent stopped, in the background.
pub(crate) struct AgentLease {
    agent: AgentId,
    session: SessionId,
    core: Arc<Core>,
    jobs: UnboundedSender<Job>,
    armed: bool,
}

impl AgentLease {
    /// The agent has ended, or may work on.
    pub(crate) fn release(&mut self) {
        self.armed = false;
    }

    pub(crate) fn arm(&mut self) {
        self.armed = true;
    }

    pub(crate) fn is_armed(&self) -> bool {
        self.armed
    }
}

impl Cleanup {
    /// Starts an agent. An answer that comes back to nobody is dropped with its lease, and the agent stopped.
    pub(crate) async fn start_agent(
        &self,
        request: AgentStartRequest,
        policy: Policy,
        budget: Arc<Budget>,
    ) -> Result<(AgentLease, AgentResponse)> {
        let (core, jobs) = (Arc::clone(&self.core), self.jobs.clone());
        let task = async move {
            let client = core.client.clone();
            let caller = Caller { client: &client, budget: &budget, policy };
            let answer = run(caller, client.agent_start().body(request)).await?.into_inner();
            let (agent, session) = (answer.agent_id.as_str().into(), answer.session_id.as_str().into());
            Ok((AgentLease { agent, session, core, jobs, armed: true }, answer))
        };
        self.kept("agent_start", task).await
    }
}

impl Drop for AgentLease {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        let (agent, session, core) = (self.agent.clone(), self.session.clone(), Arc::clone(&self.core));
        let job = Job::Run(Box::pin(async move {
            let mut policy = core.policy.clone();
            policy.deadline = BOUND;
            policy.retry = policy.retry.max_attempts(ATTEMPTS);
            match stop_agent(&core.client, &core.budget, policy, &agent, &session).await {
                Ok(_) => tracing::debug!(agent = &*agent, "stopped"),
                Err(error) => tracing::warn!(agent = &*agent, %error, "cannot be stopped; it ends with its session"),
            }
        }));
        if self.jobs.send(job).is_err() {
            tracing::error!(agent = &*self.agent, "cannot be stopped: the clean-up thread of its client has ended");
        }
    }
}

/// Asks for an agent to be stopped; the last word of the service on it, unless it had ended before.
pub(crate) async fn stop_agent(
    client: &Client,
    budget: &Budget,
    policy: Policy,
    agent: &AgentId,
    session: &SessionId,
) -> Result<Option<AgentStatusResponse>> {
    let caller = Caller { client, budget, policy };
    match run(caller, client.agent_stop().agent_id(agent).session_id(session)).await.map(ResponseValue::into_inner) {
        Ok(status) => Ok(Some(status)),
        Err(error) if has_ended(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether there is nothing to stop, or the stop was accepted in words that cannot be read.
fn has_ended(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::Decode)
}
