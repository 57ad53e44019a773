//! `Lease`: whoever holds one answers for a session. Dropping it has the session stopped.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, mpsc::UnboundedSender};

use super::{CloseReason, Core, reaper::Job};

pub(crate) struct Lease {
    id: String,
    core: Arc<Core>,
    jobs: UnboundedSender<Job>,
    slot: Option<OwnedSemaphorePermit>,
    armed: bool,
    reason: CloseReason,
}

impl Lease {
    /// Answers for a session from now on.
    pub(super) fn new(
        id: &str,
        core: Arc<Core>,
        jobs: UnboundedSender<Job>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Self {
        core.live.add(id);
        if let Some(ledger) = &core.ledger {
            ledger.started(id);
        }
        Self { id: id.to_owned(), core, jobs, slot, armed: true, reason: CloseReason::Manual }
    }

    /// Answers for nothing.
    pub(super) fn borrowed(id: &str, core: Arc<Core>, jobs: UnboundedSender<Job>) -> Self {
        Self { id: id.to_owned(), core, jobs, slot: None, armed: false, reason: CloseReason::Manual }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn is_armed(&self) -> bool {
        self.armed
    }

    /// What the service is told about why it ended, if this is dropped.
    pub(crate) fn set_reason(&mut self, reason: CloseReason) {
        self.reason = reason;
    }

    /// The session has ended, or is somebody else's from now on.
    pub(crate) fn release(&mut self) {
        if self.armed {
            self.armed = false;
            self.slot = None;
            self.core.forget(&self.id);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        self.armed = false;
        let reason = if std::thread::panicking() { CloseReason::Error } else { self.reason };
        let job = Job::Stop { id: self.id.clone(), reason, slot: self.slot.take() };
        if self.jobs.send(job).is_err() {
            tracing::error!(session = self.id, "cannot be stopped: the clean-up thread of its client has ended");
        }
    }
}

impl Core {
    /// The session is known to have ended.
    pub(super) fn forget(&self, id: &str) {
        self.live.remove(id);
        if let Some(ledger) = &self.ledger {
            ledger.stopped(id);
        }
    }
}
