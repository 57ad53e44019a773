//! What is answered when a request is not done: a status and a `detail`, in the shapes of the API.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::engine::Refused;
use crate::page::Failure;

/// An answer that is an error.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    status: StatusCode,
    body: Value,
}

/// The result of a handler.
pub(crate) type Answer<T = axum::Json<Value>> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, body: json!({ "detail": detail.into() }) }
    }

    /// Something that is not there.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    /// Something that this server does not do; a 4xx, so that no client takes it for an outage.
    pub(crate) fn not_here(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }

    /// A request that does not fit, at a place such as `["body", "viewport_width"]`.
    pub(crate) fn invalid(place: &[&str], message: impl AsRef<str>) -> Self {
        let place: Vec<Value> = place.iter().map(|part| Value::from(*part)).collect();
        Self::unfit(&place, message.as_ref(), "value_error")
    }

    /// A field that nobody knows.
    pub(crate) fn extra(place: &[&str]) -> Self {
        let place: Vec<Value> = place.iter().map(|part| Value::from(*part)).collect();
        Self::unfit(&place, "Extra inputs are not permitted", "extra_forbidden")
    }

    /// A request that does not fit, at a place that may be deep in the body, with the kind of misfit that clients know.
    pub(crate) fn unfit(place: &[Value], message: &str, kind: &str) -> Self {
        let detail = json!([{ "loc": place, "msg": message, "type": kind }]);
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, body: json!({ "detail": detail }) }
    }

    /// A file that does not fit in its quota, in bytes.
    pub(crate) fn too_large(quota: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, format!("files may have {quota} bytes in all: delete some first"))
    }

    /// Something behind this server is away.
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, reason)
    }

    /// No browser is free; the next try may find one.
    pub(crate) fn overloaded(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::from_u16(529).unwrap_or(StatusCode::SERVICE_UNAVAILABLE), reason)
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The reason, in one line.
    pub(crate) fn reason(&self) -> String {
        let detail = &self.body["detail"];
        let Some(message) = detail[0]["msg"].as_str() else {
            return detail.as_str().unwrap_or("the request was refused").to_owned();
        };
        let place = detail[0]["loc"].as_array().into_iter().flatten().skip(1);
        let place: Vec<&str> = place.filter_map(Value::as_str).collect();
        if place.is_empty() { message.to_owned() } else { format!("{}: {message}", place.join(".")) }
    }

    /// Something of this machine that failed: a disk that is full, a browser that does not start.
    pub(crate) fn broken(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, reason)
    }

    /// An answer with a body of its own.
    pub(crate) fn with_body(status: StatusCode, body: Value) -> Self {
        Self { status, body }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full(reason) => Self::overloaded(reason),
            Refused::Down(reason) => Self::unavailable(reason),
            Refused::Unfit(reason) => Self::not_here(reason),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            body: json!({ "detail": failure.message, "exception_detail": failure.detail() }),
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::broken(error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self.body)).into_response()
    }
}
