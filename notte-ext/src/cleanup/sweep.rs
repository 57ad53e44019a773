//! Stops the sessions of processes that died without stopping them.

use tokio::task::spawn_blocking;

use super::{
    Cleanup, CloseReason, fingerprint, host,
    ledger::{self, Entry, Found, Orphans},
    stop,
};
use crate::{Error, ErrorKind, Result, call::Caller};

/// What a sweep did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Sweep {
    /// Sessions of dead processes that do not live any more.
    pub stopped: Vec<String>,
    /// Sessions of dead processes that could not be stopped. They stay in the ledger.
    pub failed: Vec<SweepFailure>,
    /// Sessions that are left alone: of processes that run, of another machine or container, of another service, or
    /// started with another key.
    pub kept: usize,
}

/// A session that a sweep could not stop.
#[derive(Debug)]
#[non_exhaustive]
pub struct SweepFailure {
    /// The session.
    pub session_id: String,
    /// Why it could not be stopped.
    pub error: Error,
}

impl Cleanup {
    /// Stops the orphans of every dead process in the ledger's folder, as far as `caller` can.
    pub(crate) async fn sweep(&self, mut caller: Caller) -> Result<Sweep> {
        let Some(ledger) = &self.keeper.core.ledger else {
            let message = "there is no ledger to sweep: give the builder a folder with ledger()";
            return Err(Error::new(ErrorKind::Config, message));
        };
        caller.budget = self.budget();
        let folder = ledger.folder().to_owned();
        let mut sweep = Sweep::default();
        for path in blocking(move || ledger::files(&folder)).await?.map_err(|error| unreadable(&error))? {
            if let Some(found) = blocking(move || Found::open(path)).await? {
                sweep.file(&caller, found).await?;
            }
        }
        Ok(sweep)
    }

    /// The sessions that some ledger has as live, and those that this client knows of.
    pub(crate) async fn known(&self) -> Result<Vec<String>> {
        let mut known = self.keeper.core.live.ids();
        if let Some(ledger) = &self.keeper.core.ledger {
            let folder = ledger.folder().to_owned();
            let in_ledgers = move || {
                let found = ledger::files(&folder).unwrap_or_default().into_iter().filter_map(Found::open);
                found.flat_map(|found| found.live().to_vec()).map(|entry| entry.session).collect::<Vec<_>>()
            };
            known.extend(blocking(in_ledgers).await?);
        }
        Ok(known)
    }
}

impl Sweep {
    async fn file(&mut self, caller: &Caller, found: Found) -> Result<()> {
        let orphans = match found {
            Found::Orphans(orphans) => orphans,
            Found::Kept(live) => {
                self.kept += live.len();
                return Ok(());
            }
        };
        let (here, key) = (host::host(), fingerprint(&caller.client));
        let is_ours = |entry: &Entry| {
            here.as_ref() == Some(&entry.host) && entry.key == key && entry.url == caller.client.base_url()
        };
        let mut settled = Vec::new();
        for entry in &orphans.live {
            if !is_ours(entry) {
                self.kept += 1;
                continue;
            }
            match stop(caller.clone(), &entry.session.as_str().into(), CloseReason::Error, true).await {
                Ok(_) => settled.push(entry.session.clone()),
                Err(error) => self.failed.push(SweepFailure { session_id: entry.session.clone(), error }),
            }
        }
        self.stopped.extend(settled.iter().cloned());
        blocking(move || Orphans::settle(orphans, &settled)).await
    }
}

/// Runs what waits for the disk where it holds up nothing.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    spawn_blocking(work).await.map_err(|_| Error::new(ErrorKind::Config, "the runtime is ending"))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Config, format!("the ledger cannot be read: {error}"))
}
