//! Agents on the sessions of this server.

use axum::extract::FromRef;
use serde_json::{Map, Value};

use super::browser::Filled;
use super::{Agents, Browser, Typed};
use crate::app::Shared;
use crate::error::Refusal;
use crate::page::Action;

/// How many elements an agent gets to see.
const ELEMENTS: usize = 200;

impl FromRef<Shared> for Agents<Shared> {
    fn from_ref(app: &Shared) -> Self {
        Self {
            browser: app.clone(),
            areas: app.areas.clone(),
            llm: app.config.llm.clone(),
            records: app.agents.clone(),
        }
    }
}

impl Browser for Shared {
    fn history(&self, session: &str) -> Result<Vec<Value>, Refusal> {
        Ok(self.sessions.live(session)?.steps())
    }

    fn typed(&self, session: &str) -> Result<Typed, Refusal> {
        Ok(self.sessions.live(session)?.typed.clone())
    }

    fn opens(&self, session: &str, token: &str) -> bool {
        self.by_token(session, token).is_ok()
    }

    async fn while_alive<T: Send>(&self, session: &str, work: impl Future<Output = T> + Send) -> Result<T, Refusal> {
        let session = self.sessions.live(session)?;
        let _used = session.used(true);
        session.while_alive(work).await
    }

    async fn observe(&self, session: &str) -> Result<Value, Refusal> {
        let session = self.sessions.live(session)?;
        let _used = session.used(true);
        Ok(Value::Object(session.observe(ELEMENTS).await?))
    }

    async fn execute(&self, session: &str, shown: &Value, real: Filled) -> Result<Value, Refusal> {
        let session = self.sessions.live(session)?;
        let fields = |action: &Value| action.as_object().cloned().unwrap_or_else(Map::new);
        let action = Action::read(&fields(&real.action))?;
        let _used = session.used(true);
        session.execute_only(&action, &fields(shown), real.only.as_ref()).await
    }
}
