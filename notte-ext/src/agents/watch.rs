//! `AgentWatch`: an agent that works, followed to its end, and stopped when nobody does.

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
    AgentStatus, Step,
    handle::Remote,
    logs::{Event, Feed},
};
use crate::{Error, ErrorKind, Result, call::within};

/// How long before the deadline the service is asked for the last time how the agent is.
const LAST_LOOK: Duration = Duration::from_secs(2);

type OnStep<'a> = Box<dyn FnMut(&Step) + Send + 'a>;

/// How an agent is followed.
#[derive(Default)]
pub(super) struct Following<'a> {
    deadline: Option<Duration>,
    on_step: Option<OnStep<'a>>,
    print: bool,
}

impl Following<'_> {
    /// Follows an agent to its end, from `start` on.
    pub(super) async fn follow(
        mut self,
        operation: &'static str,
        remote: &Arc<Remote>,
        start: Instant,
    ) -> Result<AgentStatus> {
        let deadline = match self.deadline {
            Some(deadline) => deadline,
            None => remote.time_left().await,
        };
        let mut feed = Feed::new(Arc::clone(remote));
        let last_look = deadline - LAST_LOOK.min(deadline / 4);
        match within(start.checked_add(last_look), self.read(&mut feed)).await {
            Some(status) => status,
            None => {
                let last = within(start.checked_add(deadline), remote.status()).await;
                at_deadline(operation, deadline, feed.finished(), last)
            }
        }
    }

    async fn read(&mut self, feed: &mut Feed) -> Result<AgentStatus> {
        let mut number = 0_u32;
        loop {
            match feed.next().await? {
                Event::Step(step) => {
                    number = number.saturating_add(1);
                    let (agent, action) = (feed.agent(), safe(step.action_kind()));
                    tracing::info!(agent, step = number, action, "agent step");
                    self.report(&step);
                }
                Event::Ended(status) => return Ok(*status),
            }
        }
    }

    fn report(&mut self, step: &Step) {
        if let Some(on_step) = &mut self.on_step {
            on_step(step);
        }
        if self.print {
            // Standard output that nobody reads is no trouble of the agent.
            let _ = writeln!(std::io::stdout().lock(), "{step}");
        }
    }
}

/// What is known at the deadline: an agent that has ended by then is done.
fn at_deadline(
    operation: &'static str,
    deadline: Duration,
    finished: Option<AgentStatus>,
    last: Option<Result<AgentStatus>>,
) -> Result<AgentStatus> {
    let message = format!("the agent was not done after {:.1} s", deadline.as_secs_f64());
    let late = Error::new(ErrorKind::Deadline, message).in_operation(operation).and_acted();
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

impl fmt::Debug for Following<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Following")
            .field("deadline", &self.deadline)
            .field("print_logs", &self.print)
            .finish_non_exhaustive()
    }
}

/// The options of everything that follows an agent.
macro_rules! following {
    ($lifetime:lifetime) => {
        /// Sets how long the agent may take, from its start on. By default it is what is left of the time that its
        /// session may last.
        pub fn deadline(mut self, deadline: ::std::time::Duration) -> Self {
            self.following.set_deadline(deadline);
            self
        }

        /// Calls this with every step of the agent, as it takes it. It must not block.
        pub fn on_step(mut self, on_step: impl FnMut(&$crate::Step) + Send + $lifetime) -> Self {
            self.following.set_on_step(Box::new(on_step));
            self
        }

        /// Writes every step to standard output, one line each.
        pub fn print_logs(mut self) -> Self {
            self.following.set_print();
            self
        }
    };
}
pub(super) use following;

impl<'a> Following<'a> {
    pub(super) fn set_deadline(&mut self, deadline: Duration) {
        self.deadline = Some(deadline);
    }

    pub(super) fn set_on_step(&mut self, on_step: OnStep<'a>) {
        self.on_step = Some(on_step);
    }

    pub(super) fn set_print(&mut self) {
        self.print = true;
    }
}

/// An agent that works and is followed to its end: `.await` does it.
///
/// An agent that failed is a result. Errors are an agent that was not done by the deadline, or a service that does not
/// report how it is; the agent is then stopped in the background.
///
/// # Cancel safety
/// When the future is dropped, the agent is stopped in the background.
#[must_use = "an agent is watched by `.await`"]
pub struct AgentWatch<'a> {
    remote: Arc<Remote>,
    following: Following<'a>,
}

impl<'a> AgentWatch<'a> {
    pub(super) fn new(remote: Arc<Remote>) -> Self {
        Self { remote, following: Following::default() }
    }

    following!('a);

    async fn run(self) -> Result<AgentStatus> {
        let Self { remote, following } = self;
        let mut lease = remote.lease().await?;
        let status = following.follow("agent_watch", &remote, Instant::now()).await?;
        lease.release();
        Ok(status)
    }
}

impl<'a> IntoFuture for AgentWatch<'a> {
    type Output = Result<AgentStatus>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<AgentStatus>> + Send + 'a>>;

    /// Follows the agent to its end.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for AgentWatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentWatch").field("agent", &self.remote.id).field("following", &self.following).finish()
    }
}
