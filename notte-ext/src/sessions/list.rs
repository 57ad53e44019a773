//! `notte.sessions()`: which sessions there are.

use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt as _;
use notte_api::{types::SessionResponse, wire::Timestamp};

use super::Session;
use crate::{Notte, Result, SessionId, Sweep, areas::list};

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
        Session::new(self.notte.clone(), self.notte.cleanup().borrow(id.into(), &self.notte.caller()), None)
    }

    /// A guard over a session that was started elsewhere: dropping it stops the session.
    pub fn adopt(&self, id: impl Into<SessionId>) -> Session {
        Session::new(self.notte.clone(), self.notte.cleanup().adopt(id.into(), &self.notte.caller()), None)
    }

    /// Lists sessions, those that live unless told otherwise.
    pub fn list(&self) -> SessionList {
        SessionList::new(self.notte.clone())
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
        let known = self.notte.cleanup().known().await?;
        let candidates = items.try_filter(|session| {
            let candidate = session.created_at >= since && !known.contains(&session.session_id);
            std::future::ready(candidate)
        });
        candidates.try_collect().await
    }

    /// Stops the sessions that were left behind by processes that died without stopping them, as far as the
    /// [ledger](crate::Builder::ledger) has them and this client can stop them.
    ///
    /// Left alone are the sessions of processes that run, of another machine or container (whether they run is not
    /// known), of another service, and of another API key: [`Sweep::kept`] counts them.
    ///
    /// # Errors
    /// There is no ledger, or it cannot be read. Sessions that could not be stopped are in the [`Sweep`].
    ///
    /// # Cancel safety
    /// What was not stopped yet is still in the ledger.
    pub async fn sweep(&self) -> Result<Sweep> {
        self.notte.cleanup().sweep(self.notte.caller()).await
    }
}

list! {
    /// A list of sessions that is not asked for yet: those that live, unless told otherwise.
    SessionList: list_sessions -> SessionPage of SessionResponse
}
