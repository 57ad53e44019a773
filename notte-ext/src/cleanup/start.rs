//! Starts a session in such a way that it is stopped if nobody takes it.

use std::{future::Future, sync::Arc};

use notte_api::{
    ResponseValue,
    types::{SessionResponse, SessionStartRequest, SessionStatus},
};
use serde::Deserialize;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc::UnboundedSender, oneshot},
    time::Instant,
};
use tracing::Instrument as _;

use super::{Cleanup, Core, Lease, reaper::Job};
use crate::{
    Error, ErrorKind, Result,
    call::{Caller, Policy, run, within},
    retry::Budget,
};

const OPERATION: &str = "session_start";

type Started = (Lease, SessionResponse);

impl Cleanup {
    /// Starts a session.
    ///
    /// The request runs on the reaper's thread, so that it ends neither with the caller's future nor with the caller's
    /// runtime. A session that comes back to nobody is dropped with its lease, and so stopped.
    pub(crate) async fn start_session(
        &self,
        request: SessionStartRequest,
        mut policy: Policy,
        budget: Arc<Budget>,
    ) -> Result<Started> {
        let deadline = Instant::now().checked_add(policy.deadline);
        let slot = self.slot(deadline).await?;
        if let Some(deadline) = deadline {
            policy.deadline = deadline.saturating_duration_since(Instant::now());
        }
        let (core, jobs) = (Arc::clone(&self.core), self.jobs.clone());
        self.kept(OPERATION, async move { start(core, jobs, request, policy, &budget, slot).await }).await
    }

    /// Runs `task` on the reaper's thread, to its end once it has begun. What comes back to nobody is dropped there.
    pub(super) async fn kept<T: Send + 'static>(
        &self,
        operation: &'static str,
        task: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (taker, result) = oneshot::channel();
        let task = async move {
            if taker.is_closed() {
                return;
            }
            let started = task.await;
            // A caller that has gone leaves the lease to be dropped here.
            drop(taker.send(started));
        };
        let gone =
            || Error::new(ErrorKind::Config, "the clean-up thread of the client has ended").in_operation(operation);
        let job = Job::Run(Box::pin(task.instrument(tracing::Span::current())));
        self.jobs.send(job).map_err(|_| gone())?;
        result.await.map_err(|_| gone().and_acted())?
    }

    async fn slot(&self, deadline: Option<Instant>) -> Result<Option<OwnedSemaphorePermit>> {
        let Some(slots) = &self.core.slots else { return Ok(None) };
        match within(deadline, Arc::clone(slots).acquire_owned()).await {
            // The semaphore is never closed.
            Some(slot) => Ok(slot.ok()),
            None => {
                let message = "max_live_sessions was reached until the deadline";
                Err(Error::new(ErrorKind::Deadline, message).in_operation(OPERATION))
            }
        }
    }
}

async fn start(
    core: Arc<Core>,
    jobs: UnboundedSender<Job>,
    request: SessionStartRequest,
    policy: Policy,
    budget: &Budget,
    slot: Option<OwnedSemaphorePermit>,
) -> Result<Started> {
    let client = core.client.clone();
    let caller = Caller { client: &client, budget, policy };
    let answer = match run(caller, client.session_start().body(request)).await.map(ResponseValue::into_inner) {
        Ok(answer) => answer,
        Err(error) => {
            // A session can have been started by an answer that is otherwise of no use.
            let Some(id) = id_in(&error) else { return Err(error) };
            drop(Lease::new(&id, core, jobs, slot));
            return Err(error.of_session(&id));
        }
    };
    let lease = Lease::new(&answer.session_id, core, jobs, slot);
    if matches!(answer.status.known(), Some(SessionStatus::Active | SessionStatus::Authenticating)) {
        return Ok((lease, answer));
    }
    let said = answer.error.as_deref().unwrap_or("the service does not say why");
    let message = format!("the session is not active: {}", said.chars().take(500).collect::<String>());
    Err(Error::new(ErrorKind::NotActive, message).in_operation(OPERATION).of_session(lease.id()).and_acted())
}

fn id_in(error: &Error) -> Option<String> {
    #[derive(Deserialize)]
    struct Probe {
        session_id: String,
    }

    let probe: Probe = serde_json::from_slice(error.api()?.body()?).ok()?;
    (!probe.session_id.is_empty()).then_some(probe.session_id)
}
