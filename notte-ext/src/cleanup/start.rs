//! Starts a session in such a way that it is stopped if nobody takes it.

use std::{future::Future, sync::Arc, time::Duration};

use notte_api::{
    Client, Error as ApiError, OperationMeta, ResponseValue, SendOnce, builder,
    types::{SessionResponse, SessionStartRequest, SessionStatus},
};
use serde::Deserialize;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};
use tracing::Instrument as _;

use super::{Cleanup, Keeper, LATE, Lease, lease::Slot, reaper::Job};
use crate::{
    Error, ErrorKind, Result,
    call::{Caller, run, within},
};

const OPERATION: &str = "session_start";
type Started = (Lease, SessionResponse);

impl Cleanup {
    /// Starts a session.
    pub(crate) async fn start_session(&self, request: SessionStartRequest, mut caller: Caller) -> Result<Started> {
        let queued = Instant::now();
        let slot = self.slot(queued, caller.policy.deadline).await?;
        if self.keeper.core.queue_timeout.is_none() {
            caller.policy.deadline = caller.policy.deadline.saturating_sub(queued.elapsed());
        }
        let start = StartSession {
            request,
            keeper: self.keeper.clone(),
            stopper: self.keeper.background(&caller),
            slot,
            patience: caller.policy.timeout,
        };
        let response = match run(caller.with_grace(LATE), start).await {
            Ok(response) => response,
            Err(error) => {
                let id = error.api().and_then(session_in);
                return Err(if let Some(id) = id { error.of_session(&id) } else { error });
            }
        };
        let head = response.head();
        let (lease, answer) = response.into_inner();
        if matches!(answer.status.known(), Some(SessionStatus::Active | SessionStatus::Authenticating)) {
            return Ok((lease, answer));
        }
        let said = answer.error.as_deref().unwrap_or("the service does not say why");
        let message = format!("the session is not active: {}", head.printable(said));
        Err(Error::new(ErrorKind::NotActive, message).in_operation(OPERATION).of_session(lease.id()).and_acted())
    }

    async fn slot(&self, since: Instant, deadline: Duration) -> Result<Option<Slot>> {
        let Some(slots) = &self.keeper.core.slots else { return Ok(None) };
        let wait = self.keeper.core.queue_timeout.unwrap_or(deadline);
        match within(since.checked_add(wait), Arc::clone(slots).acquire_owned()).await {
            // The semaphore is never closed.
            Some(slot) => Ok(slot.ok().map(Arc::new)),
            None => {
                let message =
                    format!("max_live_sessions live, and none of them ended within {:.1} s", wait.as_secs_f64());
                Err(Error::new(ErrorKind::SessionLimit, message).in_operation(OPERATION))
            }
        }
    }
}

impl Keeper {
    /// Runs a request on the reaper's thread, to its end once it has begun: neither a caller that has gone nor a runtime
    /// that has ended ends it. What comes back to nobody is dropped there.
    ///
    /// Its caller waits for `patience`.
    pub(super) async fn detached<T: Send + 'static>(
        &self,
        operation: &'static str,
        patience: Duration,
        request: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        let ended = |why: &str| ApiError::not_sent(operation, why);
        let under_way = self.core.start().ok_or_else(|| ended("the process was asked to end"))?;
        let (taker, answer) = oneshot::channel();
        let task = async move {
            if !taker.is_closed() {
                let answer = request.await;
                // A caller that has gone leaves the lease to be dropped here.
                drop(taker.send(answer));
            }
            drop(under_way);
        };
        let job = Job::Run(Box::pin(task.instrument(tracing::Span::current())));
        self.jobs.send(job).map_err(|_| ended("the clean-up thread of the client has ended"))?;
        match timeout(patience, answer).await {
            Ok(Ok(answer)) => answer,
            // It goes on without its caller, or has ended in a way that says nothing.
            _ => Err(ApiError::timed_out(operation)),
        }
    }
}

/// The start of a session, whose answer comes with a lease on it: wherever that is lost, the session is stopped.
#[derive(Clone)]
struct StartSession {
    request: SessionStartRequest,
    keeper: Keeper,
    stopper: Arc<Caller>,
    slot: Option<Slot>,
    patience: Duration,
}

impl SendOnce for StartSession {
    const META: &'static OperationMeta = <builder::SessionStart<'static> as SendOnce>::META;

    type Output = Started;

    async fn send_on(self, client: &Client) -> Result<ResponseValue<Started>, ApiError> {
        let Self { request, keeper, stopper, slot, patience } = self;
        let client = keeper.core.over(client);
        let answers_for = keeper.clone();
        let request = async move {
            let lease = async |id: &str| {
                let lease = Lease::started(id.into(), answers_for.clone(), Arc::clone(&stopper), slot.clone());
                answers_for.record(lease.id(), &stopper).await;
                lease
            };
            match client.session_start().body(request).send().await {
                Ok(answer) => {
                    let lease = lease(&answer.session_id).await;
                    Ok(answer.map(|answer| (lease, answer)))
                }
                Err(error) => {
                    if let Some(id) = session_in(&error) {
                        drop(lease(&id).await);
                    }
                    Err(error)
                }
            }
        };
        keeper.detached(OPERATION, patience, request).await
    }
}

/// The session that an answer is about which is otherwise of no use: a session can have been started all the same.
fn session_in(error: &ApiError) -> Option<String> {
    #[derive(Deserialize)]
    struct Probe {
        session_id: String,
    }

    let (status, body) = (error.status()?, error.body()?);
    let id = match serde_json::from_slice(body) {
        Ok(Probe { session_id }) => Some(session_id),
        // It is cut short, or holds something that is no JSON.
        Err(_) if status.is_success() => scan(&String::from_utf8_lossy(body)),
        Err(_) => None,
    };
    // A refusal started nothing: the session that it names is another one.
    id.filter(|id| !id.is_empty() && !status.is_client_error())
}

/// The first `"session_id": "…"` in a text.
fn scan(text: &str) -> Option<String> {
    text.split(r#""session_id""#).skip(1).find_map(|rest| {
        let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let (id, _) = value.split_once('"')?;
        (!id.contains('\\')).then(|| id.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_what_is_no_json() {
        for (text, id) in [
            (r#"{"session_id":"s-1","status":"acti"#, Some("s-1")),
            (r#"{"cost": NaN, "session_id" : "s-1"}"#, Some("s-1")),
            (r#"{"session_id": null, "x": {"session_id": "s-2"}"#, Some("s-2")),
            (r#"{"session_id": "s-"#, None),
            (r#"{"session_id": "s\u0041"}"#, None),
            ("<html>session_id</html>", None),
            ("", None),
        ] {
            assert_eq!(scan(text).as_deref(), id, "{text}");
        }
    }
}
