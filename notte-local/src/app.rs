//! What every handler shares.

use std::sync::{Arc, OnceLock};

use crate::agents::Records;
use crate::areas::Areas;
use crate::config::{Config, Source};
use crate::engine::{Home, private};
use crate::error::Refusal;
use crate::secret;
use crate::server::{Doors, Faults, Journal};
use crate::sessions::{Registry, Session};
use crate::store::{Store, StoreError};

/// The server's state.
pub(crate) struct App {
    pub(crate) config: Config,
    /// What clients have to send.
    pub(crate) key: String,
    pub(crate) sessions: Registry,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) doors: Doors,
    pub(crate) areas: Areas,
    pub(crate) agents: Arc<Records>,
    origin: OnceLock<String>,
}

/// The state, as handlers get it.
pub(crate) type Shared = Arc<App>;

impl App {
    pub(crate) fn new(mut config: Config) -> Result<Self, StoreError> {
        let store = match &config.data {
            Some(directory) => Store::in_directory(directory)?,
            None => Store::in_memory()?,
        };
        let key = config.api_key.take().unwrap_or_else(secret::random);
        let grid = match &config.source {
            Source::Grid(grid) => Some(grid.shown()),
            _ => None,
        };
        let (home, orphans) = Home::make(grid.as_deref())?;
        let files = config.data.as_deref().unwrap_or_else(|| home.path()).join("account-files");
        private(&files)?;
        let areas = Areas { store, files };
        let sessions = Registry::new(areas.clone(), &config, home, orphans)?;
        Ok(Self {
            config,
            key,
            sessions,
            faults: Faults::default(),
            journal: Journal::default(),
            doors: Doors::default(),
            areas,
            agents: Arc::default(),
            origin: OnceLock::new(),
        })
    }

    /// Sets the server's address, once it is bound.
    pub(crate) fn bound(&self, origin: String) {
        let _ = self.origin.set(origin);
    }

    /// The server's address, e.g. `http://127.0.0.1:4000`.
    pub(crate) fn origin(&self) -> &str {
        self.origin.get().map(String::as_str).unwrap_or_default()
    }

    /// A link that opens the dashboard once.
    pub(crate) fn dashboard_link(&self) -> String {
        format!("{}/?link={}", self.origin(), self.doors.link())
    }

    /// The session of a link or a WebSocket, if its token is right.
    pub(crate) fn by_token(&self, id: &str, token: &str) -> Result<Arc<Session>, Refusal> {
        let session = self.sessions.find(id)?;
        if secret::same(&session.token, token) {
            return Ok(session);
        }
        Err(Refusal::new(axum::http::StatusCode::UNAUTHORIZED, "the token of this address is wrong"))
    }
}
