//! `Options`: how the calls of a handle are made.

use std::time::Duration;

use notte_api::wire::Secret;

use crate::{Retry, call::Policy};

pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Options of every call that is made through a handle: see [`Notte::with_options`](crate::Notte::with_options) and
/// [`SessionHandle::with_options`](crate::SessionHandle::with_options). What is not set stays as it is in the handle.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// use notte_ext::{Options, Retry};
///
/// let impatient = notte.with_options(Options::new().deadline(Duration::from_secs(5)).retry(Retry::none()));
/// impatient.health().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "options are given to a handle"]
pub struct Options {
    deadline: Option<Duration>,
    timeout: Option<Duration>,
    retry: Option<Retry>,
    headers: Vec<(String, Secret<String>)>,
}

impl Options {
    /// Creates options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long a call may take in all: attempts, the waits between them, and the body of the response.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how long one attempt may take; for a stream, each read of it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets when calls are retried.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Adds a header, replacing any header of that name. It is not sent to another origin after a redirect.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret<String>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the `Idempotency-Key` of every call, so a handle with it is for one call. Without it, each call that costs
    /// something gets a random one, which all of its attempts share.
    pub fn idempotency_key(self, key: impl Into<Secret<String>>) -> Self {
        self.header(IDEMPOTENCY_KEY, key)
    }

    pub(crate) fn applied_to(self, policy: &Policy) -> Policy {
        let mut policy = policy.clone();
        policy.deadline = self.deadline.unwrap_or(policy.deadline);
        policy.timeout = self.timeout.unwrap_or(policy.timeout);
        policy.retry = self.retry.unwrap_or(policy.retry);
        policy.headers.extend(self.headers);
        policy
    }
}
