//! Stops a session: one that has ended already counts as stopped.

use notte_api::{
    Error as ApiError, ErrorKind as ApiKind, ResponseValue,
    types::{SessionResponse, SessionStatus, SessionStopCloseReason},
};

use crate::{
    Error, ErrorKind, Result, SessionId,
    call::{Caller, run},
};

/// What the service is told about why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseReason {
    Manual,
    Error,
}

/// How a session came to be over.
pub(crate) enum End {
    /// The last word of the service on it.
    Closed(Box<SessionResponse>),
    /// The service says that it had ended before.
    Before,
    /// The service knows no such session: this is what it says.
    Unknown(Error),
}

/// Stops a session. One that is `known` to have existed has ended if the service does not find it.
pub(crate) async fn stop(caller: Caller, id: &SessionId, reason: CloseReason, known: bool) -> Result<End> {
    let client = caller.client.clone();
    let mut request = client.session_stop().session_id(id);
    if reason == CloseReason::Error {
        request = request.close_reason(SessionStopCloseReason::Error);
    }
    let doubt = match run(caller.clone(), request).await.map(ResponseValue::into_inner) {
        Ok(answer) if has_ended(&answer) => return Ok(End::Closed(Box::new(answer))),
        Ok(_) => Error::execution("session_stop", "the session is still active"),
        Err(error) if error.kind() == ErrorKind::Conflict || error.is_already_done() => return Ok(End::Before),
        Err(error) if error.is_not_found() && known => return Ok(End::Before),
        Err(error) if is_unclear(&error) || error.is_not_found() => error,
        Err(error) => return Err(error.of_session(id)),
    };
    // What this answer means is not for its words to say: the session itself tells.
    match run(caller, client.session_status().session_id(id)).await.map(ResponseValue::into_inner) {
        Ok(answer) if has_ended(&answer) => Ok(End::Closed(Box::new(answer))),
        Err(error) if error.is_not_found() && known => Ok(End::Before),
        Err(error) if error.is_not_found() => Ok(End::Unknown(error.of_session(id))),
        _ => Err(doubt.of_session(id)),
    }
}

/// Whether a session costs nothing any more. A state of a newer service is none that it is known to live in.
fn has_ended(session: &SessionResponse) -> bool {
    !matches!(session.status.known(), Some(SessionStatus::Active | SessionStatus::Authenticating))
}

/// Whether the service answered in a way that leaves open whether it stopped the session.
fn is_unclear(error: &Error) -> bool {
    match error.api().map(ApiError::kind) {
        Some(ApiKind::Decode) => true,
        Some(ApiKind::Status) => matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Execution),
        _ => false,
    }
}
