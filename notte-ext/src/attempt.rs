//! `OnAttempt`: what a service hears of every request that is sent for it, for its metrics and traces.

use std::{panic::AssertUnwindSafe, time::Duration};

use notte_api::{OperationMeta, reqwest::header::HeaderMap};

/// Called around every attempt of every call: see [`Builder::on_attempt`](crate::Builder::on_attempt).
///
/// Both methods are called in the span of the call and must not block. A closure that adds headers implements it.
pub trait OnAttempt: Send + Sync {
    /// Called before an attempt is sent. What it adds to `headers` is sent with it, but not to another origin after a
    /// redirect, and does not replace a header of the call itself.
    fn before(&self, attempt: &Attempt, headers: &mut HeaderMap) {
        let _ = (attempt, headers);
    }

    /// Called when an attempt has ended. An attempt whose caller dropped its future has no end.
    fn after(&self, attempt: &Attempt, end: &AttemptEnd) {
        let _ = (attempt, end);
    }
}

impl<F: Fn(&mut HeaderMap) + Send + Sync> OnAttempt for F {
    fn before(&self, _: &Attempt, headers: &mut HeaderMap) {
        self(headers);
    }
}

/// One attempt of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// Id of the operation, such as `session_start`.
    pub operation: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Template of the path, such as `/sessions/{session_id}`.
    pub path: &'static str,
    /// Number of the attempt, counted from 1.
    pub number: u32,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptEnd {
    /// Status of the response; `None` if there was none.
    pub status: Option<u16>,
    /// How long it took.
    pub duration: Duration,
    /// What follows.
    pub next: Next,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Next {
    /// The call has succeeded.
    Success,
    /// The call has failed.
    Failure,
    /// The call is retried after this time.
    Retry(Duration),
}

impl Attempt {
    pub(crate) fn new(meta: &'static OperationMeta, number: u32) -> Self {
        Self { operation: meta.id, method: meta.method, path: meta.path, number }
    }
}

/// The headers of a hook; none if it panicked.
pub(crate) fn before(hook: &dyn OnAttempt, attempt: &Attempt) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    std::panic::catch_unwind(AssertUnwindSafe(|| hook.before(attempt, &mut headers))).ok()?;
    Some(headers)
}

pub(crate) fn after(hook: &dyn OnAttempt, attempt: &Attempt, end: &AttemptEnd) {
    if std::panic::catch_unwind(AssertUnwindSafe(|| hook.after(attempt, end))).is_err() {
        tracing::error!(operation = attempt.operation, "the hook of `on_attempt` panicked");
    }
}
