//! Waiting for something to become so: how long between polls, when to give up, and what that says.

use std::{future::Future, time::Duration};

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
pub(crate) async fn poll<T, F, A>(what: &'static str, schedule: Schedule, mut poll: F) -> Result<T, Unfinished<T>>
where
    F: FnMut() -> A,
    A: Future<Output = Result<Polled<T>>>,
{
    let start = Instant::now();
    let end = schedule.deadline.and_then(|deadline| start.checked_add(deadline.saturating_add(GRACE)));
    let (mut polls, mut last, mut failure) = (0, None, None);
    loop {
        polls += 1;
        let answer = within(end, poll()).await;
        let waited = Waited { time: start.elapsed(), polls };
        let mut hint = None;
        match answer {
            Some(Ok(Polled::Ready(value))) => return Ok(value),
            Some(Ok(Polled::NotYet(seen))) => {
                last = seen.map(Box::new).or(last);
                failure = None;
            }
            Some(Err(error)) if !error.is_retryable() => return Err(Unfinished { error: error.after(waited), last }),
            Some(Err(error)) => {
                hint = error.retry_after();
                failure = Some(error);
            }
            None => return Err(Unfinished { error: late(what, waited, failure), last }),
        }
        match schedule.next(polls, waited.time, hint, fastrand::f64()) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(Unfinished { error: late(what, waited, failure), last }),
        }
    }
}

fn late(what: &'static str, waited: Waited, failure: Option<Error>) -> Error {
    let polls = if waited.polls == 1 { "poll" } else { "polls" };
    let message = format!("not done after {:.1} s and {} {polls}", waited.time.as_secs_f64(), waited.polls);
    Error::new(ErrorKind::Deadline, message).in_operation(what).because_of(failure).after(waited)
}

/// A wait that ended before what it waited for.
#[derive(Debug)]
pub(crate) struct Unfinished<T> {
    error: Error,
    last: Option<Box<T>>,
}

impl<T> Unfinished<T> {
    /// Why it ended, and what the last poll that was answered found.
    pub(crate) fn into_parts(self) -> (Error, Option<T>) {
        (self.error, self.last.map(|last| *last))
    }
}

/// How far a wait came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waited {
    /// How long it was waited.
    pub time: Duration,
    /// How many polls were made.
    pub polls: u32,
}

#[cfg(test)]
mod tests;
