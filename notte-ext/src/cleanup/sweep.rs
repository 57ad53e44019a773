//! Stops the sessions of processes that died without stopping them.

use std::{fs::OpenOptions, path::Path};

use notte_api::Client;

use super::{
    Cleanup, CloseReason, Core,
    ledger::{self, Entry, Event},
    process::{Process, State},
    stop,
};
use crate::{Error, ErrorKind, Result};

/// What a sweep did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Sweep {
    /// Sessions of dead processes that do not live any more.
    pub stopped: Vec<String>,
    /// Sessions of dead processes that could not be stopped. They stay in the ledger.
    pub failed: Vec<SweepFailure>,
    /// Sessions of processes that may still run. They are left alone.
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
    /// Stops the orphans of every dead process in the ledger's folder.
    pub(crate) async fn sweep(&self, client: &Client) -> Result<Sweep> {
        let Some(ledger) = &self.core.ledger else {
            return Err(Error::new(ErrorKind::Config, "there is no ledger to sweep: give the builder a folder"));
        };
        let mut sweep = Sweep::default();
        let files = ledger::files(ledger.folder()).map_err(|error| unreadable(&error))?;
        for path in files {
            self.core.sweep_file(client, &path, &mut sweep).await;
        }
        Ok(sweep)
    }
}

impl Core {
    async fn sweep_file(&self, client: &Client, path: &Path, sweep: &mut Sweep) {
        // Another sweep may have been faster.
        let Ok(entries) = ledger::read(path) else { return };
        let process = entries.first().map(|entry| Process { pid: entry.pid, started: entry.process.clone() });
        let live = ledger::live(entries);
        let Some(process) = process else { return };
        if process.state() != State::Ended {
            sweep.kept += if process == Process::this() { 0 } else { live.len() };
            return;
        }
        let mut all = true;
        for entry in live {
            all &= self.sweep_entry(client, path, entry, sweep).await;
        }
        if all {
            // Nothing is lost by a file that stays.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Whether the entry is settled.
    async fn sweep_entry(&self, client: &Client, path: &Path, entry: Entry, sweep: &mut Sweep) -> bool {
        if entry.url != client.base_url() {
            // Of another service: only a client of that one can tell.
            sweep.kept += 1;
            return false;
        }
        match stop(client, &self.budget, self.policy.clone(), &entry.session, CloseReason::Error).await {
            Ok(_) => {
                let settled = Entry { event: Event::Stopped, ..entry.clone() };
                let file = OpenOptions::new().append(true).open(path);
                let _ = file.and_then(|mut file| ledger::write(&mut file, &settled));
                sweep.stopped.push(entry.session);
                true
            }
            Err(error) => {
                sweep.failed.push(SweepFailure { session_id: entry.session, error });
                false
            }
        }
    }
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Config, format!("the ledger cannot be read: {error}"))
}
