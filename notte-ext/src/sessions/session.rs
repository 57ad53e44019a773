//! `Session`: a browser that is stopped when it is dropped.

use std::{fmt, ops::Deref, time::Duration};

use notte_api::types::SessionResponse;

use super::SessionHandle;
use crate::{
    Notte, SessionId,
    cleanup::{CloseReason, Lease},
};

/// A session: a browser in the cloud. Everything that is done in it is a method of [`SessionHandle`].
///
/// It is a guard: when it is dropped, the session is stopped in the background, wherever and however that happens.
/// [`stop`](SessionHandle::stop) does it in the foreground and returns whether it worked, [`detach`](Self::detach) leaves
/// the session running. [`handle`](Self::handle) returns a handle for tasks, while this guard stays the owner.
#[must_use = "a session that is dropped is stopped"]
pub struct Session {
    handle: SessionHandle,
}

impl Session {
    pub(super) fn new(notte: Notte, lease: Lease, started: Option<SessionResponse>) -> Self {
        Self { handle: SessionHandle::new(notte, lease, started) }
    }

    pub(super) fn with_captcha_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.handle = self.handle.clone().with_captcha_timeout(timeout);
        self
    }

    /// Says why it ends.
    pub(super) fn failed(self) {
        self.handle.lease().let_go(CloseReason::Error);
    }

    /// Returns a handle on the session, for a task of its own. This guard still stops the session when it is dropped.
    pub fn handle(&self) -> SessionHandle {
        self.handle.clone()
    }

    /// Returns whether dropping this stops the session: it was neither stopped nor detached.
    pub fn is_guard(&self) -> bool {
        self.handle.lease().is_armed()
    }

    /// Leaves the session running, for somebody else to stop, and returns its id. The client forgets it.
    pub fn detach(self) -> SessionId {
        self.handle.lease().release();
        self.handle.id().clone()
    }
}

impl Deref for Session {
    type Target = SessionHandle;

    fn deref(&self) -> &SessionHandle {
        &self.handle
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let reason = if std::thread::panicking() { CloseReason::Error } else { CloseReason::Manual };
        self.handle.lease().let_go(reason);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("id", &self.id()).field("guard", &self.is_guard()).finish_non_exhaustive()
    }
}

const _: () = {
    const fn travels<T: Send + Sync + 'static>() {}
    travels::<Session>();
};
