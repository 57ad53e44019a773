//! `Lease`: whoever holds one answers for a session. Dropping it has the session stopped.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::OwnedSemaphorePermit;

use super::{CloseReason, Keeper, reaper::Job};
use crate::{SessionId, call::Caller};

/// One of the sessions that may live at once.
pub(super) type Slot = Arc<OwnedSemaphorePermit>;

pub(crate) struct Lease {
    id: SessionId,
    keeper: Keeper,
    /// Who stops it, on the reaper's connections.
    caller: Arc<Caller>,
    slot: Mutex<Option<Slot>>,
    armed: AtomicBool,
    /// Whether the session is known to have existed.
    known: bool,
}

impl Lease {
    /// Answers from now on for a session that was just started.
    pub(super) fn started(id: SessionId, keeper: Keeper, caller: Arc<Caller>, slot: Option<Slot>) -> Self {
        let this = Self::new(id, keeper, caller, slot, true);
        this.arm();
        this
    }

    /// Answers for nothing yet.
    pub(super) fn borrowed(id: SessionId, keeper: Keeper, caller: Arc<Caller>) -> Self {
        Self::new(id, keeper, caller, None, false)
    }

    fn new(id: SessionId, keeper: Keeper, caller: Arc<Caller>, slot: Option<Slot>, known: bool) -> Self {
        Self { id, keeper, caller, slot: Mutex::new(slot), armed: AtomicBool::new(false), known }
    }

    pub(crate) fn id(&self) -> &SessionId {
        &self.id
    }

    pub(crate) fn is_armed(&self) -> bool {
        self.armed.load(Ordering::Acquire)
    }

    /// Whether the session is known to have existed: one that is gone has ended.
    pub(crate) fn is_known(&self) -> bool {
        self.known
    }

    /// Answers for the session from now on.
    pub(crate) fn arm(&self) {
        if !self.armed.swap(true, Ordering::AcqRel) {
            self.keeper.core.live.add(&self.id, &self.caller);
        }
    }

    /// The session has ended, or is somebody else's from now on.
    pub(crate) fn release(&self) {
        if self.armed.swap(false, Ordering::AcqRel) {
            self.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            self.keeper.core.forget(&self.id);
        }
    }

    /// Has the session stopped in the background, if it is still to be answered for.
    pub(crate) fn let_go(&self, reason: CloseReason) {
        if !self.armed.swap(false, Ordering::AcqRel) {
            return;
        }
        let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        let job = Job::Stop { id: self.id.clone(), reason, slot, caller: Arc::clone(&self.caller) };
        if self.keeper.jobs.send(job).is_err() {
            tracing::error!(
                session = self.id.as_str(),
                "cannot be stopped: the clean-up thread of its client has ended"
            );
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.let_go(if std::thread::panicking() { CloseReason::Error } else { CloseReason::Manual });
    }
}
