//! The ledger: on disk, the sessions that this process answers for, so that another can stop them if it dies.
//!
//! Every client appends to a file of its own in the ledger's folder, and holds an exclusive lock on it for as long as
//! it lives. A file whose lock can be had belongs to nobody any more.

mod file;
mod writer;

use std::{
    io,
    path::{Path, PathBuf},
    sync::mpsc::{Sender, channel},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

pub(super) use file::{Found, Orphans, files};
use writer::{Op, Writer};

/// A disk that is slower than this holds nobody up: the session is then in no ledger for some time.
const PATIENCE: Duration = Duration::from_secs(5);

/// One line of a ledger. Each stands for itself: no other line is needed to read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) event: Event,
    pub(super) session: String,
    /// The service that the session is of.
    pub(super) url: String,
    /// Of the key that it was started with.
    pub(super) key: String,
    /// Where the process runs; empty where that cannot be told.
    pub(super) host: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    Started,
    Stopped,
}

/// The ledger of a client. Nothing here waits for the disk on the caller's thread.
pub(super) struct Ledger {
    folder: PathBuf,
    host: String,
    ops: Sender<Op>,
}

impl Ledger {
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let writer = Writer::new(&folder)?;
        let (ops, received) = channel();
        std::thread::Builder::new().name("notte-ledger".into()).spawn(move || writer.run(&received))?;
        Ok(Self { folder, host: super::host::host().unwrap_or_default(), ops })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes down a session. It is on disk when what this returns is done.
    pub(super) fn started(&self, session: &str, url: &str, key: String) -> impl Future<Output = ()> + Send + use<> {
        let entry = Entry {
            event: Event::Started,
            session: session.to_owned(),
            url: url.to_owned(),
            key,
            host: self.host.clone(),
        };
        let session = session.to_owned();
        let written = self.ask(|done| Op::Started(entry, done));
        async move {
            if !written.await {
                tracing::warn!(session, "the ledger was not written in time: a sweep may not know this session");
            }
        }
    }

    pub(super) fn stopped(&self, session: &str) {
        // A writer that has ended has said so.
        let _ = self.ops.send(Op::Stopped(session.to_owned()));
    }

    /// Waits until everything is written that was asked for.
    pub(super) async fn flush(&self) {
        self.ask(Op::Flush).await;
    }

    /// Asks at once, and says later whether it was done.
    fn ask<F: FnOnce(oneshot::Sender<()>) -> Op>(&self, op: F) -> impl Future<Output = bool> + use<F> {
        let (done, written) = oneshot::channel();
        let asked = self.ops.send(op(done)).is_ok();
        async move { asked && matches!(tokio::time::timeout(PATIENCE, written).await, Ok(Ok(()))) }
    }
}

/// The sessions that were started and not stopped.
pub(super) fn live(entries: Vec<Entry>) -> Vec<Entry> {
    let mut live: Vec<Entry> = Vec::new();
    for entry in entries {
        live.retain(|known| known.session != entry.session);
        if entry.event == Event::Started {
            live.push(entry);
        }
    }
    live
}

#[cfg(test)]
mod tests;
