//! `session.wait_for_auth()`: until the logins are done that a session was started with.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use notte_api::{
    ResponseValue,
    types::{AuthReadiness, SessionAuthStatus, SessionResponse, SessionStatus},
    wire::Open,
};

use super::SessionHandle;
use crate::{
    Error, ErrorKind, Result,
    wait::{Polled, Schedule, poll},
};

const OPERATION: &str = "session_auth_readiness";
/// The service gives up after ten minutes.
const DEADLINE: Duration = Duration::from_secs(615);
const INTERVAL: Duration = Duration::from_secs(1);

/// A wait for the logins of a session: `.await` waits.
#[must_use = "it is waited by `.await`"]
#[derive(Debug)]
pub struct WaitForAuth<'a> {
    session: &'a SessionHandle,
    deadline: Duration,
}

impl WaitForAuth<'_> {
    /// How long to wait; a little over ten minutes if this is not set.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    async fn wait(self) -> Result<SessionResponse> {
        let session = self.session;
        let known = session.started().map(|started| started.status.known());
        if known.flatten() != Some(SessionStatus::Authenticating) {
            let now = session.status().await?;
            if now.status.known() == Some(SessionStatus::Active) {
                return Ok(now);
            }
        }
        let schedule = Schedule { deadline: Some(self.deadline), max_polls: None, interval: Some(INTERVAL) };
        let waited = poll(OPERATION, schedule, async || {
            let request = session.notte().api().session_auth_readiness().session_id(session.id());
            let readiness = session.notte().call(request).raw().await?;
            match readiness.status.known() {
                Some(SessionAuthStatus::Authenticating) => Ok(Polled::NotYet(None)),
                Some(SessionAuthStatus::Active) => {
                    // The one says that the logins are done, the other that the session can be used.
                    let now = session.status().await?;
                    Ok(match now.status.known() {
                        Some(SessionStatus::Active) => Polled::Ready(now),
                        _ => Polled::NotYet(Some(now)),
                    })
                }
                _ => Err(failed(session, &readiness)),
            }
        });
        waited.await.map_err(|error| error.into_parts().0.of_session(session.id()))
    }
}

fn failed(session: &SessionHandle, readiness: &ResponseValue<AuthReadiness>) -> Error {
    let of_a_login = || readiness.operations.iter().flat_map(|all| all.iter()).find_map(|it| it.error.clone());
    let said = readiness.error.clone().or_else(of_a_login).unwrap_or_else(|| readiness.status.as_str().to_owned());
    let message = format!("the session is not logged in: {}", readiness.printable(&said));
    Error::new(ErrorKind::NotActive, message).in_operation(OPERATION).of_session(session.id())
}

impl<'a> IntoFuture for WaitForAuth<'a> {
    type Output = Result<SessionResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Waits until the session can be used. A login that failed is an error of kind [`ErrorKind::NotActive`].
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

impl SessionHandle {
    /// How far the logins are that the session was started with. Servers of version 1.4.40 do not know it.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn auth_readiness(&self) -> Result<AuthReadiness> {
        self.call(self.notte().api().session_auth_readiness().session_id(self.id())).await
    }

    /// Waits until the logins are done that the session was started with, and the session can be used.
    pub fn wait_for_auth(&self) -> WaitForAuth<'_> {
        WaitForAuth { session: self, deadline: DEADLINE }
    }

    /// Whether it was started and is not logged in yet.
    pub(super) fn is_authenticating(&self) -> bool {
        let status = self.started().map(|started| &started.status);
        status.and_then(Open::known) == Some(SessionStatus::Authenticating)
    }
}
