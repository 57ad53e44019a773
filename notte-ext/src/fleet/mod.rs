//! `notte.fleet()`: many jobs over a bounded pool of sessions.

mod job;
mod options;
mod pool;
mod results;
mod sites;

use std::{fmt, future::Future, sync::Arc, time::Duration};

use futures_util::Stream;

use self::{job::Crew, options::Options, pool::Pool, results::schedule, sites::Sites};
use crate::{AgentStatus, Error, Notte, Result, SessionBuilder, SessionHandle};

pub use job::Finished;
pub use options::FleetState;
pub use results::FleetResults;

/// Runs many jobs, each in a session of its own, with a bounded number of sessions at a time.
///
/// A session is stopped when its job ends, however it ends. When the results are dropped, every session of the fleet is
/// stopped in the background. Jobs make progress while the results are polled.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte, urls: Vec<String>) -> notte_ext::Result<()> {
/// let mut results = notte.fleet().concurrency(20).run(urls, |session, url: String| async move {
///     session.goto(url).await?;
///     session.scrape().markdown().await
/// });
/// while let Some(finished) = results.next().await {
///     match finished.result {
///         Ok(markdown) => println!("{}: {} bytes", finished.job, markdown.len()),
///         Err(error) => eprintln!("{}: {error}", finished.job),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a fleet does nothing until its jobs are run"]
pub struct Fleet<J> {
    notte: Notte,
    options: Options,
    sites: Sites<J>,
}

impl Notte {
    /// Runs many jobs over a bounded pool of sessions.
    pub fn fleet<J>(&self) -> Fleet<J> {
        Fleet::new(self.clone())
    }
}

impl<J> Fleet<J> {
    fn new(notte: Notte) -> Self {
        Self { notte, options: Options::default(), sites: Sites::none() }
    }

    /// Sets how many sessions the fleet has at a time, ready ones included; 4 by default, at least 1.
    ///
    /// When the service refuses a start because it or the account is full (429, 529), the fleet makes do with fewer and
    /// finds its way back up.
    pub fn concurrency(mut self, sessions: usize) -> Self {
        self.options.concurrency = sessions.max(1);
        self
    }

    /// Keeps so many sessions ready ahead of the jobs that will take them; none by default, fewer than
    /// [`concurrency`](Self::concurrency). A ready session is replaced before its idle timeout ends it.
    pub fn warm(mut self, sessions: usize) -> Self {
        self.options.warm = sessions;
        self
    }

    /// Sets up the sessions.
    pub fn session(mut self, setup: impl Fn(SessionBuilder) -> SessionBuilder + Send + Sync + 'static) -> Self {
        self.options.setup = Arc::new(setup);
        self
    }

    /// Sets how often a job is tried, each time in a new session: once by default.
    ///
    /// A job that is tried again starts over. A failure that is not [retryable](Error::is_retryable) is final, and so is
    /// one whose outcome is [unknown](Error::may_have_been_sent), unless the jobs are [`repeatable`](Self::repeatable).
    pub fn attempts(mut self, most: u32) -> Self {
        self.options.attempts = most.max(1);
        self
    }

    /// Says that a job may be done twice: it is tried again even if it is unknown what became of it.
    pub fn repeatable(mut self) -> Self {
        self.options.repeatable = true;
        self
    }

    /// Decides which failures are tried again, in place of [`Error::is_retryable`].
    pub fn retry_if(mut self, retry: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.options.retry_if = Arc::new(retry);
        self
    }

    /// Sets how long one job may take in all, its attempts and waits for a session included.
    pub fn job_deadline(mut self, deadline: Duration) -> Self {
        self.options.job_deadline = Some(deadline);
        self
    }

    /// Sets how long all jobs may take together. Then the fleet [drains](FleetResults::drain).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Sets how long running jobs may take to finish once the fleet drains; 30 seconds by default.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.options.grace = grace;
        self
    }

    /// Sets how many sessions the fleet starts in all. Then it [drains](FleetResults::drain).
    pub fn max_sessions(mut self, sessions: u64) -> Self {
        self.options.max_sessions = Some(sessions);
        self
    }

    /// Visits each site politely: at most so many jobs of a site at a time, the starts of two at least `every` apart.
    /// `site` names the site of a job, such as the host of its address.
    pub fn per_site(
        mut self,
        jobs: usize,
        every: Duration,
        site: impl Fn(&J) -> String + Send + Sync + 'static,
    ) -> Self {
        self.sites = Sites::polite(jobs.max(1), every, site);
        self
    }

    /// Calls this whenever something changes. It must not block.
    pub fn progress(mut self, progress: impl Fn(FleetState) + Send + Sync + 'static) -> Self {
        self.options.progress = Some(Arc::new(progress));
        self
    }

    /// Runs the jobs; results come in the order in which the jobs end.
    ///
    /// Jobs are taken from the iterator as there is room for them, so there may be any number.
    pub fn run<T, F, W>(
        self,
        jobs: impl IntoIterator<Item = J>,
        work: F,
    ) -> FleetResults<impl Stream<Item = Finished<J, T>>>
    where
        J: Clone,
        F: Fn(SessionHandle, J) -> W,
        W: Future<Output = Result<T>>,
    {
        self.run_stream(futures_util::stream::iter(jobs), work)
    }

    /// As [`run`](Self::run), with jobs that come over time, such as messages of a queue. A stream that never ends is
    /// never read ahead of what can be worked on.
    pub fn run_stream<T, F, W>(
        self,
        jobs: impl Stream<Item = J>,
        work: F,
    ) -> FleetResults<impl Stream<Item = Finished<J, T>>>
    where
        J: Clone,
        F: Fn(SessionHandle, J) -> W,
        W: Future<Output = Result<T>>,
    {
        let Self { notte, options, sites } = self;
        let options = Arc::new(options);
        let pool = Arc::new(Pool::new(notte, Arc::clone(&options)));
        let crew = Crew::new(Arc::clone(&pool), options, sites, work);
        let stream = schedule(jobs, crew);
        FleetResults::new(stream, pool)
    }
}

impl Fleet<String> {
    /// Gives each task to an agent in a session of its own. An agent that does not do its task is an error of kind
    /// [`Agent`](crate::ErrorKind::Agent), whose [`agent`](Error::agent) says what it did.
    pub fn run_agents(
        self,
        tasks: impl IntoIterator<Item = String>,
    ) -> FleetResults<impl Stream<Item = Finished<String, AgentStatus>>> {
        self.run(tasks, |session, task: String| async move {
            let status = session.agent().run(task).await?;
            status.clone().into_answer()?;
            Ok(status)
        })
    }
}

impl<J> fmt::Debug for Fleet<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Waits for the first of two futures.
async fn either<T>(left: impl Future<Output = T>, right: impl Future<Output = T>) -> T {
    tokio::select! {
        biased;
        value = left => value,
        value = right => value,
    }
}
