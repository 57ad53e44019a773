//! The one error that leaves this crate: which operation failed, how, how far it got, and nothing that must not be
//! printed.

mod body;
mod decode;
mod mask;
mod transport;

use std::fmt;

use bytes::Bytes;
use reqwest::{StatusCode, header::HeaderMap};

pub(crate) use decode::{misfit, read};
pub(crate) use mask::Mask;

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client is not set up for this: no key, a key that cannot be sent, a base URL that cannot be used.
    Config,
    /// The request could not be built from what the caller gave. Nothing was sent.
    InvalidRequest,
    /// No connection was made. Nothing was sent.
    Connect,
    /// The timeout of this attempt ran out.
    Timeout,
    /// The connection failed after it was made.
    Transport,
    /// The server refused: a status other than 2xx, or a 2xx whose body is a refusal.
    Status,
    /// The answer was 2xx, and is not what the document says.
    Decode,
}

/// Why an operation failed.
///
/// `Display` is one line. Neither it nor `Debug` holds a key, a header, a URL, or a value from a body. There is no
/// `source()`: the causes below print URLs and values.
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
}

impl Error {
    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The id of the operation, such as `session_start`; none for a client that could not be built.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.0.answer.as_ref()?.status)
    }

    /// The headers of the answer, if there was one. They may hold cookies.
    pub fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.0.answer.as_ref()?.headers)
    }

    /// The beginning of the answer's body, at most 64 KiB. It may hold secrets.
    pub fn body(&self) -> Option<&[u8]> {
        Some(&self.0.answer.as_ref()?.body)
    }

    /// What the server says about it: one line, with the path of each field it names.
    ///
    /// The key, URLs, what a secret-bearing request sent, and what any other sent below the top of its body are cut out.
    pub fn detail(&self) -> Option<&str> {
        self.0.answer.as_ref()?.detail.as_deref()
    }

    /// The server's id of the request (`x-request-id`), if it sent one.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// The server's class of the error (`x-error-class`), if it sent one.
    pub fn error_class(&self) -> Option<&str> {
        self.header("x-error-class")
    }

    /// Where in the answer decoding stopped, such as `items[2].status`.
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Whether no connection was made.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Whether time ran out, be it while connecting or later.
    pub fn is_timeout(&self) -> bool {
        self.0.timed_out
    }

    /// Whether the server may have received the request, and so may have acted on it.
    pub fn may_have_been_sent(&self) -> bool {
        !matches!(self.0.kind, ErrorKind::Config | ErrorKind::InvalidRequest | ErrorKind::Connect)
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

    pub(crate) fn timeout(operation: &'static str) -> Self {
        Self::new(ErrorKind::Timeout, Some(operation), "timed out")
    }

    pub(crate) fn transport(operation: &'static str, error: &reqwest::Error) -> Self {
        let (kind, message) = transport::classify(error);
        let mut this = Self::new(kind, Some(operation), message);
        this.0.timed_out = error.is_timeout();
        this
    }

    /// What stopped the generated code before there was an answer.
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

    /// A refusal: `body` is the beginning of what the server said.
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
        this.0.answer = Some(Answer { status, headers, body, detail });
        this
    }

    /// A 2xx answer that cannot be read; `misfit` says why.
    pub(crate) fn undecodable(
        operation: &'static str,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        misfit: Misfit,
    ) -> Self {
        let place = misfit.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        let message = format!("the answer does not decode{place}: {}", misfit.reason);
        let mut this = Self::new(ErrorKind::Decode, Some(operation), message);
        this.0.json_path = misfit.path;
        this.0.answer = Some(Answer { status, headers, body, detail: None });
        this
    }
}

/// Where and why a JSON value does not fit its type; without the value.
#[derive(Debug, PartialEq, Eq)]
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
