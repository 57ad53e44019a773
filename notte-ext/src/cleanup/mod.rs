//! What makes sure that sessions end: leases, the thread that stops what was dropped, the ledger, and signals.

mod agents;
mod host;
mod lease;
mod ledger;
mod reaper;
mod registry;
mod signals;
mod start;
mod stop;
mod sweep;

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::ThreadId,
    time::{Duration, Instant},
};

use notte_api::{Client, ClientBuilder, reqwest};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, mpsc::UnboundedSender};

use crate::{SessionId, call::Caller, retry::Budget};

pub(crate) use agents::{AgentLease, stop_agent};
pub(crate) use lease::Lease;
use ledger::Ledger;
use reaper::Job;
use registry::Registry;
pub use registry::Shutdown;
pub(crate) use stop::{CloseReason, End, stop};
pub use sweep::{Sweep, SweepFailure};

/// How long the answer to a start is waited for beyond the time that its caller had for it, to stop what it started.
const LATE: Duration = Duration::from_secs(120);

/// What clean-up is set up with.
pub(crate) struct Setup {
    /// Makes connections that do not end with the caller's runtime.
    pub(crate) connections: ClientBuilder,
    pub(crate) ledger: Option<PathBuf>,
    pub(crate) max_live_sessions: Option<usize>,
    pub(crate) queue_timeout: Option<Duration>,
    pub(crate) stop_on_signals: bool,
    /// How long the drop of the last handle waits.
    pub(crate) drop_wait: Duration,
}

/// What leases and the reaper share.
struct Core {
    builder: ClientBuilder,
    /// Made when they are needed: that takes time, and a client that only reads does without.
    connections: OnceLock<Option<reqwest::Client>>,
    budget: Arc<Budget>,
    live: Registry,
    ledger: Option<Ledger>,
    slots: Option<Arc<Semaphore>>,
    queue_timeout: Option<Duration>,
    /// How many starts are under way.
    starting: AtomicUsize,
    /// Whether nothing is started any more.
    closed: AtomicBool,
}

/// What reaches the reaper.
#[derive(Clone)]
pub(crate) struct Keeper {
    core: Arc<Core>,
    jobs: UnboundedSender<Job>,
}

/// The handle of a client to its clean-up.
pub(crate) struct Cleanup {
    keeper: Keeper,
    reaper: ThreadId,
    drop_wait: Duration,
}

impl Cleanup {
    /// Starts the reaper.
    pub(crate) fn start(setup: Setup) -> io::Result<Self> {
        let core = Arc::new(Core {
            builder: setup.connections,
            connections: OnceLock::new(),
            budget: Arc::new(Budget::standard()),
            live: Registry::default(),
            ledger: setup.ledger.map(Ledger::open).transpose()?,
            slots: setup.max_live_sessions.map(|most| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)))),
            queue_timeout: setup.queue_timeout,
            starting: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        if setup.stop_on_signals {
            signals::listen()?;
        }
        let (jobs, reaper) = reaper::spawn(Arc::clone(&core))?;
        signals::add(&jobs);
        Ok(Self { keeper: Keeper { core, jobs }, reaper, drop_wait: setup.drop_wait })
    }

    /// How many sessions of this client live, as far as it knows.
    pub(crate) fn live(&self) -> usize {
        self.keeper.core.live.len()
    }

    /// Clean-up's own budget, which calls cannot empty.
    pub(crate) fn budget(&self) -> Arc<Budget> {
        Arc::clone(&self.keeper.core.budget)
    }

    /// The guard of a session that exists already.
    pub(crate) fn adopt(&self, id: SessionId, caller: &Caller) -> Lease {
        let lease = self.borrow(id, caller);
        lease.arm();
        // It is written soon; nobody waits for it.
        if let Some(ledger) = &self.keeper.core.ledger {
            drop(ledger.started(lease.id(), caller.client.base_url(), fingerprint(&caller.client)));
        }
        lease
    }

    /// A handle on a session that somebody else is to stop.
    pub(crate) fn borrow(&self, id: SessionId, caller: &Caller) -> Lease {
        Lease::borrowed(id, self.keeper.clone(), self.keeper.background(caller))
    }

    /// Waits until everything that was dropped is stopped, or for `timeout`.
    pub(crate) async fn shutdown(&self, timeout: Duration) -> Shutdown {
        let (done, finished) = tokio::sync::oneshot::channel();
        let flush = Job::Flush(Box::new(move || {
            // Nobody waits any more: there is nobody to tell.
            let _ = done.send(());
        }));
        if self.keeper.jobs.send(flush).is_ok() {
            let deadline = tokio::time::Instant::now().checked_add(timeout);
            let _ = crate::call::within(deadline, finished).await;
        }
        Shutdown { left: self.keeper.core.live.ids() }
    }
}

