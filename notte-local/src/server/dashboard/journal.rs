//! The requests of the last minutes with their answers, masked, for the dashboard.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::mask::{masked, text_of};
use crate::app::Shared;
use crate::clock;

/// Requests that are kept, and for how long.
const KEPT: usize = 200;
const AGE: Duration = Duration::from_secs(600);

/// Bytes of a body that is looked into. Others pass as they are.
const LARGEST: u64 = 256 << 10;

/// The header of what the dashboard asks by itself: it would see nothing but its own questions.
const BY_ITSELF: &str = "x-notte-dashboard";

/// The requests of the last minutes.
#[derive(Default)]
pub(crate) struct Journal(Mutex<(u64, VecDeque<(Instant, Value)>)>);

impl Journal {
    fn add(&self, mut entry: Value) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, entries) = &mut *inner;
        *count += 1;
        entry["number"] = (*count).into();
        entries.push_back((Instant::now(), entry));
        while entries.len() > KEPT || entries.front().is_some_and(|(at, _)| at.elapsed() > AGE) {
            entries.pop_front();
        }
    }

    /// The requests, newest first.
    pub(super) fn entries(&self) -> Vec<Value> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.1.iter().rev().filter(|(at, _)| at.elapsed() <= AGE).map(|(_, entry)| entry.clone()).collect()
    }
}

/// Notes a request and its answer.
pub(in crate::server) async fn record(
    app: &Shared,
    request: Request,
    answer: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    if request.headers().contains_key(BY_ITSELF) || matches!(request.uri().path(), "/" | "/health" | "/ready") {
        return answer(request).await;
    }
    let begun = Instant::now();
    let mut entry = json!({
        "at": clock::now(),
        "method": request.method().as_str(),
        "path": text_of(&request.uri().to_string()),
    });
    let (head, body) = request.into_parts();
    let (body, sent) = looked_into(&head.headers, body).await;
    let response = answer(Request::from_parts(head, body)).await;
    let (head, body) = response.into_parts();
    entry["status"] = head.status.as_u16().into();
    entry["ms"] = json!(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    let (body, answered) = looked_into(&head.headers, body).await;
    entry["request"] = sent;
    entry["response"] = answered;
    app.journal.add(entry);
    Response::from_parts(head, body)
}

/// A body, and what is shown of it: JSON that is not too long.
async fn looked_into(headers: &HeaderMap, body: Body) -> (Body, Value) {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let promised = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length = body.size_hint().exact().or(promised);
    if !kind.starts_with("application/json") || length.is_none_or(|length| length > LARGEST || length == 0) {
        let shown = match length {
            Some(0) => Value::Null,
            _ if kind.is_empty() => Value::Null,
            Some(length) => format!("({kind}, {length} bytes)").into(),
            None => format!("({kind})").into(),
        };
        return (body, shown);
    }
    let Ok(bytes) = to_bytes(body, usize::try_from(LARGEST).unwrap_or(usize::MAX)).await else {
        // It broke off: whoever reads it next hears of that.
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        return (Body::from_stream(futures_util::stream::iter([Err::<axum::body::Bytes, _>(broken)])), Value::Null);
    };
    let shown = serde_json::from_slice(&bytes).map_or(Value::Null, |value| masked(&value));
    (Body::from(bytes), shown)
}
