//! `Error`, the only error type of this crate: which operation failed, why, and how far it got, without any secret.

mod body;
mod decode;
mod mask;
mod transport;

use std::fmt;

use bytes::Bytes;
use reqwest::{StatusCode, header::HeaderMap};

pub(crate) use decode::{misfit, read};
pub(crate) use mask::{Mask, request_id};

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration of the client is invalid: no key, or an invalid key or base URL.
    Config,
    /// The request could not be built from the caller's values. Nothing was sent.
    InvalidRequest,
    /// No connection could be made. Nothing was sent.
    Connect,
    /// The attempt exceeded its timeout.
    Timeout,
    /// The connection failed after it was established.
    Transport,
    /// The server rejected the request: a status other than 2xx, or a 2xx whose body is an error.
    Status,
    /// The response has status 2xx but does not match the document.
    Decode,
}

/// Why an operation failed.
///
/// `Display` is one line. Neither it nor `Debug` contains a key, a header, a URL, or a value from a body. There is no
/// `source()`, because the underlying errors print URLs and values.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<&'static str>,
    message: String,
    timed_out: bool,
    answer: Option<Answer>,
    json_path: Option<String>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    detail: Option<String>,
    request_id: Option<String>,
}

impl Answer {
    fn new(status: StatusCode, headers: HeaderMap, body: Bytes, detail: Option<String>, mask: &Mask) -> Self {
        let request_id = request_id(&headers, || mask.clone()).map(str::to_owned);
        Self { status, headers, body, detail, request_id }
    }
}

/// Returns a server's text as one line of at most 500 characters, without what must not be printed.
pub(crate) fn printable(text: &str, mask: &Mask) -> String {
    body::one_line(&mask.apply(text))
}

impl Error {
    /// Returns the kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the id of the operation, such as `session_start`, or `None` if the client could not be built.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Returns the status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.0.answer.as_ref()?.status)
    }

    /// Returns the headers of the response, if there was one. They may contain cookies.
    pub fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.0.answer.as_ref()?.headers)
    }

    /// Returns the beginning of the response body, at most 64 KiB, or 1 MiB of a successful response
    /// that cannot be decoded or broke off. It may contain secrets.
    pub fn body(&self) -> Option<&[u8]> {
        Some(&self.0.answer.as_ref()?.body)
    }

    /// Returns the server's message as one line, with the path of each field that it names.
    ///
    /// The message contains neither the key, nor URLs, nor the values of a request that can hold a secret, nor values
    /// below the top level of any other request body.
    pub fn detail(&self) -> Option<&str> {
        self.0.answer.as_ref()?.detail.as_deref()
    }

    /// Returns why the operation failed: the text of `Display` without the operation.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the server's id of the request (`x-request-id`), if it sent one that looks like an id and contains
    /// neither the key nor another secret of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.answer.as_ref()?.request_id.as_deref()
    }

    /// Returns the server's class of the error (`x-error-class`), if it sent one.
    pub fn error_class(&self) -> Option<&str> {
        self.header("x-error-class")
    }

    /// Returns where in the response decoding failed, such as `items[2].status`.
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Returns whether no connection could be made.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Returns whether a timeout was exceeded, while connecting or later.
    pub fn is_timeout(&self) -> bool {
        self.0.timed_out
    }

    /// Returns whether the server may have received the request, and so may have acted on it.
    pub fn may_have_been_sent(&self) -> bool {
        !matches!(self.0.kind, ErrorKind::Config | ErrorKind::InvalidRequest | ErrorKind::Connect)
    }

    /// Creates the error of an attempt that exceeded its timeout, for an implementation of
    /// [`SendOnce`](crate::SendOnce) that has a timeout of its own.
    pub fn timed_out(operation: &'static str) -> Self {
        Self::new(ErrorKind::Timeout, Some(operation), "timed out")
    }

    /// Creates the error of a request that was not sent, for an implementation of [`SendOnce`](crate::SendOnce). The
    /// message must not contain a secret.
    pub fn not_sent(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, Some(operation), message)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers()?.get(name)?.to_str().ok()
    }

    fn new(kind: ErrorKind, operation: Option<&'static str>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            message: message.into(),
            timed_out: kind == ErrorKind::Timeout,
            answer: None,
            json_path: None,
        }))
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, None, message)
    }

    pub(crate) fn transport(operation: &'static str, error: &reqwest::Error) -> Self {
        let (kind, message) = transport::classify(error);
        let mut this = Self::new(kind, Some(operation), message);
        this.0.timed_out = error.is_timeout();
        this
    }

    /// Keeps what had been received of a response when it broke off.
    pub(crate) fn with_answer(mut self, status: StatusCode, headers: HeaderMap, body: Bytes, mask: &Mask) -> Self {
        self.0.answer = Some(Answer::new(status, headers, body, None, mask));
        self
    }

    /// Converts a failure that happened before there was a response.
    pub(crate) fn unsent(operation: &'static str, error: progenitor_client::Error<()>) -> Self {
        use progenitor_client::Error as Sent;

        match error {
            Sent::InvalidRequest(message) => Self::new(ErrorKind::InvalidRequest, Some(operation), message),
            Sent::Custom(message) => Self::new(ErrorKind::Config, Some(operation), message),
            Sent::CommunicationError(error) | Sent::InvalidUpgrade(error) | Sent::ResponseBodyError(error) => {
                Self::transport(operation, &error)
            }
            Sent::ErrorResponse(answer) => {
                Self::refused(operation, answer.status(), answer.headers().clone(), Bytes::new(), &Mask::default())
            }
            Sent::UnexpectedResponse(answer) => {
                Self::refused(operation, answer.status(), answer.headers().clone(), Bytes::new(), &Mask::default())
            }
            Sent::InvalidResponsePayload(..) => {
                Self::new(ErrorKind::Decode, Some(operation), "the answer does not decode")
            }
        }
    }

    /// Creates the error for a rejected request. `body` is the beginning of the response body.
    pub(crate) fn refused(
        operation: &'static str,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        mask: &Mask,
    ) -> Self {
        let detail = body::detail(&body, mask);
        let text = detail.as_deref().or(status.canonical_reason()).unwrap_or_default();
        let message = format!("{} {text}", status.as_u16());
        let mut this = Self::new(ErrorKind::Status, Some(operation), message.trim_end());
        this.0.answer = Some(Answer::new(status, headers, body, detail, mask));
        this
    }

    /// Creates the error for a 2xx response that cannot be decoded, for the reason in `misfit`.
    pub(crate) fn undecodable(
        operation: &'static str,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        misfit: Misfit,
        mask: &Mask,
    ) -> Self {
        let place = misfit.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        let message = format!("the answer does not decode{place}: {}", misfit.reason);
        let mut this = Self::new(ErrorKind::Decode, Some(operation), message);
        this.0.json_path = misfit.path;
        this.0.answer = Some(Answer::new(status, headers, body, None, mask));
        this
    }
}

/// Where and why a JSON value does not match its type, without the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) path: Option<String>,
    pub(crate) reason: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation} failed: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("operation", &self.0.operation);
        if let Some(status) = self.status() {
            debug.field("status", &status.as_u16());
        }
        debug.field("message", &self.0.message).finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

const _: () = {
    const fn is_one_pointer_and_travels<T: Send + Sync + 'static>() {
        assert!(size_of::<T>() == size_of::<usize>());
    }
    is_one_pointer_and_travels::<Error>();
};
