//! What is sent again: the effect of a call, what its attempt ended in, and the time that is left.

use std::time::Duration;

use notte_api::Effect;

use super::{Retry, backoff::backoff};

/// The longest wait that is taken from the service.
const LONGEST_HINT: Duration = Duration::from_secs(60);
const OVERLOADED: u16 = 529;

/// What one attempt ended in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The service answered with an error.
    Status {
        /// Its status.
        status: u16,
        /// How long it asks to wait.
        hint: Option<Duration>,
    },
    /// There was no connection, and not a byte was sent.
    ConnectFailed,
    /// The attempt took too long.
    Timeout,
    /// The connection was reset or cut.
    Transport,
    /// The answer is a success that could not be read.
    Undecodable,
    /// It could not be built, and never was sent.
    NotSent,
}

impl Outcome {
    /// Whether the same request may fare better later.
    pub(crate) fn is_transient(&self) -> bool {
        retryable(Effect::Read, self).is_some()
    }
}

/// Where a call stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    /// The attempt that has just ended, counted from 1.
    pub(crate) attempt: u32,
    /// The time until the deadline.
    pub(crate) remaining: Duration,
}

/// How a call goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is sent again.
    Retry {
        /// After so long.
        after: Duration,
        /// Why, for the log.
        reason: &'static str,
    },
    /// It has ended.
    Stop {
        /// Why.
        reason: Stop,
    },
}

/// Why a call is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Sending it again would not help, or could do its work twice.
    NotRetryable,
    /// It was sent before, and the answer now is that there is nothing left to do. For a deletion, that is success.
    AlreadyDone,
    /// There is no attempt left.
    Attempts,
    /// There is no time left.
    Deadline,
    /// The service asks for a longer wait than there is time for, or than anyone should sleep for.
    HintTooFar,
    /// The client has made too many retries of late.
    Budget,
}

impl Retry {
    /// Decides how a call goes on. `random` is in `0..1`.
    pub(crate) fn decide(&self, effect: Effect, outcome: &Outcome, state: State, random: f64) -> Decision {
        match self.wait(effect, outcome, state, random) {
            Ok((after, reason)) => Decision::Retry { after, reason },
            Err(reason) => Decision::Stop { reason },
        }
    }

    fn wait(
        &self,
        effect: Effect,
        outcome: &Outcome,
        State { attempt, remaining }: State,
        random: f64,
    ) -> Result<(Duration, &'static str), Stop> {
        let Some(reason) = retryable(effect, outcome) else {
            let gone =
                effect == Effect::Idempotent && matches!(outcome, Outcome::Status { status: 404 | 409 | 410, .. });
            return Err(if gone && attempt > 1 { Stop::AlreadyDone } else { Stop::NotRetryable });
        };
        if attempt >= self.max_attempts {
            return Err(Stop::Attempts);
        }
        let (base, hint) = match outcome {
            Outcome::Status { status: OVERLOADED, hint } => (self.overload_base, *hint),
            Outcome::Status { hint, .. } => (self.base, *hint),
            _ => (self.base, None),
        };
        let jitter = backoff(base, self.cap, attempt, random);
        let after = match hint {
            Some(hint) if hint > LONGEST_HINT || hint >= remaining => return Err(Stop::HintTooFar),
            // Never earlier than asked for, and not all callers at the same moment.
            Some(hint) => Some(hint.saturating_add(jitter)).filter(|after| *after < remaining).unwrap_or(hint),
            None if jitter >= remaining => return Err(Stop::Deadline),
            None => jitter,
        };
        Ok((after, reason))
    }
}

/// Why a call may be sent again; `None` if it may not.
fn retryable(effect: Effect, outcome: &Outcome) -> Option<&'static str> {
    let repeatable = matches!(effect, Effect::Read | Effect::Idempotent);
    let refusable = repeatable || effect == Effect::Costly;
    match outcome {
        Outcome::ConnectFailed => Some("no connection"),
        Outcome::Timeout => repeatable.then_some("timeout"),
        Outcome::Transport => repeatable.then_some("connection lost"),
        Outcome::Undecodable | Outcome::NotSent => None,
        Outcome::Status { status, hint } => match (status, hint) {
            (429, Some(_)) => refusable.then_some("rate limited"),
            // To a start, it can be the limit of sessions at once, which no wait of ours ends.
            (429, None) => repeatable.then_some("rate limited"),
            (529, _) => refusable.then_some("overloaded"),
            (503, Some(_)) => refusable.then_some("unavailable"),
            (503, None) => repeatable.then_some("unavailable"),
            (408, _) => repeatable.then_some("request timeout"),
            (500.., _) => repeatable.then_some("server error"),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests;
