//! Waiting for something to become so: how long between polls, when to give up, and what that says.

use std::{future::Future, time::Duration};

use tokio::time::Instant;

use crate::{Error, ErrorKind, Result, call::within};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const GROWTH: f64 = 1.5;
/// Polls are never closer together than this.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
/// The last poll is made so long before the deadline, or a quarter of it if that is less: it has to end by then.
const LAST_POLL: Duration = Duration::from_secs(2);
/// So many polls in a row may fail in a way that no retry is expected to mend.
pub(crate) const TOLERATED: u32 = 5;

/// When to poll: a value, without clock or I/O. There is always a first poll, at once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schedule {
    /// The wait is over then, whatever is under way.
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
        let pause = pause.max(SHORTEST_PAUSE);
        let Some(deadline) = self.deadline else { return Some(pause) };
        let last = deadline - LAST_POLL.min(deadline / 4);
        last.checked_sub(waited).filter(|left| !left.is_zero()).map(|left| pause.min(left))
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

/// Polls until it is so. Polls that fail and may do better later are tolerated, and some of those that may not.
pub(crate) async fn poll<T, F, A>(what: &'static str, schedule: Schedule, mut poll: F) -> Result<T, Unfinished<T>>
where
    F: FnMut() -> A,
    A: Future<Output = Result<Polled<T>>>,
{
    let start = Instant::now();
    let end = schedule.deadline.and_then(|deadline| start.checked_add(deadline));
    let (mut polls, mut last, mut failure, mut odd) = (0, None, None, 0);
    loop {
        polls += 1;
        let answer = within(end, poll()).await;
        let waited = Waited { time: start.elapsed(), polls };
        let mut hint = None;
        match answer {
            Some(Ok(Polled::Ready(value))) => return Ok(value),
            Some(Ok(Polled::NotYet(seen))) => {
                last = seen.map(Box::new).or(last);
                (failure, odd) = (None, 0);
            }
            Some(Err(error)) if is_final(&error) || (!error.is_retryable() && odd >= TOLERATED) => {
                return Err(Unfinished { error: error.after(waited), last });
            }
            Some(Err(error)) => {
                odd += u32::from(!error.is_retryable());
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

/// Whether no later poll can fare better: the key is refused, there is no such thing, nothing was sent, or the poll
/// came to a verdict of its own, such as a login that failed.
pub(crate) fn is_final(error: &Error) -> bool {
    let verdict = matches!(error.kind(), ErrorKind::Execution | ErrorKind::NotActive | ErrorKind::Conflict);
    matches!(error.kind(), ErrorKind::Auth | ErrorKind::NotFound | ErrorKind::Config)
        || (error.kind() == ErrorKind::InvalidRequest && error.status().is_none())
        || (verdict && error.api().is_none())
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
