//! `Agent`: a handle on an agent that was started.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use notte_api::{
    types::{AgentResponse, AgentStatusResponse, SessionResponse},
    wire::Timestamp,
};
use tokio::time::Instant;

use super::{AgentStatus, AgentWait, AgentWatch, Logs, status::Known};
use crate::{
    AgentId, Notte, Result, Script, SessionId,
    cleanup::{AgentLease, stop_agent},
};

/// What a session lasts at most, where it does not say.
const LONGEST_SESSION: Duration = Duration::from_secs(24 * 60 * 60);
/// How much longer a wait for an agent may be than its session: until the service has said that both have ended.
const LATE: Duration = Duration::from_secs(10);

/// An agent as this client knows it.
pub(crate) struct Remote {
    pub(super) id: AgentId,
    session: Option<SessionId>,
    started: Option<AgentResponse>,
    max_steps: Option<u32>,
    stop_asked: AtomicBool,
    /// How long the session had when the agent was started, if that is known, and when this handle was made.
    session_left: Option<Duration>,
    since: Instant,
    pub(super) notte: Notte,
}

impl Remote {
    pub(super) fn started(
        notte: Notte,
        started: AgentResponse,
        max_steps: u32,
        session: Option<&SessionResponse>,
    ) -> Self {
        Self {
            id: started.agent_id.as_str().into(),
            session: Some(started.session_id.as_str().into()),
            max_steps: Some(max_steps),
            stop_asked: AtomicBool::new(false),
            session_left: session.map(|session| left(session, started.created_at)),
            since: Instant::now(),
            started: Some(started),
            notte,
        }
    }

    pub(super) fn attached(notte: Notte, id: AgentId) -> Self {
        Self {
            id,
            session: None,
            started: None,
            max_steps: None,
            stop_asked: AtomicBool::new(false),
            session_left: None,
            since: Instant::now(),
            notte,
        }
    }

    pub(super) async fn status(&self) -> Result<AgentStatus> {
        let request = self.notte.api().agent_status().agent_id(&self.id);
        Ok(self.read(self.notte.call(request).await?))
    }

    pub(super) fn read(&self, response: AgentStatusResponse) -> AgentStatus {
        let known = Known { max_steps: self.max_steps, stop_asked: self.stop_asked.load(Ordering::Relaxed) };
        AgentStatus::new(response, known)
    }

    pub(super) async fn session(&self) -> Result<SessionId> {
        match &self.session {
            Some(session) => Ok(session.clone()),
            None => Ok(self.status().await?.session_id().clone()),
        }
    }

    pub(super) async fn stop(&self) -> Result<AgentStatus> {
        let session = self.session().await?;
        let accepted = stop_agent(self.notte.closing_caller(), &self.id, &session).await?;
        self.stop_asked.store(true, Ordering::Relaxed);
        match accepted {
            Some(response) => Ok(self.read(response)),
            None => self.status().await,
        }
    }

    /// Stops the agent when it is dropped.
    pub(super) async fn lease(&self) -> Result<AgentLease> {
        let session = self.session().await?;
        Ok(self.notte.cleanup().watch_agent(self.id.clone(), session, &self.notte.caller()))
    }

    /// What is left of the longest that the session may last.
    pub(super) async fn time_left(&self) -> Duration {
        let at_start = match self.session_left {
            Some(left) => left,
            None => self.ask_time_left().await.unwrap_or(LONGEST_SESSION),
        };
        at_start.saturating_sub(self.since.elapsed()).saturating_add(LATE)
    }

    async fn ask_time_left(&self) -> Result<Duration> {
        let (session, created) = match (&self.session, &self.started) {
            (Some(session), Some(started)) => (session.clone(), started.created_at),
            _ => {
                let status = self.status().await?;
                (status.session_id().clone(), status.created_at())
            }
        };
        let session = self.notte.call(self.notte.api().session_status().session_id(&session)).await?;
        Ok(left(&session, created))
    }
}

/// What was left of the longest that a session may last at a moment. Both times are of the service's clock.
fn left(session: &SessionResponse, at: Timestamp) -> Duration {
    #[allow(deprecated, reason = "older servers know no other")]
    let minutes = session.max_duration_minutes.or(session.timeout_minutes);
    let minutes = minutes.and_then(|minutes| u64::try_from(minutes).ok());
    let longest = minutes.map_or(LONGEST_SESSION, |minutes| Duration::from_secs(minutes.saturating_mul(60)));
    let used = at.unix_nanos().saturating_sub(session.created_at.unix_nanos());
    longest.saturating_sub(Duration::from_nanos(u64::try_from(used.max(0)).unwrap_or(u64::MAX)))
}

/// An agent that was started. Dropping the handle leaves it to work, unless [`stop_on_drop`](Self::stop_on_drop) says
/// otherwise; it ends with its session in any case.
#[must_use = "an agent is followed by `.wait()`, `.watch()`, `.logs()` or `.status()`"]
pub struct Agent {
    // Before the client, so that the last handle of a client waits for it.
    lease: Option<AgentLease>,
    remote: Arc<Remote>,
}

impl Agent {
    pub(super) fn new(remote: Remote, lease: Option<AgentLease>) -> Self {
        Self { lease, remote: Arc::new(remote) }
    }

    /// Its id.
    pub fn id(&self) -> &AgentId {
        &self.remote.id
    }

