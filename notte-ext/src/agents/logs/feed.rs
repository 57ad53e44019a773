//! `Feed`: one sequence of steps out of a stream and polls.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    super::{AgentStatus, Step, handle::Remote},
    merge::Merge,
    message::Message,
    socket::Socket,
};
use crate::{Result, wait::Schedule};

/// So many polls in a row may fail that may do better later.
const FAILURES: u32 = 10;

pub(crate) enum Event {
    Step(Step),
    /// The agent has ended, and all its steps were given.
    Ended(Box<AgentStatus>),
}

pub(crate) struct Feed {
    remote: Arc<Remote>,
    merge: Merge,
    /// Steps that are not given yet.
    ready: VecDeque<Step>,
    ended: Option<AgentStatus>,
    source: Source,
}

enum Source {
    New,
    Socket(Box<Socket>),
    Polls { polls: u32, failures: u32, next: Instant },
}

impl Feed {
    pub(crate) fn new(remote: Arc<Remote>) -> Self {
        Self { remote, merge: Merge::default(), ready: VecDeque::new(), ended: None, source: Source::New }
    }

    pub(crate) fn agent(&self) -> &str {
        &self.remote.id
    }

    /// How the agent ended, if that is known and was not given.
    pub(crate) fn finished(&mut self) -> Option<AgentStatus> {
        self.ended.take()
    }

    /// The next step, or the end.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> Result<Event> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Ok(Event::Step(step));
            }
            if let Some(status) = self.ended.take() {
                return Ok(Event::Ended(Box::new(status)));
            }
            match &mut self.source {
                Source::New => self.open().await,
                Source::Socket(socket) => {
                    let message = socket.next(&self.remote.id).await;
                    self.read(message);
                }
                Source::Polls { next, .. } => {
                    tokio::time::sleep_until(*next).await;
                    self.poll().await?;
                }
            }
        }
    }

    async fn open(&mut self) {
        match Socket::open(&self.remote).await {
            Ok(socket) => {
                // The stream may begin in the middle: what was before is asked for once it has begun.
                if let Ok(status) = self.remote.status().await {
                    self.take(status);
                }
                self.source = Source::Socket(Box::new(socket));
            }
            Err(why) => self.fall_back(why),
        }
    }

    fn read(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Step(step)) => {
                if self.merge.is_new_in_stream(&step) {
                    self.ready.push_back(step);
                }
            }
            Some(Message::Ended(Some(response))) => {
                let status = self.remote.read(*response);
                // One that does not have all steps is not all there is to say.
                if status.state().is_final() && status.steps_completed() >= self.merge.given() {
                    self.take(status);
                } else {
                    self.fall_back("the end of the stream does not tell all");
                }
            }
            Some(Message::Ended(None)) => self.fall_back("the stream ended without a status"),
            None => self.fall_back("the stream ended early"),
        }
    }

    fn fall_back(&mut self, why: &'static str) {
        tracing::debug!(agent = self.agent(), why, "agent logs: polling");
        self.source = Source::Polls { polls: 0, failures: 0, next: Instant::now() };
    }

    async fn poll(&mut self) -> Result<()> {
        let answer = self.remote.status().await;
        let Source::Polls { polls, failures, next } = &mut self.source else { return Ok(()) };
        *polls = polls.saturating_add(1);
        let mut hint = None;
        match &answer {
            Ok(_) => *failures = 0,
            Err(error) => {
                *failures += 1;
                hint = error.retry_after();
            }
        }
        let pause = Schedule::default().next(*polls, Duration::ZERO, hint, fastrand::f64());
        *next = Instant::now() + pause.unwrap_or_default();
        let given_up = *failures > FAILURES;
        match answer {
            Ok(status) => self.take(status),
            Err(error) if !error.is_retryable() || given_up => return Err(error),
            Err(_) => {}
        }
        Ok(())
    }

    fn take(&mut self, status: AgentStatus) {
        self.ready.extend(self.merge.new_in_poll(status.steps().iter().filter(|step| step.is_agent_step())));
        if status.state().is_final() {
            self.ended = Some(status);
        }
    }
}
