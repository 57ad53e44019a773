//! Waiting for something to become so: how long between polls, when to give up, and what that says.

use std::{fmt, future::Future, time::Duration};

use tokio::time::Instant;

use crate::{Error, ErrorKind, Result, call::within};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const GROWTH: f64 = 1.5;
/// A poll that is under way at the deadline may take so much longer.
const GRACE: Duration = Duration::from_secs(10);

/// When to poll: a value, without clock or I/O. There is always a first poll, at once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schedule {
    /// The last poll is made then.
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_polls: Option<u32>,
    /// The pause between polls, in place of one that grows.
    pub(crate) interval: Option<Duration>,
}

impl Schedule {
    /// How long to wait after so many polls and so much time; none when it is over. `dice` is a number from 0 to 1.
    pub(crate) fn next(&self, polls: u32, waited: Duration, hint: Option<Duration>, dice: f64) -> Option<Duration> {
        if self.max_polls.is_some_and(|most| polls >= most) {
            return None;
        }
        let pause = self.interval.unwrap_or_else(|| growing(polls, dice)).max(hint.unwrap_or_default());
        match self.deadline {
            None => Some(pause),
            Some(deadline) => deadline.checked_sub(waited).filter(|left| !left.is_zero()).map(|left| pause.min(left)),
        }
    }
}

/// From one second to ten, less up to a quarter, so that those who started together do not poll together.
fn growing(polls: u32, dice: f64) -> Duration {
    let grown = GROWTH.powi(i32::try_from(polls.saturating_sub(1)).unwrap_or(i32::MAX));
    FIRST_PAUSE.mul_f64(grown.min(LONGEST_PAUSE.as_secs_f64())).mul_f64(1.0 - dice.clamp(0.0, 1.0) / 4.0)
}

/// What a poll found.
pub(crate) enum Polled<T> {
    Ready(T),
    /// Not yet; perhaps with what there is so far.
    NotYet(Option<T>),
}

/// Polls until it is so. Polls that fail and may do better later are tolerated.
pub(crate) async fn poll<T, F, A>(what: &'static str, schedule: Schedule, mut poll: F) -> Result<T, WaitError<T>>
where
    F: FnMut() -> A,
    A: Future<Output = Result<Polled<T>>>,
{
    let start = Instant::now();
    let end = schedule.deadline.and_then(|deadline| start.checked_add(deadline.saturating_add(GRACE)));
    let mut error = Inner { what, is_timeout: true, waited: Duration::ZERO, polls: 0, last: None, failure: None };
    loop {
        error.polls += 1;
        let answer = within(end, poll()).await;
        error.waited = start.elapsed();
        let mut hint = None;
        match answer {
            Some(Ok(Polled::Ready(value))) => return Ok(value),
            Some(Ok(Polled::NotYet(seen))) => {
                error.last = seen.or(error.last);
                error.failure = None;
            }
            Some(Err(failure)) => {
                hint = failure.retry_after();
                error.is_timeout = failure.is_retryable();
                error.failure = Some(failure);
            }
            None => return Err(WaitError(Box::new(error))),
        }
        let next = schedule.next(error.polls, error.waited, hint, fastrand::f64());
        match next.filter(|_| error.is_timeout) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(WaitError(Box::new(error))),
        }
    }
}

/// Why a wait ended before what it waited for: time, or the number of polls, ran out, or a poll failed for good.
pub struct WaitError<T>(Box<Inner<T>>);

struct Inner<T> {
    what: &'static str,
    is_timeout: bool,
    waited: Duration,
    polls: u32,
    last: Option<T>,
    failure: Option<Error>,
}

impl<T> WaitError<T> {
    /// A wait that could not begin.
    pub(crate) fn at_once(what: &'static str, failure: Error) -> Self {
        let (waited, polls) = (Duration::ZERO, 0);
        Self(Box::new(Inner { what, is_timeout: false, waited, polls, last: None, failure: Some(failure) }))
    }

    /// Whether the deadline or the number of polls was reached; otherwise a poll failed for good.
    pub fn is_timeout(&self) -> bool {
        self.0.is_timeout
    }

    /// How long it was waited.
    pub fn waited(&self) -> Duration {
        self.0.waited
    }

    /// How many polls were made.
    pub fn polls(&self) -> u32 {
        self.0.polls
    }

    /// What the last poll that was answered found.
    pub fn last(&self) -> Option<&T> {
        self.0.last.as_ref()
    }

    /// As [`last`](Self::last), taken out.
    pub fn into_last(self) -> Option<T> {
        self.0.last
    }

    /// What the last poll failed with, if it failed.
    pub fn failure(&self) -> Option<&Error> {
        self.0.failure.as_ref()
    }

    /// The error of this crate, and what was found last.
    pub(crate) fn into_parts(self) -> (Error, Option<T>) {
        let message = self.0.message();
        let Inner { what, is_timeout, last, failure, .. } = *self.0;
        let error = match failure {
            Some(failure) if !is_timeout => failure,
            failure => Error::new(ErrorKind::Deadline, message).in_operation(what).because_of(failure),
        };
        (error, last)
    }
}

impl<T> Inner<T> {
    fn message(&self) -> String {
        let polls = if self.polls == 1 { "poll" } else { "polls" };
        format!("not done after {:.1} s and {} {polls}", self.waited.as_secs_f64(), self.polls)
    }
}

impl<T> fmt::Display for WaitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_timeout {
            return write!(f, "{} failed: {}", self.0.what, self.0.message());
        }
        write!(f, "waiting failed after {} polls", self.0.polls)
    }
}

impl<T> fmt::Debug for WaitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitError")
            .field("is_timeout", &self.0.is_timeout)
            .field("waited", &self.0.waited)
            .field("polls", &self.0.polls)
            .field("failure", &self.0.failure)
            .finish_non_exhaustive()
    }
}

impl<T> std::error::Error for WaitError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.failure.as_ref().map(|error| error as _)
    }
}

#[cfg(test)]
mod tests;
