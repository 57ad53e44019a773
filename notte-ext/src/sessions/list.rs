//! `notte.sessions()`: which sessions there are.

use std::time::{Duration, SystemTime};

use notte_api::{
    types::{SessionPage, SessionResponse},
    wire::{List, Timestamp},
};

use super::{Session, SessionHandle};
use crate::{Listing, Notte, Result, SessionId, Sweep};

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

    /// Returns a handle on a session that somebody else stops. No request is sent yet.
    ///
    /// [`SessionHandle::stop`] stops it all the same.
    pub fn attach(&self, id: impl Into<SessionId>) -> SessionHandle {
        SessionHandle::new(self.notte.clone(), self.notte.cleanup().borrow(id.into(), &self.notte.caller()), None)
    }

    /// A guard over a session that was started elsewhere: dropping it stops the session.
    pub fn adopt(&self, id: impl Into<SessionId>) -> Session {
        Session::new(self.notte.clone(), self.notte.cleanup().adopt(id.into(), &self.notte.caller()), None)
    }

    /// Lists sessions, those that live unless told otherwise.
    pub fn list(&self) -> SessionList {
        Listing::new(self.notte.clone(), ())
    }

    /// Live sessions that were started with this key since `time`, and that neither this client nor a ledger knows:
    /// what a start whose answer was lost may have left behind. They are candidates to look at; nothing is stopped.
    ///
    /// A session that was started up to 30 s earlier is listed too, since the clocks of caller and service differ. A
    /// session that this version cannot decode may be one of them: it is in [`List::odd`].
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn started_since(&self, time: SystemTime) -> Result<List<SessionResponse>> {
        let since = Timestamp::from(time.checked_sub(CLOCK_SKEW).unwrap_or(time));
        let mut sessions = self.list().only_active(true).only_current_token(true).page_size(100).all().await?;
        let known = self.notte.cleanup().known().await?;
        sessions.retain(|session| match session {
            Ok(session) => session.created_at >= since && !known.contains(&session.session_id),
            Err(odd) => !odd.value()["session_id"].as_str().is_some_and(|id| known.contains(&id.to_owned())),
        });
        Ok(sessions)
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

/// A list of sessions: those that live, unless told otherwise.
pub type SessionList = Listing<SessionPage>;
