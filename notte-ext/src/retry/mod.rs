//! When a call is sent again, and after how long: values in, a decision out, with no clock and no chance of its own.

mod backoff;
mod budget;
mod decide;
mod hint;

use std::time::Duration;

pub(crate) use budget::Budget;
pub(crate) use decide::{Decision, Outcome, State, Stop};
pub(crate) use hint::hint;

/// How often a failed call is sent again, and how long is waited before.
///
/// What is sent again depends on what it costs to do it twice. A read is repeated after most failures. A call that
/// starts or buys something is repeated only if it never left, or if the service refused it. An action on a page is
/// repeated only if it never left. A rate limit that does not say how long it lasts is not waited out.
///
/// Waits grow from [`base`](Self::base) to [`cap`](Self::cap) by a factor of two, and each is a random part of that
/// ("full jitter"). A wait that the service asks for is kept; one beyond 60 seconds, or beyond the deadline of
/// the call, ends the call at once.
///
/// ```
/// use std::time::Duration;
///
/// use notte_ext::Retry;
///
/// let patient = Retry::standard().max_attempts(5).cap(Duration::from_secs(30));
/// let never = Retry::none();
/// # let _ = (patient, never);
/// ```
#[derive(Debug, Clone)]
pub struct Retry {
    max_attempts: u32,
    base: Duration,
    overload_base: Duration,
    cap: Duration,
}

impl Retry {
    /// Three attempts in all, waits from 0.5 s (5 s when the service is overloaded) up to 20 s.
    pub fn standard() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(500),
            overload_base: Duration::from_secs(5),
            cap: Duration::from_secs(20),
        }
    }

    /// One attempt, whatever happens.
    pub fn none() -> Self {
        Self::standard().max_attempts(1)
    }

    /// How many attempts there are in all, the first one included. 0 counts as 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The longest wait before the second attempt.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The longest wait before the second attempt when the service is overloaded (status 529).
    #[must_use]
    pub fn overload_base(mut self, base: Duration) -> Self {
        self.overload_base = base;
        self
    }

    /// The longest wait before any attempt, unless the service asks for a longer one.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::standard()
    }
}
