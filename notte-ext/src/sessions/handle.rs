//! `SessionHandle`: a browser that is driven, by whoever and from wherever.

use std::{
    fmt,
    future::{Future, IntoFuture},
    sync::Arc,
    time::Duration,
};

use notte_api::{
    Operation,
    types::{MouseReplayPage, SessionResponse, TabDebugInfo},
};

use super::{Files, NetworkLogsRequest, Observe, ReplayRequest, ScrapePage, Screenshot, SessionDebug, Stopped};
use crate::{
    Notte, Options, Result, SessionId,
    cleanup::{CloseReason, End, Lease, stop},
};

/// A handle on a session: it does everything that a [`Session`](crate::Session) does, and stops nothing when it is
/// dropped. It is cheap to clone and can be sent to tasks.
///
/// ```no_run
/// # async fn example(session: notte_ext::Session) -> notte_ext::Result<()> {
/// let handle = session.handle();
/// let page = tokio::spawn(async move { handle.observe().await });
/// # drop(page);
/// session.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SessionHandle {
    // Before the client, so that the last handle of a client waits for it.
    state: Arc<State>,
    captcha_timeout: Option<Duration>,
    notte: Notte,
}

struct State {
    lease: Lease,
    started: Option<Box<SessionResponse>>,
}

/// Whatever becomes of a stop that was asked for, the session is stopped: in the background, unless it is done.
struct Stopping<'a>(&'a Lease, CloseReason);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.let_go(self.1);
    }
}

impl SessionHandle {
    pub(super) fn new(notte: Notte, lease: Lease, started: Option<SessionResponse>) -> Self {
        let state = Arc::new(State { lease, started: started.map(Box::new) });
        Self { state, captcha_timeout: None, notte }
    }

    pub(super) fn with_captcha_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.captcha_timeout = timeout;
        self
    }

    pub(super) fn captcha_timeout(&self) -> Option<Duration> {
        self.captcha_timeout
    }

    pub(super) fn lease(&self) -> &Lease {
        &self.state.lease
    }

    /// Returns the id of the session.
    pub fn id(&self) -> &SessionId {
        self.state.lease.id()
    }

    /// Returns the client that the session belongs to.
    pub fn notte(&self) -> &Notte {
        &self.notte
    }

    /// Returns a handle whose calls have these options.
    #[must_use]
    pub fn with_options(&self, options: Options) -> Self {
        Self { notte: self.notte.with_options(options), ..self.clone() }
    }

    /// Returns the response to the start of the session; `None` for a session that was attached to.
    pub fn started(&self) -> Option<&SessionResponse> {
        self.state.started.as_deref()
    }

    /// Returns the state of the session.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn status(&self) -> Result<SessionResponse> {
        self.call(self.notte.api().session_status().session_id(self.id())).await
    }

    /// Stops the session. It can be called again: a session that has ended is stopped.
    ///
    /// # Errors
    /// The service did not confirm the stop; it is then retried in the background. Or the session was attached to, and
    /// the service does not know it.
    ///
    /// # Cancel safety
    /// When the future is dropped, the session is stopped in the background.
    pub async fn stop(&self) -> Result<Stopped> {
        self.stop_because(CloseReason::Manual).await
    }

    pub(super) async fn stop_because(&self, reason: CloseReason) -> Result<Stopped> {
        let lease = self.lease();
        lease.arm();
        let _stopping = Stopping(lease, reason);
        let end = stop(self.notte.closing_caller(), self.id(), reason, lease.is_known()).await?;
        lease.release();
        match end {
            End::Closed(session) => Ok(Stopped::new(self.clone(), Some(session))),
            End::Before => Ok(Stopped::new(self.clone(), None)),
            End::Unknown(error) => Err(error),
        }
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
    pub fn scrape(&self) -> ScrapePage<'_> {
        ScrapePage::new(self)
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

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHandle").field("id", &self.id()).finish_non_exhaustive()
    }
}

const _: () = {
    const fn travels<T: Clone + Send + Sync + 'static>() {}
    travels::<SessionHandle>();
};
