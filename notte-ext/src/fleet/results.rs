//! The results of a fleet, as a stream; what polls it drives the jobs.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{
    Stream, StreamExt as _,
    stream::{self, FuturesUnordered},
};

use super::{Finished, FleetState, job::Crew, pool::Pool};
use crate::{Result, SessionHandle};

/// The results of a fleet's jobs, in the order in which the jobs end. It is a [`Stream`]; [`next`](Self::next) needs no
/// trait in scope.
///
/// # Cancel safety
/// Dropping it ends all jobs; their sessions are stopped in the background.
#[must_use = "jobs make progress only while their results are polled"]
pub struct FleetResults<S> {
    stream: Pin<Box<S>>,
    pool: Arc<Pool>,
}

impl<S: Stream> FleetResults<S> {
    pub(super) fn new(stream: S, pool: Arc<Pool>) -> Self {
        Self { stream: Box::pin(stream), pool }
    }

    /// The next job that ended; none after the last.
    pub async fn next(&mut self) -> Option<S::Item> {
        self.stream.next().await
    }

    /// How the fleet is.
    pub fn state(&self) -> FleetState {
        self.pool.report()
    }

    /// Begins no further job. Running ones have `grace` to finish, then they fail with
    /// [`Cancelled`](crate::ErrorKind::Cancelled); jobs that were taken and not begun fail so at once. The stream then
    /// ends. Jobs that were not taken stay where they are.
    pub fn drain(&self, grace: Duration) {
        self.pool.drain(grace);
    }
}

impl<S: Stream> Stream for FleetResults<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.stream.as_mut().poll_next(context)
    }
}

impl<S> fmt::Debug for FleetResults<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetResults").field("state", &self.pool.report()).finish_non_exhaustive()
    }
}

/// How many jobs are taken: as many as there are sessions, and as many more, so that a job that waits for its site does
/// not leave a session without work.
const AHEAD: usize = 2;

pub(super) fn schedule<J, T, F, W>(jobs: impl Stream<Item = J>, crew: Crew<J, F>) -> impl Stream<Item = Finished<J, T>>
where
    J: Clone,
    F: Fn(SessionHandle, J) -> W,
    W: Future<Output = Result<T>>,
{
    let most = crew.options.concurrency.saturating_mul(AHEAD);
    let crew = Arc::new(crew);
    let pool = Arc::clone(&crew.pool);
    let deadline = crew.options.deadline;
    let grace = crew.options.grace;
    let watch = {
        let pool = Arc::clone(&pool);
        async move {
            let late = async {
                if let Some(deadline) = deadline {
                    tokio::time::sleep(deadline).await;
                    pool.drain(grace);
                }
            };
            tokio::join!(late, pool.keep_ready());
            // It is polled for as long as there are jobs.
            std::future::pending::<()>().await;
        }
    };
    let running = FuturesUnordered::new();
    let begin = move |job| {
        let crew = Arc::clone(&crew);
        async move { crew.finish(job).await }
    };
    let state = (Box::pin(jobs.fuse()), running, Box::pin(watch), begin, pool);
    stream::unfold(state, move |(mut jobs, mut running, mut watch, begin, pool)| async move {
        loop {
            let takes = running.len() < most && !jobs.is_done() && !pool.is_draining();
            if running.is_empty() && !takes {
                pool.drain(Duration::ZERO);
                pool.release_ready().await;
                return None;
            }
            tokio::select! {
                biased;
                Some(finished) = running.next(), if !running.is_empty() => {
                    return Some((finished, (jobs, running, watch, begin, pool)));
                }
                job = jobs.next(), if takes => {
                    if let Some(job) = job { running.push(begin(job)) }
                }
                () = pool.draining(), if takes => {}
                () = &mut watch => {}
            }
        }
    })
}
