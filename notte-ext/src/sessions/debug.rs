//! `SessionDebug`: the addresses of a session, in whichever shape the service wrote them.

use notte_api::{types::SessionDebugResponse, wire::Secret};

/// Where others can look on or connect. Every address lets in whoever has it, so none is printed.
#[derive(Debug, Clone)]
pub struct SessionDebug(pub(super) SessionDebugResponse);

impl SessionDebug {
    /// DevTools Protocol address, for Playwright, chromiumoxide and their like.
    pub fn cdp_url(&self) -> Option<&Secret<String>> {
        self.0.ws.as_ref().map(|ws| &ws.cdp).or(self.0.cdp_url.as_ref()).or(self.0.ws_url.as_ref())
    }

    /// Address at which a person can look on.
    pub fn viewer_url(&self) -> Option<&Secret<String>> {
        self.0.debug_url.as_ref().or(self.0.viewer_url.as_ref())
    }

    /// WebSocket of live events.
    pub fn logs_url(&self) -> Option<&Secret<String>> {
        self.0.ws.as_ref().map(|ws| &ws.logs)
    }

    /// WebSocket of live pictures.
    pub fn recording_url(&self) -> Option<&Secret<String>> {
        self.0.ws.as_ref().map(|ws| &ws.recording)
    }

    /// The whole answer.
    pub fn into_inner(self) -> SessionDebugResponse {
        self.0
    }
}
