//! `AgentRun`: an agent from its start to its end, followed step by step.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
};

use tokio::time::Instant;

use super::{
    AgentBuilder, AgentStatus,
    watch::{Following, following},
};
use crate::{Result, cleanup::AgentLease};

const OPERATION: &str = "agent_run";

/// An agent that is not started yet: `.await` starts it and gives what it ends in.
///
/// An agent that failed is a result. Errors are a start that failed, an agent that was not done by the deadline, or a
/// service that does not say how it is; the agent is then stopped in the background.
///
/// # Cancel safety
/// When the future is dropped, the agent is stopped in the background.
#[must_use = "an agent is run by `.await`"]
pub struct AgentRun<'s, T = AgentStatus> {
    agent: AgentBuilder<'s>,
    task: String,
    following: Following<'s>,
    finish: fn(AgentStatus) -> Result<T>,
}

impl<'s, T> AgentRun<'s, T> {
    pub(super) fn new(agent: AgentBuilder<'s>, task: String, finish: fn(AgentStatus) -> Result<T>) -> Self {
        Self { agent, task, following: Following::default(), finish }
    }

    following!('s);

    async fn run(self) -> Result<T> {
        let Self { agent, task, following, finish } = self;
        let (mut lease, remote) = agent.launch(task).await?;
        let status = following.follow(OPERATION, &Arc::new(remote), Instant::now()).await?;
        AgentLease::release(&mut lease);
        finish(status)
    }
}

impl<'s, T: 's> IntoFuture for AgentRun<'s, T> {
    type Output = Result<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<T>> + Send + 's>>;

    /// Starts the agent, and waits for its end.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<T> fmt::Debug for AgentRun<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentRun")
            .field("agent", &self.agent)
            .field("following", &self.following)
            .finish_non_exhaustive()
    }
}
