//! `notte.sessions()`: which sessions there are.

use std::time::{Duration, SystemTime};

use futures_util::{Stream, TryStreamExt as _};
use notte_api::{
    types::{SessionPage, SessionResponse},
    wire::Timestamp,
};

use super::Session;
use crate::{Notte, Result, SessionId, Sweep, pages};

/// Clocks differ by so much without anybody noticing.
const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// The sessions of the account.
#[derive(Debug, Clone)]
pub struct Sessions {
    notte: Notte,
}

impl Sessions {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte }
    }

    /// A handle on a session that somebody else stops. Nothing is asked of the service yet.
    ///
    /// [`Session::stop`] stops it all the same.
    pub fn attach(&self, id: impl Into<SessionId>) -> Session {
        Session::new(self.notte.clone(), self.notte.cleanup().borrow(&id.into()), None)
    }

    /// A guard over a session that was started elsewhere: dropping it stops the session.
    pub fn adopt(&self, id: impl Into<SessionId>) -> Session {
        Session::new(self.notte.clone(), self.notte.cleanup().adopt(&id.into()), None)
    }

    /// Lists sessions, those that live unless told otherwise.
    pub fn list(&self) -> SessionList {
        SessionList {
            notte: self.notte.clone(),
            only_active: None,
            only_current_token: None,
            include_system: None,
            page_size: None,
        }
    }

    /// Live sessions that were started with this key since `time`, and that neither this client nor a ledger knows:
    /// what a start whose answer was lost may have left behind. They are candidates to look at; nothing is stopped.
    ///
    /// A session that was started up to 30 s earlier is listed too, since the clocks of caller and service differ.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn started_since(&self, time: SystemTime) -> Result<Vec<SessionResponse>> {
        let since = Timestamp::from(time.checked_sub(CLOCK_SKEW).unwrap_or(time));
        let items = self.list().only_active(true).only_current_token(true).page_size(100).items();
        let candidates = items.try_filter(|session| {
            let candidate = session.created_at >= since && !self.notte.cleanup().knows(&session.session_id);
            std::future::ready(candidate)
        });
        candidates.try_collect().await
    }

    /// Stops the sessions that processes left behind which died without stopping them, as the
    /// [ledger](crate::Builder::ledger) knows them. Sessions of processes that run are left alone.
    ///
    /// Whether a process runs is known on Linux only; elsewhere, every process counts as one that may run.
    ///
    /// # Errors
    /// There is no ledger, or it cannot be read. Sessions that could not be stopped are in the [`Sweep`].
    ///
    /// # Cancel safety
    /// What was not stopped yet is still in the ledger.
    pub async fn sweep(&self) -> Result<Sweep> {
        self.notte.cleanup().sweep(self.notte.api()).await
    }
}

/// A list of sessions that is not asked for yet.
#[derive(Debug, Clone)]
#[must_use = "a list is read by `.items()` or `.pages()`"]
pub struct SessionList {
    notte: Notte,
    only_active: Option<bool>,
    only_current_token: Option<bool>,
    include_system: Option<bool>,
    page_size: Option<u32>,
}

impl SessionList {
    /// Whether to list only sessions that live.
    pub fn only_active(mut self, only: bool) -> Self {
        self.only_active = Some(only);
        self
    }

    /// Whether to list only sessions that were started with this key.
    pub fn only_current_token(mut self, only: bool) -> Self {
        self.only_current_token = Some(only);
        self
    }

    /// Whether to list sessions that the service started for itself, too. It does if this is not set.
    pub fn include_system(mut self, include: bool) -> Self {
        self.include_system = Some(include);
        self
    }

    /// How many sessions a page has at most.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// The sessions, one by one; pages are turned as they are needed. The stream is over after its first error.
    pub fn items(self) -> impl Stream<Item = Result<SessionResponse>> + Send + Unpin + use<> {
        pages::items(move |number| self.clone().page(number))
    }

    /// The pages, as the service sends them. The stream is over after its first error.
    pub fn pages(self) -> impl Stream<Item = Result<SessionPage>> + Send + Unpin + use<> {
        pages::pages(move |number| self.clone().page(number))
    }

    async fn page(self, number: i64) -> Result<SessionPage> {
        let request = self
            .notte
            .api()
            .list_sessions()
            .page(number)
            .page_size(self.page_size.map(i64::from))
            .only_active(self.only_active)
            .only_current_token(self.only_current_token)
            .include_system(self.include_system);
        self.notte.call(request).await
    }
}
