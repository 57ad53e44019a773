//! `AgentWait`: waiting for the end of an agent.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Instant;

use super::{AgentStatus, handle::Remote};
use crate::{
    Error, ErrorKind, Result,
    call::within,
    wait::{Polled, Schedule, poll},
};

const OPERATION: &str = "agent_wait";

/// A wait for the end of an agent that has not begun yet: `.await` begins it.
///
/// The agent is asked how it is after one second, and then less and less often, down to every ten seconds. The last time
/// is at the deadline, by default the time when its session must end. Polls that fail and may do better later are
/// tolerated.
///
/// # Cancel safety
/// Dropping the future only stops waiting.
#[must_use = "a wait begins with `.await`"]
pub struct AgentWait {
    remote: Arc<Remote>,
    schedule: Schedule,
    stop: bool,
    running: Option<Pin<Box<dyn Future<Output = Result<AgentStatus>> + Send>>>,
}

impl AgentWait {
    pub(super) fn new(remote: Arc<Remote>) -> Self {
        Self { remote, schedule: Schedule::default(), stop: false, running: None }
    }

    pub(super) fn after_stop(mut self) -> Self {
        self.stop = true;
        self
    }

    /// How long to wait at most.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.schedule.deadline = Some(deadline);
        self
    }

    /// How often to poll at most; at least once. Without a deadline beside it, time does not end the wait.
    pub fn max_polls(mut self, most: u32) -> Self {
        self.schedule.max_polls = Some(most);
        self
    }

    /// The time between polls, in place of one that grows.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule.interval = Some(interval);
        self
    }
}

async fn run(remote: Arc<Remote>, mut schedule: Schedule, stop: bool) -> Result<AgentStatus> {
    if stop {
        let start = Instant::now();
        let end = schedule.deadline.and_then(|deadline| start.checked_add(deadline));
        let Some(stopped) = within(end, remote.stop()).await else {
            let message = "the agent was not asked to stop by the deadline";
            return Err(Error::new(ErrorKind::Deadline, message).in_operation(OPERATION).and_acted());
        };
        let stopped = stopped?;
        if stopped.state().is_final() {
            return Ok(stopped);
        }
        schedule.deadline = schedule.deadline.map(|deadline| deadline.saturating_sub(start.elapsed()));
    }
    if schedule.deadline.is_none() && schedule.max_polls.is_none() {
        schedule.deadline = Some(remote.time_left().await);
    }
    let ended = poll(OPERATION, schedule, || async {
        let status = remote.status().await?;
        Ok(if status.state().is_final() { Polled::Ready(status) } else { Polled::NotYet(Some(status)) })
    });
    ended.await.map_err(|error| {
        let (error, last) = error.into_parts();
        error.of_agent(last)
    })
}

/// Waits. An agent that failed is a result; an error is a wait that ended before the agent: of kind
/// [`Deadline`](crate::ErrorKind::Deadline) if time or polls ran out, with [`Error::waited`](crate::Error::waited), and
/// the last status as [`Error::agent`](crate::Error::agent).
impl Future for AgentWait {
    type Output = Result<AgentStatus>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { remote, schedule, stop, running } = &mut *self;
        let running = running.get_or_insert_with(|| Box::pin(run(Arc::clone(remote), schedule.clone(), *stop)));
        running.as_mut().poll(cx)
    }
}

impl fmt::Debug for AgentWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentWait").field("agent", &self.remote.id).field("schedule", &self.schedule).finish()
    }
}
