//! One job, from its first attempt to its result.

use std::{fmt, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    either,
    options::Options,
    pool::{Pool, cancelled},
    sites::Sites,
};
use crate::{Error, ErrorKind, Result, SessionHandle, SessionId, call::within};

/// How long a job waits before its second attempt; twice as long before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A job that ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finished<J, T> {
    /// The job.
    pub job: J,
    /// What it ended with.
    pub result: Result<T>,
    /// How often it was tried. Starts that were refused because the service was full do not count.
    pub attempts: u32,
    /// The session of the last attempt.
    pub session: Option<SessionId>,
    /// How long it took, waiting for a session included.
    pub took: Duration,
}

/// What the jobs of a fleet share.
pub(super) struct Crew<J, F> {
    pub(super) pool: Arc<Pool>,
    pub(super) options: Arc<Options>,
    sites: Sites<J>,
    work: F,
}

/// How far a job got.
#[derive(Default)]
struct Progress {
    attempts: u32,
    session: Option<SessionId>,
}

impl<J, F> Crew<J, F> {
    pub(super) fn new(pool: Arc<Pool>, options: Arc<Options>, sites: Sites<J>, work: F) -> Self {
        Self { pool, options, sites, work }
    }

    /// Does a job: as often as its attempts allow, and within its deadline.
    pub(super) async fn finish<T, W>(&self, job: J) -> Finished<J, T>
    where
        J: Clone,
        F: Fn(SessionHandle, J) -> W,
        W: Future<Output = Result<T>>,
    {
        let start = Instant::now();
        let mut progress = Progress::default();
        let deadline = self.options.job_deadline.and_then(|deadline| start.checked_add(deadline));
        let given_up = async {
            self.pool.given_up().await;
            Some(Err(cancelled("the fleet was drained before the job was done")))
        };
        let tried = within(deadline, Box::pin(self.attempts(&job, &mut progress)));
        let result = either(tried, given_up).await.unwrap_or_else(|| {
            let deadline = self.options.job_deadline.unwrap_or_default();
            Err(Error::new(ErrorKind::Deadline, format!("the job was not done after {deadline:?}")))
        });
        self.pool.finished(result.is_ok());
        let Progress { attempts, session } = progress;
        Finished { job, result, attempts, session, took: start.elapsed() }
    }

    async fn attempts<T, W>(&self, job: &J, progress: &mut Progress) -> Result<T>
    where
        J: Clone,
        F: Fn(SessionHandle, J) -> W,
        W: Future<Output = Result<T>>,
    {
        loop {
            let ended = self.attempt(job, progress).await;
            let Err(error) = ended else { return ended };
            if !self.options.tries_again(&error, progress.attempts) || self.pool.is_draining() {
                return Err(error);
            }
            tracing::debug!(attempt = progress.attempts, %error, "the job is tried again in a new session");
            let wait = FIRST_WAIT.saturating_mul(1 << (progress.attempts - 1).min(6)).min(LONGEST_WAIT);
            tokio::time::sleep(error.retry_after().unwrap_or(wait.mul_f64(fastrand::f64()))).await;
        }
    }

    async fn attempt<T, W>(&self, job: &J, progress: &mut Progress) -> Result<T>
    where
        J: Clone,
        F: Fn(SessionHandle, J) -> W,
        W: Future<Output = Result<T>>,
    {
        let _visit = self.sites.enter(job).await;
        let berth = self.pool.berth().await;
        // A job that was not begun was not tried.
        progress.attempts += u32::from(!matches!(&berth, Err(error) if error.kind() == ErrorKind::Cancelled));
        let berth = berth?;
        progress.session = Some(berth.session().id().clone());
        // What a job does is often large, and moved around it would fill the stack of a debug build.
        let ended = Box::pin((self.work)(berth.session().clone(), job.clone())).await;
        berth.leave().await;
        ended
    }
}

impl<J, F> fmt::Debug for Crew<J, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crew").field("options", &self.options).finish_non_exhaustive()
    }
}
