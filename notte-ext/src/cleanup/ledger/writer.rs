//! The thread that writes the ledger of a client: a slow disk holds up nothing but it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::mpsc::Receiver,
};

use tokio::sync::oneshot;

use super::{
    Entry, Event,
    file::{create, write},
};

/// A file with more lines than this, most of them of sessions that have ended, is written anew.
const LONG: usize = 256;

pub(super) enum Op {
    Started(Entry, oneshot::Sender<()>),
    Stopped(String),
    Flush(oneshot::Sender<()>),
}

pub(super) struct Writer {
    folder: PathBuf,
    /// Locked for as long as this lives.
    file: File,
    path: PathBuf,
    live: BTreeMap<String, Entry>,
    lines: usize,
}

impl Writer {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let (file, path) = create(folder, std::iter::empty())?;
        Ok(Self { folder: folder.to_owned(), file, path, live: BTreeMap::new(), lines: 0 })
    }

    /// Does what is asked for until nobody can ask any more.
    pub(super) fn run(mut self, ops: &Receiver<Op>) {
        while let Ok(first) = ops.recv() {
            let mut waiting = Vec::new();
            // What has come in meanwhile is synced at once.
            for op in std::iter::once(first).chain(ops.try_iter()) {
                let (written, done) = match op {
                    Op::Started(entry, done) => (self.started(entry), Some(done)),
                    Op::Stopped(session) => (self.stopped(&session), None),
                    Op::Flush(done) => (Ok(()), Some(done)),
                };
                if let Err(error) = written {
                    tracing::warn!(%error, "the ledger cannot be written: a sweep may not know every session");
                }
                waiting.extend(done);
            }
            if !waiting.is_empty()
                && let Err(error) = self.file.sync_data()
            {
                tracing::warn!(%error, "the ledger cannot be synced");
            }
            for done in waiting {
                // Whoever asked has given up.
                let _ = done.send(());
            }
        }
    }

    fn started(&mut self, entry: Entry) -> io::Result<()> {
        write(&mut self.file, &entry)?;
        self.lines += 1;
        self.live.insert(entry.session.clone(), entry);
        Ok(())
    }

    fn stopped(&mut self, session: &str) -> io::Result<()> {
        let Some(entry) = self.live.remove(session) else { return Ok(()) };
        if self.live.is_empty() {
            self.lines = 0;
            self.file.set_len(0)?;
            return self.file.seek(SeekFrom::Start(0)).map(drop);
        }
        write(&mut self.file, &Entry { event: Event::Stopped, ..entry })?;
        self.lines += 1;
        if self.lines > LONG && self.lines > 4 * self.live.len() { self.shrink() } else { Ok(()) }
    }

    /// The sessions that live are in one file or the other at any time, and in both rather than in none.
    fn shrink(&mut self) -> io::Result<()> {
        let (file, path) = create(&self.folder, self.live.values())?;
        let old = std::mem::replace(&mut self.path, path);
        let locked = std::mem::replace(&mut self.file, file);
        self.lines = self.live.len();
        let removed = std::fs::remove_file(old);
        drop(locked);
        removed
    }
}

impl Drop for Writer {
    /// What is left in it is for a sweep.
    fn drop(&mut self) {
        if self.live.is_empty() {
            // Nothing is lost by a file that stays.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
