//! `Session`: a browser that is driven, and stopped when it is let go of.

use std::{
    fmt,
    future::{Future, IntoFuture},
    path::Path,
    time::Duration,
};

use notte_api::{
    Operation,
    types::{Action, Cookie, ExecutionResult, SessionResponse},
};

use super::{Observe, Scrape, Screenshot, SessionDebug};
use crate::{
    Error, ErrorKind, Notte, Result, SessionId,
    call::{Caller, run},
    cleanup::{CloseReason, Lease, stop},
};

/// An action gets so much longer than what it asks for itself.
const GRACE: Duration = Duration::from_secs(30);

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
    notte: Notte,
}

impl Session {
    pub(super) fn new(notte: Notte, lease: Lease, started: Option<SessionResponse>) -> Self {
        let id = SessionId::from(lease.id());
        Self { lease, id, started: started.map(Box::new), notte }
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
    /// See [`ErrorKind`].
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

    pub(super) async fn stop_because(mut self, reason: CloseReason) -> Result<()> {
        self.lease.set_reason(reason);
        let (notte, policy) = (&self.notte, self.notte.policy().clone());
        stop(notte.api(), notte.cleanup().budget(), policy, self.lease.id(), reason).await?;
        self.lease.release();
        Ok(())
    }

    /// Leaves the session running, for somebody else to stop, and gives its id. The client forgets it.
    pub fn detach(mut self) -> SessionId {
        self.lease.release();
        self.id
    }

    /// How many steps the session has a record of.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn offset(&self) -> Result<i64> {
        Ok(self.call(self.notte.api().session_offset().session_id(self.id())).await?.offset)
    }

    /// Where others can look on or connect: DevTools, viewer, logs, recording.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn debug(&self) -> Result<SessionDebug> {
        self.call(self.notte.api().session_debug_info().session_id(self.id())).await.map(SessionDebug)
    }

    /// The cookies of the browser.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn cookies(&self) -> Result<Vec<Cookie>> {
        let answer = self.call(self.notte.api().session_cookies_get().session_id(self.id())).await?;
        Ok(answer.cookies.into_vec())
    }

    /// Puts cookies into the browser.
    ///
    /// # Errors
    /// The service does not take them; [`ErrorKind::Execution`] if it says so in a success.
    pub async fn set_cookies(&self, cookies: impl IntoIterator<Item = Cookie>) -> Result<()> {
        let cookies: Vec<_> = cookies.into_iter().collect();
        let request = self.notte.api().session_cookies_set().session_id(self.id());
        let answer = self.call(request.body_map(|body| body.cookies(cookies))).await?;
        if answer.success {
            return Ok(());
        }
        Err(Error::execution("session_cookies_set", answer.message).of_session(self.id()))
    }

    /// Puts the cookies of a JSON file, an array as browsers' extensions export it, into the browser.
    ///
    /// # Errors
    /// The file cannot be read or is no such array, which the error says without its content; or as
    /// [`set_cookies`](Self::set_cookies).
    pub async fn set_cookies_from_file(&self, path: impl AsRef<Path>) -> Result<()> {
        let bytes = std::fs::read(path.as_ref())
            .map_err(|error| Error::invalid(format!("the cookie file cannot be read: {error}")))?;
        let cookies: Vec<Cookie> = serde_json::from_slice(&bytes).map_err(|error| {
            Error::invalid(format!("the cookie file is no array of cookies, line {}", error.line()))
        })?;
        self.set_cookies(cookies).await
    }

    /// Opens an address in the tab in front.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub async fn goto(&self, url: impl Into<String>) -> Result<ExecutionResult> {
        self.execute(action(serde_json::json!({"type": "goto", "url": url.into()}))?).await
    }

    /// Runs JavaScript in the page, and gives its result as text: an object as JSON, nothing as `null`.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`ErrorKind::Execution`] if there is no result.
    pub async fn evaluate_js(&self, code: impl Into<String>) -> Result<String> {
        let script = action(serde_json::json!({"type": "evaluate_js", "code": code.into()}))?;
        let result = self.execute(script).await?;
        let nothing = || Error::execution("page_execute", "the script gave no result").of_session(self.id());
        result.data.map(|data| data.markdown).ok_or_else(nothing)
    }

    /// Does something on the page.
    ///
    /// # Errors
    /// [`ErrorKind::Execution`] if it did not work. An action is never sent twice:
    /// [`may_have_been_sent`](Error::may_have_been_sent) says whether it may have been done when there is no answer.
    ///
    /// # Cancel safety
    /// The action may have been done when the future is dropped.
    pub async fn execute(&self, action: impl Into<Action>) -> Result<ExecutionResult> {
        let result = self.try_execute(action).await?;
        if result.success {
            return Ok(result);
        }
        let said = match result.code.as_deref() {
            Some(code) if result.message.is_empty() => code.to_owned(),
            Some(code) => format!("{code}: {}", result.message),
            None if result.message.is_empty() => "the action did not work".to_owned(),
            None => result.message,
        };
        let line: String = said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect();
        Err(Error::execution("page_execute", line).of_session(self.id()))
    }

    /// As [`execute`](Self::execute), and an action that did not work is a result too.
    ///
    /// # Errors
    /// The service refuses the action, or there is no answer.
    ///
    /// # Cancel safety
    /// The action may have been done when the future is dropped.
    pub async fn try_execute(&self, action: impl Into<Action>) -> Result<ExecutionResult> {
        let action = action.into();
        let policy = self.notte.policy().clone().at_least(time_for(&action));
        let caller = Caller { client: self.notte.api(), budget: self.notte.budget(), policy };
        let request = self.notte.api().page_execute().session_id(self.id()).body(action);
        run(caller, request)
            .await
            .map(notte_api::ResponseValue::into_inner)
            .map_err(|error| error.of_session(self.id()))
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
    /// See [`ErrorKind`].
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

/// An action from its JSON, which is made here and right.
fn action(json: serde_json::Value) -> Result<Action> {
    serde_json::from_value(json).map_err(|_| Error::new(ErrorKind::InvalidRequest, "the action cannot be built"))
}

/// How long an attempt at an action may take at least: what it waits for itself, and some more.
fn time_for(action: &Action) -> Duration {
    let json = serde_json::to_value(action).unwrap_or_default();
    let millis = ["timeout", "time_ms"].iter().filter_map(|field| json.get(field)?.as_u64()).max();
    millis.map_or(Duration::ZERO, |millis| Duration::from_millis(millis).saturating_add(GRACE))
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
