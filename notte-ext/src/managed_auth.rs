//! `notte.managed_auth()`: logins to sites that the service keeps alive for sessions.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use notte_api::{
    ResponseValue,
    types::{ManagedAuthOperation, ManagedAuthRunResponse, ManagedAuthStatus},
};

use crate::{
    Error, Notte, Result,
    wait::{Polled, Schedule, poll},
};

const OPERATION: &str = "managed_auth_operation_get";
/// The service gives up after ten minutes.
const DEADLINE: Duration = Duration::from_secs(615);
const INTERVAL: Duration = Duration::from_secs(1);
const MOST_RETRIES: u32 = 2;

/// The managed logins of the account. They are set up in the console; sessions use them by
/// [`auth_ids`](crate::SessionBuilder::auth_ids). Servers of version 1.4.40 have none.
#[derive(Debug, Clone)]
pub struct ManagedAuth {
    notte: Notte,
}

impl ManagedAuth {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte }
    }

    /// A handle on a connection. Nothing is asked of the service yet.
    pub fn connection(&self, id: impl Into<String>) -> AuthConnection {
        AuthConnection { notte: self.notte.clone(), id: id.into() }
    }

    /// How far a login is that was [started](AuthLogin::start).
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn operation(&self, id: impl AsRef<str>) -> Result<ManagedAuthOperation> {
        self.notte.call(self.notte.api().managed_auth_operation_get().operation_id(id.as_ref())).await
    }
}

/// A connection: an account at a site, and its login.
#[derive(Debug, Clone)]
pub struct AuthConnection {
    notte: Notte,
    id: String,
}

impl AuthConnection {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Looks whether it is still logged in.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn check(&self) -> Result<ManagedAuthRunResponse> {
        self.notte.call(self.notte.api().managed_auth_connection_check().connection_id(&*self.id)).await
    }

    /// Renews its login where that is no longer good; `.await` waits until it is.
    pub fn refresh(&self) -> AuthLogin<'_> {
        AuthLogin { connection: self, anew: false, auth_retry: None, deadline: DEADLINE }
    }

    /// Logs it in anew, whether the old login is good or not; `.await` waits until it is.
    pub fn reauthenticate(&self) -> AuthLogin<'_> {
        AuthLogin { connection: self, anew: true, auth_retry: None, deadline: DEADLINE }
    }
}

/// A login that is not started yet: `.await` waits until it is done, [`start`](Self::start) does not wait.
///
/// Dropping the future only stops waiting.
#[derive(Debug, Clone)]
#[must_use = "a login is started by `.await` or `.start()`"]
pub struct AuthLogin<'a> {
    connection: &'a AuthConnection,
    anew: bool,
    auth_retry: Option<u32>,
    deadline: Duration,
}

impl AuthLogin<'_> {
    /// How many more times a failed login is tried, up to twice.
    pub fn auth_retry(mut self, times: u32) -> Self {
        self.auth_retry = Some(times);
        self
    }

    /// How long to wait; a little over ten minutes if this is not set.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Starts it, and does not wait for it: [`ManagedAuth::operation`] tells how far it is.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind). Where [`may_have_been_sent`](Error::may_have_been_sent) says so, it may go on.
    pub async fn start(self) -> Result<ManagedAuthOperation> {
        self.begin().await.map(ResponseValue::into_inner)
    }

    async fn begin(self) -> Result<ResponseValue<ManagedAuthOperation>> {
        let AuthConnection { notte, id } = self.connection;
        if let Some(times) = self.auth_retry.filter(|times| *times > MOST_RETRIES) {
            return Err(Error::invalid(format!("auth_retry must be between 0 and {MOST_RETRIES}, not {times}")));
        }
        if self.anew {
            let request = notte.api().managed_auth_connection_reauthenticate().connection_id(&**id);
            return notte.call(request.body_map(|body| body.auth_retry(self.auth_retry))).raw().await;
        }
        let request = notte.api().managed_auth_connection_refresh().connection_id(&**id);
        notte.call(request.body_map(|body| body.auth_retry(self.auth_retry))).raw().await
    }

    async fn wait(self) -> Result<ManagedAuthOperation> {
        let notte = &self.connection.notte;
        let schedule = Schedule { deadline: Some(self.deadline), max_polls: None, interval: Some(INTERVAL) };
        let mut started = Some(self.begin().await?);
        let id = started.as_ref().map(|login| login.id.clone()).unwrap_or_default();
        let waited = poll(OPERATION, schedule, || {
            // The answer of the start is the first look.
            let (id, seen) = (&id, started.take());
            async move {
                let login = match seen {
                    Some(login) => login,
                    None => notte.call(notte.api().managed_auth_operation_get().operation_id(id)).raw().await?,
                };
                match login.status.known() {
                    Some(ManagedAuthStatus::Pending | ManagedAuthStatus::Running) => {
                        Ok(Polled::NotYet(Some(login.into_inner())))
                    }
                    Some(ManagedAuthStatus::Succeeded) => Ok(Polled::Ready(login.into_inner())),
                    _ => Err(failed(&login)),
                }
            }
        });
        waited.await.map_err(|error| error.into_parts().0)
    }
}

fn failed(login: &ResponseValue<ManagedAuthOperation>) -> Error {
    let said = login.error.as_deref().or(login.failure_code.as_deref()).unwrap_or(login.status.as_str());
    Error::execution(OPERATION, format!("the connection is not logged in: {}", login.printable(said)))
}

impl<'a> IntoFuture for AuthLogin<'a> {
    type Output = Result<ManagedAuthOperation>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<ManagedAuthOperation>> + Send + 'a>>;

    /// Starts it, and waits until it is done. One that fails is an error of kind
    /// [`Execution`](crate::ErrorKind::Execution).
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}
