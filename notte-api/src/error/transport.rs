//! Describes a failure of the HTTP client in our own words, because its messages contain URLs.

use std::{error::Error as _, io};

use super::ErrorKind;

/// Returns the kind of failure and a short description.
pub(super) fn classify(error: &reqwest::Error) -> (ErrorKind, String) {
    if error.is_builder() {
        return (ErrorKind::InvalidRequest, "the request cannot be built".into());
    }
    let (kind, otherwise) = if error.is_connect() {
        (ErrorKind::Connect, "cannot connect")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "timed out")
    } else {
        (ErrorKind::Transport, "the connection failed")
    };
    (kind, reason(error).unwrap_or_else(|| otherwise.into()))
}

/// Messages of the underlying libraries, and our descriptions in their place. Theirs are never repeated.
const SAID: [(&str, &str); 9] = [
    ("dns error", "the host name does not resolve"),
    ("certificate", "the server's certificate is not accepted"),
    ("tunnel", "the proxy refuses the connection"),
    ("connection closed before message completed", "the connection was closed before the answer was complete"),
    ("end of file before message length reached", "the connection was closed before the answer was complete"),
    ("unexpected EOF during chunk", "the connection was closed before the answer was complete"),
    ("error from user", "the request body cannot be read"),
    ("invalid HTTP", "the answer is not HTTP"),
    ("operation timed out", "timed out"),
];

fn reason(error: &reqwest::Error) -> Option<String> {
    let mut io_kind = None;
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if let Some((_, ours)) = SAID.iter().find(|(theirs, _)| text.contains(theirs)) {
            return Some((*ours).into());
        }
        if let Some(io) = error.downcast_ref::<io::Error>() {
            io_kind = Some(io.kind());
        }
        cause = error.source();
    }
    io_kind.and_then(|kind| match kind {
        io::ErrorKind::Other => None,
        // So hyper reports a response that it cannot parse.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Some("the answer is not HTTP".into()),
        kind => Some(kind.to_string()),
    })
}