impl Keeper {
    /// The same caller, for what is done in the background.
    fn background(&self, caller: &Caller) -> Arc<Caller> {
        Arc::new(Caller {
            client: self.core.over(&caller.client),
            budget: Arc::clone(&self.core.budget),
            ..caller.clone()
        })
    }

    /// Writes down that a session lives; on disk when this is done.
    async fn record(&self, id: &SessionId, caller: &Caller) {
        if let Some(ledger) = &self.core.ledger {
            ledger.started(id, caller.client.base_url(), fingerprint(&caller.client)).await;
        }
    }
}

impl Core {
    /// The same client on connections of the reaper's own.
    fn over(&self, client: &Client) -> Client {
        let made = self.connections.get_or_init(|| self.builder.connect().ok());
        // The same settings made the client's own connections: these do as well.
        made.as_ref().map_or_else(|| client.clone(), |connections| client.over(connections.clone()))
    }

    /// The session is known to have ended.
    fn forget(&self, id: &SessionId) {
        self.live.remove(id);
        if let Some(ledger) = &self.ledger {
            ledger.stopped(id);
        }
    }

    async fn flush_ledger(&self) {
        if let Some(ledger) = &self.ledger {
            ledger.flush().await;
        }
    }

    /// Counts a start as under way; none if nothing is to be started any more.
    fn start(self: &Arc<Self>) -> Option<UnderWay> {
        self.starting.fetch_add(1, Ordering::SeqCst);
        let under_way = UnderWay(Arc::clone(self));
        (!self.closed.load(Ordering::SeqCst)).then_some(under_way)
    }

    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    fn is_starting(&self) -> bool {
        self.starting.load(Ordering::SeqCst) > 0
    }
}

/// A start that has not ended.
struct UnderWay(Arc<Core>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.starting.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Tells keys apart, and gives none away.
fn fingerprint(client: &Client) -> String {
    let key = client.api_key().map(notte_api::wire::Secret::into_exposed).unwrap_or_default();
    let digest = Sha256::digest(format!("notte ledger {key}"));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Drop for Cleanup {
    /// A process that ends now would end the reaper too, with sessions still to be stopped.
    ///
    /// In a runtime, nothing may wait here: a thread for blocking work does, and a runtime that ends waits for it.
    fn drop(&mut self) {
        if self.drop_wait.is_zero() || std::thread::current().id() == self.reaper {
            return;
        }
        let (done, finished) = std::sync::mpsc::channel();
        let flush = Job::Flush(Box::new(move || {
            let _ = done.send(());
        }));
        if self.keeper.jobs.send(flush).is_err() {
            return;
        }
        let (wait, keeper) = (self.drop_wait, Arc::downgrade(&self.keeper.core));
        let asked = Instant::now();
        let wait = move || {
            if finished.recv_timeout(wait).is_err() {
                tracing::warn!(
                    sessions = keeper.upgrade().map_or(0, |core| core.live.len()),
                    waited_ms = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX),
                    "the client was dropped while sessions were being stopped; its thread goes on while the process lives"
                );
            }
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(wait)),
            Err(_) => wait(),
        }
    }
}
