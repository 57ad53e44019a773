//! Stops a session: one that has ended already counts as stopped.

use notte_api::{
    Client, Error as ApiError, ErrorKind as ApiKind, ResponseValue,
    types::{SessionResponse, SessionStatus, SessionStopCloseReason},
};

use crate::{
    Error, ErrorKind, Result,
    call::{Caller, Policy, run},
    retry::Budget,
};

/// What the service is told about why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseReason {
    Manual,
    Error,
}

/// Stops a session; the last word of the service on it, unless it had ended before.
pub(crate) async fn stop(
    client: &Client,
    budget: &Budget,
    policy: Policy,
    id: &str,
    reason: CloseReason,
) -> Result<Option<SessionResponse>> {
    let caller = || Caller { client, budget, policy: policy.clone() };
    let mut request = client.session_stop().session_id(id);
    if reason == CloseReason::Error {
        request = request.close_reason(SessionStopCloseReason::Error);
    }
    let doubt = match run(caller(), request).await.map(ResponseValue::into_inner) {
        Ok(answer) if has_ended(&answer) => return Ok(Some(answer)),
        Ok(_) => Error::execution("session_stop", "the session is still active").of_session(id),
        Err(error) if is_over(&error) => return Ok(None),
        Err(error) if is_unclear(&error) => error.of_session(id),
        Err(error) => return Err(error.of_session(id)),
    };
    // What this refusal means is not for its words to say: the session itself tells.
    match run(caller(), client.session_status().session_id(id)).await.map(ResponseValue::into_inner) {
        Ok(answer) if has_ended(&answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        _ => Err(doubt),
    }
}

/// Whether a session costs nothing any more. A state of a newer service is none that it is known to live in.
fn has_ended(session: &SessionResponse) -> bool {
    !matches!(session.status.known(), Some(SessionStatus::Active | SessionStatus::Authenticating))
}

/// Whether there is nothing to stop, or the stop was accepted in words that cannot be read.
fn is_over(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict)
        || error.api().map(ApiError::kind) == Some(ApiKind::Decode)
}

fn is_unclear(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Execution)
        && error.api().map(ApiError::kind) == Some(ApiKind::Status)
}
