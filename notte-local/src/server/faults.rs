//! Faults that a user's own tests order: the next answers of an operation come late, wrong, or not at all.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::routes::{Coverage, Routes};
use crate::app::Shared;
use crate::error::{Answer, Refusal};
use crate::input::Body;

/// What goes wrong with one answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The operation's id, e.g. `session_start`.
    operation: String,
    /// How many answers; 1 unless said otherwise.
    times: Option<usize>,
    /// The answer's status, in place of the real answer.
    status: Option<u16>,
    /// The answer's body, with `status`.
    body: Option<Value>,
    /// The `Retry-After` header, with `status`.
    retry_after: Option<String>,
    /// Milliseconds before anything else.
    delay_ms: Option<u64>,
    /// Closes the connection without an answer.
    #[serde(default)]
    reset: bool,
    /// Sends only this many bytes of the real answer, then closes the connection.
    truncate: Option<usize>,
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<VecDeque<(Method, &'static str, Fault)>>);

impl Faults {
    /// The fault of a request, if one was ordered for its route.
    pub(super) fn next(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = queue.iter().position(|(of, at, _)| of == method && *at == path)?;
        queue.remove(place).map(|(.., fault)| fault)
    }
}

impl Faults {
    /// The faults that are still to come, in words.
    pub(super) fn ordered(&self) -> Vec<Value> {
        let queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = queue.iter().take(50).enumerate();
        all.map(|(number, (.., fault))| json!({ "number": number, "operation": fault.operation, "what": fault.what() }))
            .collect()
    }
}

impl Fault {
    fn what(&self) -> String {
        let parts = [
            self.delay_ms.map(|delay| format!("waits {delay} ms")),
            self.reset.then(|| "closes the connection".to_owned()),
            self.status.map(|status| format!("answers {status}")),
            self.truncate.map(|length| format!("breaks off after {length} bytes")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Answers as ordered.
    pub(super) async fn play(self, request: Request, next: Next) -> Response {
        if let Some(delay) = self.delay_ms {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        if self.reset {
            return reset();
        }
        if let Some(status) = self.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            let body = self.body.unwrap_or_else(|| json!({ "detail": "an ordered fault" }));
            let mut response = (status, Json(body)).into_response();
            if let Some(after) = self.retry_after.and_then(|text| HeaderValue::from_str(&text).ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, after);
            }
            return response;
        }
        let response = next.run(request).await;
        let Some(length) = self.truncate else { return response };
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
        broken(status, body.slice(..length.min(body.len())))
    }
}

/// No answer: the body fails before the head was written.
fn reset() -> Response {
    let parts = stream::iter([Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]);
    Response::new(HttpBody::from_stream(parts))
}

/// An answer that breaks off: it promises more than it sends.
fn broken(status: StatusCode, start: Bytes) -> Response {
    let breaking = async {
        // What is to arrive has to leave first.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    };
    let parts = stream::iter([Ok(start)]).chain(stream::once(breaking));
    let mut response = Response::new(HttpBody::from_stream(parts));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn order(State(app): State<Shared>, Body(fault): Body<Fault>) -> Answer {
    let route =
        super::coverage().into_iter().find(|route| !route.operation.is_empty() && route.operation == fault.operation);
    let Some(route) = route else {
        return Err(Refusal::invalid(&["body", "operation"], format!("there is no operation {:?}", fault.operation)));
    };
    if fault.status.is_some_and(|status| !(200..=599).contains(&status)) {
        return Err(Refusal::invalid(&["body", "status"], "from 200 to 599"));
    }
    if fault.status.is_none() && (fault.body.is_some() || fault.retry_after.is_some()) {
        return Err(Refusal::invalid(&["body", "status"], "body and retry_after need a status"));
    }
    if fault.retry_after.as_deref().is_some_and(|after| HeaderValue::from_str(after).is_err()) {
        return Err(Refusal::invalid(&["body", "retry_after"], "a header's value"));
    }
    let mut queue = app.faults.0.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..fault.times.unwrap_or(1).min(10_000) {
        queue.push_back((route.method.clone(), route.path, fault.clone()));
    }
    Ok(Json(json!({ "queued": queue.len() })))
}

async fn forget(State(app): State<Shared>) -> Json<Value> {
    app.faults.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    Json(json!({ "queued": 0 }))
}

pub(super) fn routes(routes: Routes) -> Routes {
    let own = Coverage::Faithful;
    routes.on("", &Method::POST, "/local/faults", own, order).on("", &Method::DELETE, "/local/faults", own, forget)
}
