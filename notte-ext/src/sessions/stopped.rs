//! `Stopped`: what is left of a session that has ended.

use std::fmt;

use notte_api::types::SessionResponse;

use super::{ReplayRequest, SessionHandle};
use crate::SessionId;

/// A session that has ended.
#[derive(Clone)]
pub struct Stopped {
    handle: SessionHandle,
    response: Option<Box<SessionResponse>>,
}

impl Stopped {
    pub(super) fn new(handle: SessionHandle, response: Option<Box<SessionResponse>>) -> Self {
        Self { handle, response }
    }

    /// Returns the id of the session.
    pub fn id(&self) -> &SessionId {
        self.handle.id()
    }

    /// Returns the final state of the session; `None` if it had ended before it was asked to.
    pub fn response(&self) -> Option<&SessionResponse> {
        self.response.as_deref()
    }

    /// Returns the video of what happened in the session.
    ///
    /// ```no_run
    /// # async fn example(session: notte_ext::Session) -> notte_ext::Result<()> {
    /// session.stop().await?.replay().wait().await?.save("session.mp4").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn replay(&self) -> ReplayRequest<'_> {
        self.handle.replay()
    }
}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopped").field("id", &self.id()).finish_non_exhaustive()
    }
}
