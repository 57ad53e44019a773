//! What makes sure that sessions end: leases, the thread that stops what was let go of, and the ledger.

mod agents;
mod lease;
mod ledger;
mod process;
mod reaper;
mod registry;
mod signals;
mod start;
mod stop;
mod sweep;

use std::{
    io,
    path::PathBuf,
    sync::Arc,
    thread::ThreadId,
    time::{Duration, Instant},
};

use notte_api::Client;
use tokio::sync::{Semaphore, mpsc::UnboundedSender};

use crate::{call::Policy, retry::Budget};

pub(crate) use agents::{AgentLease, stop_agent};
pub(crate) use lease::Lease;
use ledger::Ledger;
use reaper::Job;
use registry::Registry;
pub use registry::Shutdown;
pub(crate) use stop::{CloseReason, stop};
pub use sweep::{Sweep, SweepFailure};

/// What clean-up is set up with.
pub(crate) struct Setup {
    /// With connections of its own, which do not end with the caller's runtime.
    pub(crate) client: Client,
    pub(crate) policy: Policy,
    pub(crate) ledger: Option<PathBuf>,
    pub(crate) max_live_sessions: Option<usize>,
    pub(crate) stop_on_signals: bool,
    /// How long the drop of the last handle waits.
    pub(crate) drop_wait: Duration,
}

/// What leases and the reaper share.
pub(crate) struct Core {
    client: Client,
    policy: Policy,
    budget: Budget,
    live: Registry,
    ledger: Option<Ledger>,
    slots: Option<Arc<Semaphore>>,
    stop_on_signals: bool,
}

/// The handle of a client to its clean-up.
pub(crate) struct Cleanup {
    core: Arc<Core>,
    jobs: UnboundedSender<Job>,
    reaper: ThreadId,
    drop_wait: Duration,
}

impl Cleanup {
    /// Starts the reaper.
    pub(crate) fn start(setup: Setup) -> io::Result<Self> {
        let ledger = setup.ledger.map(|folder| Ledger::open(folder, setup.client.base_url())).transpose()?;
        let core = Arc::new(Core {
            client: setup.client,
            policy: setup.policy,
            budget: Budget::standard(),
            live: Registry::default(),
            ledger,
            slots: setup.max_live_sessions.map(|most| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)))),
            stop_on_signals: setup.stop_on_signals,
        });
        let (jobs, reaper) = reaper::spawn(Arc::clone(&core))?;
        Ok(Self { core, jobs, reaper, drop_wait: setup.drop_wait })
    }

    /// How many sessions of this client live, as far as it knows.
    pub(crate) fn live(&self) -> usize {
        self.core.live.len()
    }

    /// Whether the session is one of this client.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.core.live.contains(id) || self.core.ledger.as_ref().is_some_and(|ledger| ledger.knows(id))
    }

    /// Clean-up's own budget, which calls cannot empty.
    pub(crate) fn budget(&self) -> &Budget {
        &self.core.budget
    }

    /// The guard of a session that exists already.
    pub(crate) fn adopt(&self, id: &str) -> Lease {
        Lease::new(id, Arc::clone(&self.core), self.jobs.clone(), None)
    }

    /// A handle on a session that somebody else is to stop.
    pub(crate) fn borrow(&self, id: &str) -> Lease {
        Lease::borrowed(id, Arc::clone(&self.core), self.jobs.clone())
    }

    /// Waits until everything that was let go of is stopped, or for `timeout`.
    pub(crate) async fn shutdown(&self, timeout: Duration) -> Shutdown {
        let (done, finished) = tokio::sync::oneshot::channel();
        let flush = Job::Flush(Box::new(move || {
            // Nobody waits any more: there is nobody to tell.
            let _ = done.send(());
        }));
        if self.jobs.send(flush).is_ok() {
            let deadline = tokio::time::Instant::now().checked_add(timeout);
            let _ = crate::call::within(deadline, finished).await;
        }
        Shutdown { left: self.core.live.ids() }
    }
}

impl Drop for Cleanup {
    /// A process that ends now would end the reaper too, with sessions still to be stopped.
    fn drop(&mut self) {
        if self.drop_wait.is_zero() || std::thread::current().id() == self.reaper {
            return;
        }
        let (done, finished) = std::sync::mpsc::channel();
        let flush = Job::Flush(Box::new(move || {
            let _ = done.send(());
        }));
        let asked = Instant::now();
        if self.jobs.send(flush).is_ok() && finished.recv_timeout(self.drop_wait).is_err() {
            tracing::warn!(
                sessions = self.live(),
                waited_ms = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX),
                "the client was dropped while sessions were being stopped; its thread goes on while the process lives"
            );
        }
    }
}
