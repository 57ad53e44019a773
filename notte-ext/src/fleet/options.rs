//! What a fleet is set up with, and how it is.

use std::{fmt, sync::Arc, time::Duration};

use crate::{Error, SessionBuilder};

type Setup = Arc<dyn Fn(SessionBuilder) -> SessionBuilder + Send + Sync>;
type RetryIf = Arc<dyn Fn(&Error) -> bool + Send + Sync>;
type Progress = Arc<dyn Fn(FleetState) + Send + Sync>;

#[derive(Clone)]
pub(super) struct Options {
    pub(super) concurrency: usize,
    pub(super) warm: usize,
    pub(super) setup: Setup,
    pub(super) attempts: u32,
    pub(super) repeatable: bool,
    pub(super) retry_if: RetryIf,
    pub(super) job_deadline: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) grace: Duration,
    pub(super) max_sessions: Option<u64>,
    pub(super) progress: Option<Progress>,
}

impl Options {
    /// Whether a job that failed like this is tried again.
    pub(super) fn tries_again(&self, error: &Error, attempts: u32) -> bool {
        attempts < self.attempts && (self.repeatable || !error.may_have_been_sent()) && (self.retry_if)(error)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 4,
            warm: 0,
            setup: Arc::new(|session| session),
            attempts: 1,
            repeatable: false,
            retry_if: Arc::new(|error| error.is_retryable() || error.may_have_been_sent()),
            job_deadline: None,
            deadline: None,
            grace: Duration::from_secs(30),
            max_sessions: None,
            progress: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("concurrency", &self.concurrency)
            .field("warm", &self.warm)
            .field("attempts", &self.attempts)
            .field("repeatable", &self.repeatable)
            .finish_non_exhaustive()
    }
}

/// How a fleet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetState {
    /// Sessions that the fleet has, ready ones included.
    pub sessions: usize,
    /// Sessions that wait for a job.
    pub ready: usize,
    /// How many sessions the fleet allows itself at the moment: fewer than its concurrency while the service is full.
    pub limit: usize,
    /// Sessions that were started in all.
    pub started: u64,
    /// Jobs that succeeded.
    pub done: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Whether no new job is begun.
    pub draining: bool,
}
