//! What kinds of failure there are, and which kind a failed request is.

use notte_api::reqwest::StatusCode;

/// What kind of failure an [`Error`](super::Error) is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client is not set up for this: no key, a base URL that cannot be used, a ledger that cannot be written.
    Config,
    /// The service does not accept the key, or the key may not do this (401, 403).
    Auth,
    /// The request does not make sense, to this library or to the service (400, 422 and their like).
    InvalidRequest,
    /// There is nothing of that id (404, 410).
    NotFound,
    /// It cannot be done in the state that things are in (409).
    Conflict,
    /// Too many requests, or more sessions at once than the account may have (429).
    RateLimited,
    /// The service is full or unavailable (503, 529).
    Overloaded,
    /// It was done and did not work: an action on a page failed, a page had nothing to take out.
    Execution,
    /// An agent did not do its task.
    Agent,
    /// A session was started and is of no use.
    NotActive,
    /// The service failed (another 5xx).
    Server,
    /// No connection was made. Nothing was sent.
    Connect,
    /// An attempt took too long.
    Timeout,
    /// The connection failed after it was made.
    Transport,
    /// The deadline of the whole call ran out.
    Deadline,
    /// The answer is a success that does not say what it should.
    Decode,
    /// As many sessions of the client live as may
    /// ([`max_live_sessions`](crate::Builder::max_live_sessions)). Nothing was sent.
    SessionLimit,
    /// The caller's own error ([`Error::other`](super::Error::other)).
    Other,
    /// A file of this machine could not be read or written.
    File,
    /// The caller ended it before it was done, such as a job of a fleet that was drained.
    Cancelled,
}

impl ErrorKind {
    /// The kind of a failed request.
    pub(super) fn of(error: &notte_api::Error) -> Self {
        use notte_api::ErrorKind as Api;

        match error.kind() {
            Api::Config => Self::Config,
            Api::Connect => Self::Connect,
            Api::Timeout => Self::Timeout,
            Api::Transport => Self::Transport,
            Api::Decode => Self::Decode,
            Api::Status if error.error_class() == Some("NotteApiExecutionError") => Self::Execution,
            Api::Status => error.status().map_or(Self::Server, Self::of_status),
            _ => Self::InvalidRequest,
        }
    }

    fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 | 403 => Self::Auth,
            404 | 410 => Self::NotFound,
            408 => Self::Timeout,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            503 | 529 => Self::Overloaded,
            // A success that is a refusal in truth: what is wrong is said in its detail.
            200..=299 => Self::Execution,
            400..=499 => Self::InvalidRequest,
            _ => Self::Server,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_kind() {
        for (status, kind) in [
            (200, ErrorKind::Execution),
            (300, ErrorKind::Server),
            (400, ErrorKind::InvalidRequest),
            (401, ErrorKind::Auth),
            (403, ErrorKind::Auth),
            (404, ErrorKind::NotFound),
            (408, ErrorKind::Timeout),
            (409, ErrorKind::Conflict),
            (413, ErrorKind::InvalidRequest),
            (422, ErrorKind::InvalidRequest),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (502, ErrorKind::Server),
            (503, ErrorKind::Overloaded),
            (504, ErrorKind::Server),
            (529, ErrorKind::Overloaded),
        ] {
            assert_eq!(ErrorKind::of_status(StatusCode::from_u16(status).unwrap()), kind, "{status}");
        }
    }
}
