//! `Feed`: one sequence of steps out of a stream and polls.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    super::{AgentStatus, Step, handle::Remote},
    merge::Merge,
    message::Message,
    socket::{QUIET, Socket},
};
use crate::{
    Result,
    wait::{Schedule, TOLERATED, is_final},
};

/// So many polls in a row may fail that may do better later.
const FAILURES: u32 = 10;
/// So many streams in a row may end before they said anything new.
const STREAMS: u32 = 3;

/// How much longer is waited before each further stream.
const PAUSE: Duration = Duration::from_secs(1);

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
    /// So many streams in a row ended before they said anything new.
    mute: u32,
    quiet: Duration,
}

enum Source {
    New,
    Socket(Box<Socket>),
    Polls(Polls),
}

struct Polls {
    polls: u32,
    failures: u32,
    /// Failures that no retry is expected to mend.
    odd: u32,
    next: Instant,
    /// Whether a stream is tried again once a poll has succeeded.
    reopen: bool,
}

impl Feed {
    pub(crate) fn new(remote: Arc<Remote>) -> Self {
        let (merge, ready) = (Merge::default(), VecDeque::new());
        Self { remote, merge, ready, ended: None, source: Source::New, mute: 0, quiet: QUIET }
    }

    /// Sets for how long a stream may say nothing before it counts as broken.
    pub(crate) fn quiet(mut self, limit: Duration) -> Self {
        self.quiet = limit;
        self
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
                    let message = socket.next(&self.remote.id, self.quiet).await;
                    self.read(message);
                }
                Source::Polls(polls) => {
                    tokio::time::sleep_until(polls.next).await;
                    self.poll().await?;
                }
            }
        }
    }

    async fn open(&mut self) {
        match Socket::open(&self.remote).await {
            // The stream may begin in the middle: what was before is asked for once it has begun, and given first.
            Ok(socket) => match self.remote.status().await {
                Ok(status) => {
                    self.merge.new_stream();
                    self.take(status);
                    self.source = Source::Socket(Box::new(socket));
                }
                Err(_) => self.poll_for_now("what was before the stream is not known"),
            },
            Err(why) => self.poll_to_the_end(why),
        }
    }

    fn read(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Step(step)) => {
                if self.merge.is_new_in_stream(&step) {
                    self.mute = 0;
                    self.ready.push_back(step);
                }
            }
            Some(Message::Ended(Some(response))) => {
                let status = self.remote.read(*response);
                // One that does not have all steps is not all there is to say.
                if status.state().is_final() && status.steps_completed() >= self.merge.given() {
                    self.take(status);
                } else {
                    self.poll_to_the_end("the end of the stream does not tell all");
                }
            }
            Some(Message::Ended(None)) => self.poll_to_the_end("the stream ended without a status"),
            None => self.poll_for_now("the stream broke off"),
        }
    }

    /// Polls, and opens another stream once the service has answered, unless the last ones were of no use.
    fn poll_for_now(&mut self, why: &'static str) {
        self.mute += 1;
        self.fall_back(why, self.mute <= STREAMS);
    }

    fn poll_to_the_end(&mut self, why: &'static str) {
        self.fall_back(why, false);
    }

    fn fall_back(&mut self, why: &'static str, reopen: bool) {
        tracing::debug!(agent = self.agent(), why, reopen, "agent logs: polling");
        // The first stream may break off by chance; those after it must not be opened in a hurry.
        let next = Instant::now() + PAUSE * self.mute.saturating_sub(1);
        self.source = Source::Polls(Polls { polls: 0, failures: 0, odd: 0, next, reopen });
    }

    async fn poll(&mut self) -> Result<()> {
        let answer = self.remote.status().await;
        let Source::Polls(polls) = &mut self.source else { return Ok(()) };
        match answer {
            Ok(status) => {
                polls.wait(None);
                (polls.failures, polls.odd) = (0, 0);
                if polls.reopen {
                    self.source = Source::New;
                }
                self.take(status);
                Ok(())
            }
            Err(error) => {
                polls.failures += 1;
                polls.odd += u32::from(!error.is_retryable());
                polls.wait(error.retry_after());
                let given_up = polls.failures > FAILURES || polls.odd > TOLERATED;
                if given_up || is_final(&error) { Err(error) } else { Ok(()) }
            }
        }
    }

    fn take(&mut self, status: AgentStatus) {
        self.ready.extend(self.merge.new_in_poll(status.steps().iter().filter(|step| step.is_agent_step())));
        if status.state().is_final() {
            self.ended = Some(status);
        }
    }
}

impl Polls {
    fn wait(&mut self, hint: Option<Duration>) {
        self.polls = self.polls.saturating_add(1);
        let pause = Schedule::default().next(self.polls, Duration::ZERO, hint, fastrand::f64());
        self.next = Instant::now() + pause.unwrap_or_default();
    }
}