    /// The session whose browser it uses; none for an agent that was attached to, whose [`status`](Self::status) tells.
    pub fn session_id(&self) -> Option<&SessionId> {
        self.remote.session.as_ref()
    }

    /// What its start was answered; none for an agent that was attached to.
    pub fn started(&self) -> Option<&AgentResponse> {
        self.remote.started.as_ref()
    }

    /// Has the agent stopped in the background when this handle is dropped. An agent that was attached to is never
    /// stopped that way.
    pub fn stop_on_drop(mut self) -> Self {
        if let Some(lease) = &mut self.lease {
            lease.arm();
        }
        self
    }

    /// How the agent is, with its steps so far.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn status(&self) -> Result<AgentStatus> {
        self.remote.status().await
    }

    /// Waits for the end of the agent: `.await` does it, in a task of its own too:
    ///
    /// ```no_run
    /// # async fn example(agent: notte_ext::Agent) -> Result<(), Box<dyn std::error::Error>> {
    /// let ended = tokio::spawn(agent.wait()).await??;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(&self) -> AgentWait {
        AgentWait::new(Arc::clone(&self.remote))
    }

    /// Follows the agent to its end, and stops it when nobody does: `.await` does it.
    pub fn watch<'a>(&self) -> AgentWatch<'a> {
        AgentWatch::new(Arc::clone(&self.remote))
    }

    /// Asks the agent to stop: `.await` does it. It takes effect at the next step; the action that runs is finished.
    /// `.stop().wait()` waits for that.
    pub fn stop(&self) -> StopAgent {
        StopAgent { remote: Arc::clone(&self.remote) }
    }

    /// The steps of the agent as it takes them.
    #[doc(alias = "watch_logs")]
    pub fn logs(&self) -> Logs {
        Logs::new(Arc::clone(&self.remote))
    }

    /// A script that does again what the agent did, without a language model choosing the steps: `.await` gets it.
    pub fn workflow_code(&self) -> AgentCode {
        AgentCode { remote: Arc::clone(&self.remote), as_workflow: true, infer_response_format: None }
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("id", self.id())
            .field("session_id", &self.session_id())
            .field("stop_on_drop", &self.lease.as_ref().is_some_and(AgentLease::is_armed))
            .finish_non_exhaustive()
    }
}

/// A request to stop that is not made yet: `.await` makes it and gives the status after it, in which the agent may
/// still be at its last step; [`wait`](Self::wait) waits until it has ended.
#[derive(Clone)]
#[must_use = "an agent is stopped by `.await`"]
pub struct StopAgent {
    remote: Arc<Remote>,
}

impl StopAgent {
    /// Makes the request, and waits for the end of the agent.
    pub fn wait(self) -> AgentWait {
        AgentWait::new(self.remote).after_stop()
    }
}

impl IntoFuture for StopAgent {
    type Output = Result<AgentStatus>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<AgentStatus>> + Send>>;

    /// Makes the request. An agent that has ended already is stopped.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.remote.stop().await })
    }
}

impl fmt::Debug for StopAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StopAgent").field("agent", &self.remote.id).finish()
    }
}

/// A script that is not asked for yet: `.await` asks.
#[derive(Clone)]
#[must_use = "a script is asked for by `.await`"]
pub struct AgentCode {
    remote: Arc<Remote>,
    as_workflow: bool,
    infer_response_format: Option<bool>,
}

impl AgentCode {
    /// Only the instructions that matter, in place of a script that stands alone.
    pub fn instructions_only(mut self) -> Self {
        self.as_workflow = false;
        self
    }

    /// Whether scrapes that have instructions and no schema get a schema, guessed from what they found.
    pub fn infer_response_format(mut self, infer: bool) -> Self {
        self.infer_response_format = Some(infer);
        self
    }
}

impl IntoFuture for AgentCode {
    type Output = Result<Script>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Script>> + Send>>;

    /// Asks for the script.
    fn into_future(self) -> Self::IntoFuture {
        let Self { remote, as_workflow, infer_response_format } = self;
        Box::pin(async move {
            let request = remote.notte.api().get_script().agent_id(&remote.id).as_workflow(as_workflow);
            remote.notte.call(request.infer_response_format(infer_response_format)).await.map(Script)
        })
    }
}

impl fmt::Debug for AgentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentCode").field("agent", &self.remote.id).finish_non_exhaustive()
    }
}

const _: () = {
    const fn travels<T: Send + Sync + 'static>() {}
    travels::<Agent>();
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_of_a_session_is_told_by_the_clock_of_the_service() {
        let at: Timestamp = "2025-01-02T03:00:30Z".parse().unwrap();
        for (session, seconds) in [
            (json!({"max_duration_minutes": 15}), 14 * 60 + 30),
            (json!({"timeout_minutes": 1}), 30),
            (json!({"max_duration_minutes": 15, "created_at": "2025-01-02T02:00:00Z"}), 0),
            (json!({"max_duration_minutes": 15, "created_at": "2099-01-02T02:00:00Z"}), 15 * 60),
            (json!({}), 24 * 60 * 60 - 30),
        ] {
            let mut json = json!({
                "session_id": "s-1", "status": "active", "created_at": "2025-01-02T03:00:00Z",
                "last_accessed_at": "2025-01-02T03:00:00Z",
            });
            json.as_object_mut().unwrap().extend(session.as_object().unwrap().clone());
            let session = serde_json::from_value(json).unwrap();
            assert_eq!(left(&session, at), Duration::from_secs(seconds), "{session:?}");
        }
    }
}
