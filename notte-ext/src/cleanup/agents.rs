//! Starts agents in such a way that none works for nobody, and stops those that were dropped.

use std::{sync::Arc, time::Duration};

use notte_api::{
    Client, Error as ApiError, OperationMeta, ResponseValue, SendOnce, builder,
    types::{AgentResponse, AgentStartRequest, AgentStatusResponse},
};

use super::{Cleanup, Keeper, LATE, reaper::Job};
use crate::{
    AgentId, Error, ErrorKind, Result, SessionId,
    call::{Caller, run},
};

/// How long an agent that was dropped is tried to be stopped. It ends with its session in any case.
const BOUND: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 10;

/// Whoever holds one answers for an agent. Dropping it has the agent stopped, in the background.
pub(crate) struct AgentLease {
    agent: AgentId,
    session: SessionId,
    keeper: Keeper,
    caller: Arc<Caller>,
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
    /// Answers for an agent that works.
    pub(crate) fn watch_agent(&self, agent: AgentId, session: SessionId, caller: &Caller) -> AgentLease {
        let (keeper, caller) = (self.keeper.clone(), self.keeper.background(caller));
        AgentLease { agent, session, keeper, caller, armed: true }
    }

    /// Starts an agent. An answer that comes back to nobody is dropped with its lease, and the agent stopped.
    pub(crate) async fn start_agent(
        &self,
        request: AgentStartRequest,
        caller: Caller,
    ) -> Result<(AgentLease, AgentResponse)> {
        let start = StartAgent {
            request,
            keeper: self.keeper.clone(),
            stopper: self.keeper.background(&caller),
            patience: caller.policy.timeout,
        };
        run(caller.with_grace(LATE), start).await.map(ResponseValue::into_inner)
    }
}

/// The start of an agent, whose answer comes with a lease on it.
#[derive(Clone)]
struct StartAgent {
    request: AgentStartRequest,
    keeper: Keeper,
    stopper: Arc<Caller>,
    patience: Duration,
}

impl SendOnce for StartAgent {
    const META: &'static OperationMeta = <builder::AgentStart<'static> as SendOnce>::META;

    type Output = (AgentLease, AgentResponse);

    async fn send_on(self, client: &Client) -> Result<ResponseValue<Self::Output>, ApiError> {
        let Self { request, keeper, stopper: caller, patience } = self;
        let client = keeper.core.over(client);
        let answers_for = keeper.clone();
        let request = async move {
            let answer = client.agent_start().body(request).send().await?;
            let (agent, session) = (answer.agent_id.as_str().into(), answer.session_id.as_str().into());
            let lease = AgentLease { agent, session, keeper: answers_for, caller, armed: true };
            Ok(answer.map(|answer| (lease, answer)))
        };
        keeper.detached(Self::META.id, patience, request).await
    }
}

impl Drop for AgentLease {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        let (agent, session, mut caller) = (self.agent.clone(), self.session.clone(), Caller::clone(&self.caller));
        let job = Job::Run(Box::pin(async move {
            caller.policy.deadline = BOUND;
            caller.policy.retry = caller.policy.retry.max_attempts(ATTEMPTS);
            match stop_agent(caller, &agent, &session).await {
                Ok(_) => tracing::debug!(agent = &*agent, "stopped"),
                Err(error) => tracing::warn!(agent = &*agent, %error, "cannot be stopped; it ends with its session"),
            }
        }));
        if self.keeper.jobs.send(job).is_err() {
            tracing::error!(agent = &*self.agent, "cannot be stopped: the clean-up thread of its client has ended");
        }
    }
}

/// Asks for an agent to be stopped; the last word of the service on it, unless it had ended before.
pub(crate) async fn stop_agent(
    caller: Caller,
    agent: &AgentId,
    session: &SessionId,
) -> Result<Option<AgentStatusResponse>> {
    let client = caller.client.clone();
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
