//! `Session`: a browser that is driven, and stopped when it is let go of.

use std::{
    fmt,
    future::{Future, IntoFuture},
    time::Duration,
};

use notte_api::{
    Operation,
    types::{MouseReplayPage, SessionResponse, TabDebugInfo},
};

use super::{Files, NetworkLogsRequest, Observe, ReplayRequest, Scrape, Screenshot, SessionDebug};
use crate::{
    Notte, Result, SessionId,
    cleanup::{CloseReason, End, Lease, stop},
};

/// A session: a browser in the cloud.
///
/// It is a guard: when it is dropped, the session is stopped in the background, wherever and however that happens.
/// [`stop`](Self::stop) does it in the foreground and says whether it worked, [`detach`](Self::detach) leaves the session
/// running. A handle from [`Sessions::attach`](crate::Sessions::attach) stops nothing when it is dropped.
#[must_use = "a session that is dropped is stopped"]
pub struct Session {
    // Before the client, so that the last handle of a client waits for it.
    lease: Lease,
    id: SessionId,
    started: Option<Box<SessionResponse>>,
    captcha_timeout: Option<Duration>,
    notte: Notte,
}

impl Session {
    pub(super) fn new(notte: Notte, lease: Lease, started: Option<SessionResponse>) -> Self {
        let id = lease.id().clone();
        Self { lease, id, started: started.map(Box::new), captcha_timeout: None, notte }
    }

    pub(super) fn with_captcha_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.captcha_timeout = timeout;
        self
    }

    pub(super) fn captcha_timeout(&self) -> Option<Duration> {
        self.captcha_timeout
    }

    /// Says why it ends, should it be dropped.
    pub(super) fn failed(self) {
        self.lease.let_go(CloseReason::Error);
    }

    /// Its id.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// The client it belongs to.
    pub fn notte(&self) -> &Notte {
        &self.notte
    }

    /// What its start was answered; none for a session that was attached to.
    pub fn started(&self) -> Option<&SessionResponse> {
        self.started.as_deref()
    }

    /// Whether dropping this stops the session.
    pub fn is_guard(&self) -> bool {
        self.lease.is_armed()
    }

    /// How the session is.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn status(&self) -> Result<SessionResponse> {
        self.call(self.notte.api().session_status().session_id(self.id())).await
    }

    /// Stops the session. One that has ended already is stopped.
    ///
    /// # Errors
    /// The service did not confirm it. The session is then tried to be stopped in the background.
    ///
    /// # Cancel safety
    /// When the future is dropped, the session is stopped in the background.
    pub async fn stop(self) -> Result<()> {
        self.stop_because(CloseReason::Manual).await
    }

    pub(super) async fn stop_because(self, reason: CloseReason) -> Result<()> {
        // From here on it is stopped, whatever becomes of this future.
        self.lease.arm();
        match stop(self.notte.closing_caller(), self.id(), reason, self.lease.is_known()).await {
            Ok(End::Unknown(error)) => {
                self.lease.release();
                Err(error)
            }
            Ok(_) => {
                self.lease.release();
                Ok(())
            }
            Err(error) => {
                self.lease.let_go(reason);
                Err(error)
            }
        }
    }

    /// Leaves the session running, for somebody else to stop, and gives its id. The client forgets it.
    pub fn detach(self) -> SessionId {
        self.lease.release();
        self.id
    }

    /// How many steps the session has a record of.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn offset(&self) -> Result<i64> {
        Ok(self.call(self.notte.api().session_offset().session_id(self.id())).await?.offset)
    }

    /// Where others can look on or connect: DevTools, viewer, logs, recording.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn debug(&self) -> Result<SessionDebug> {
        self.call(self.notte.api().session_debug_info().session_id(self.id())).await.map(SessionDebug)
    }

    /// Where others can look on or connect to one tab; the one in front, or the one of this index in an observation. Servers
    /// of version 1.4.40 do not know it.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn debug_tab(&self, index: Option<u32>) -> Result<TabDebugInfo> {
        let request = self.notte.api().session_debug_tab_info().session_id(self.id());
        self.call(request.tab_idx(index.map(i64::from))).await
    }

    /// The video of what happened. It is made after the session has stopped.
    pub fn replay(&self) -> ReplayRequest<'_> {
        ReplayRequest::new(self)
    }

    /// Where the record of the mouse is kept, from this part of it on; the answer says where the next part begins. Servers
    /// of version 1.4.40 do not know it.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn mouse_replay(&self, offset: u32) -> Result<MouseReplayPage> {
        self.call(self.notte.api().session_mouse_replay().session_id(self.id()).offset(i64::from(offset))).await
    }

    /// The recorded network traffic.
    pub fn network_logs(&self) -> NetworkLogsRequest<'_> {
        NetworkLogsRequest::new(self)
    }

    /// The files that the session was given, and those that it has downloaded.
    pub fn files(&self) -> Files<'_> {
        Files::new(self)
    }

    /// Looks at the page: what is there, and what can be done.
    pub fn observe(&self) -> Observe<'_> {
        Observe::new(self)
    }

    /// Reads the page.
    pub fn scrape(&self) -> Scrape<'_> {
        Scrape::new(self)
    }

    /// A picture of the page.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn screenshot(&self) -> Result<Screenshot> {
        let stream = self.call(self.notte.api().page_screenshot().session_id(self.id())).await?;
        Screenshot::read(stream).await.map_err(|error| error.of_session(self.id()))
    }

    pub(super) fn call<'a, O: Operation + 'a>(
        &'a self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output>> + Send {
        let call = self.notte.call(operation).into_future();
        async move { call.await.map_err(|error| error.of_session(self.id())) }
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
