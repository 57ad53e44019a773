//! `AgentRun`: an agent from its start to its end, followed step by step.

use std::{
    fmt,
    future::{Future, IntoFuture},
    io::Write as _,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{
    AgentBuilder, AgentStatus, Step,
    logs::{Event, Feed},
};
use crate::{Error, ErrorKind, Result, call::within, cleanup::AgentLease};

const OPERATION: &str = "agent_run";
/// How long before the deadline the service is asked for the last time how the agent is.
const LAST_LOOK: Duration = Duration::from_secs(2);

type OnStep<'s> = Box<dyn FnMut(&Step) + Send + 's>;

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
    deadline: Option<Duration>,
    on_step: Option<OnStep<'s>>,
    print: bool,
    finish: fn(AgentStatus) -> Result<T>,
}

impl<'s, T> AgentRun<'s, T> {
    pub(super) fn new(agent: AgentBuilder<'s>, task: String, finish: fn(AgentStatus) -> Result<T>) -> Self {
        Self { agent, task, deadline: None, on_step: None, print: false, finish }
    }

    /// How long the agent may take, from its start on. By default it is what is left of the time that its session may
    /// last.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Calls this with every step that the agent takes, as it takes it. It must not block.
    pub fn on_step(mut self, on_step: impl FnMut(&Step) + Send + 's) -> Self {
        self.on_step = Some(Box::new(on_step));
        self
    }

    /// Writes every step to standard output, one line each.
    pub fn print_logs(mut self) -> Self {
        self.print = true;
        self
    }

    async fn run(mut self) -> Result<T> {
        let (mut lease, remote) = self.agent.launch(std::mem::take(&mut self.task)).await?;
        let (remote, start) = (Arc::new(remote), Instant::now());
        let deadline = match self.deadline {
            Some(deadline) => deadline,
            None => remote.time_left().await,
        };
        let mut feed = Feed::new(Arc::clone(&remote));
        let last_look = deadline - LAST_LOOK.min(deadline / 4);
        let ended = within(start.checked_add(last_look), self.follow(&mut feed)).await;
        let status = match ended {
            Some(status) => status?,
            None => {
                let last = within(start.checked_add(deadline), remote.status()).await;
                at_deadline(deadline, feed.finished(), last)?
            }
        };
        AgentLease::release(&mut lease);
        (self.finish)(status)
    }

    async fn follow(&mut self, feed: &mut Feed) -> Result<AgentStatus> {
        let mut number = 0_u32;
        loop {
            match feed.next().await? {
                Event::Step(step) => {
                    number = number.saturating_add(1);
                    tracing::info!(
                        agent = feed.agent(),
                        step = number,
                        action = safe(step.action_kind()),
                        "agent step"
                    );
                    self.tell(&step);
                }
                Event::Ended(status) => return Ok(*status),
            }
        }
    }

    fn tell(&mut self, step: &Step) {
        if let Some(on_step) = &mut self.on_step {
            on_step(step);
        }
        if self.print {
            // Nobody reads it any more: that is no trouble of the agent.
            let _ = writeln!(std::io::stdout().lock(), "{step}");
        }
    }
}

/// What is known at the deadline: an agent that has ended by then is done.
fn at_deadline(
    deadline: Duration,
    finished: Option<AgentStatus>,
    last: Option<Result<AgentStatus>>,
) -> Result<AgentStatus> {
    let message = format!("the agent was not done after {:.1} s", deadline.as_secs_f64());
    let late = Error::new(ErrorKind::Deadline, message).in_operation(OPERATION).and_acted();
    match (finished, last) {
        (Some(status), _) => Ok(status),
        (None, Some(Ok(status))) if status.state().is_final() => Ok(status),
        (None, Some(Ok(status))) => Err(late.of_agent(status)),
        (None, Some(Err(error))) => Err(late.because_of(Some(error))),
        (None, None) => Err(late),
    }
}

/// The name of a kind of action; nothing else that a service may write there.
fn safe(kind: Option<&str>) -> &str {
    let plain = |kind: &&str| kind.len() <= 40 && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    kind.filter(plain).unwrap_or("other")
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
            .field("deadline", &self.deadline)
            .field("print_logs", &self.print)
            .finish_non_exhaustive()
    }
}
