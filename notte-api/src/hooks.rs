//! Sends every request: adds headers, applies the timeout, follows redirects, and opens one span, which contains no
//! URL.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use progenitor_client::Error as Unsent;
use reqwest::{
    Request, Response,
    header::{CONTENT_LENGTH, HeaderMap, HeaderValue, LOCATION},
};
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    Client, OperationMeta,
    error::{Mask, request_id},
    redirect,
    runtime::{Runtime, Unsendable},
};

/// State that a response passes on to the reader of its body.
#[derive(Clone)]
pub(crate) struct Context {
    /// End of this attempt; `None` if it has no limit.
    pub(crate) deadline: Option<Instant>,
    /// Timeout of one read of a stream.
    pub(crate) idle: Duration,
    pub(crate) sent: Sent,
}

/// Values that were sent and must not be printed. Only an error needs them, so only an error parses them.
#[derive(Clone)]
pub(crate) struct Sent {
    key: Option<HeaderValue>,
    headers: Vec<HeaderValue>,
    body: Bytes,
    /// `None` if no field is a secret. In that case only free-form JSON in the body is hidden.
    query: Option<String>,
}

impl Sent {
    fn with(runtime: &Runtime, request: &Request, meta: &OperationMeta) -> Self {
        let key = runtime.shared.key.as_ref().map(|key| key.plain.clone());
        let headers = request.headers().values().filter(|value| value.is_sensitive()).cloned().collect();
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let query = meta.secret.then(|| request.url().query().unwrap_or_default().to_owned());
        Self { key, headers, body: Bytes::copy_from_slice(body), query }
    }

    pub(crate) fn mask(&self) -> Mask {
        let mut mask = Mask::default();
        for text in self.headers.iter().chain(&self.key).filter_map(|value| value.to_str().ok()) {
            mask.add(text);
            // The token of another scheme, such as `Bearer`.
            text.split_once(' ').into_iter().for_each(|(_, token)| mask.add(token));
        }
        match &self.query {
            Some(query) => {
                mask.add_json(&self.body);
                mask.add_query(query);
            }
            None => mask.add_nested(&self.body),
        }
        mask
    }
}

/// Placeholder for a response that was not received: `exec` can fail only with reqwest's error, which cannot be
/// constructed.
#[derive(Clone, Copy)]
pub(crate) struct TimedOut;

/// Sends what a builder made: dressed, within its timeout, wherever redirects lead.
pub(crate) async fn exchange(
    client: &Client,
    meta: &OperationMeta,
    request: Result<Request, Unsent<()>>,
) -> Result<Response, Unsent<()>> {
    let mut request = request?;
    client.inner.dress(request.headers_mut(), meta).map_err(|unsendable| match unsendable {
        Unsendable::Config(message) => Unsent::Custom(message),
        Unsendable::Request(message) => Unsent::InvalidRequest(message),
    })?;
    Ok(send(client, meta, request, redirect::MOST).await?)
}

/// Sends a request within the timeout of the call, follows so many redirects, and records what was sent.
pub(crate) async fn send(
    client: &Client,
    meta: &OperationMeta,
    request: Request,
    redirects: usize,
) -> reqwest::Result<Response> {
    let idle = client.inner.timeout();
    let start = Instant::now();
    let deadline = start.checked_add(idle);
    let sent = Sent::with(&client.inner, &request, meta);
    let span = span(meta);
    let answer = within(deadline, follow(client, request, redirects)).instrument(span.clone()).await;
    if !span.is_disabled() {
        record(&span, answer.as_ref().and_then(|answer| answer.as_ref().ok()), &sent, start.elapsed());
    }
    let Some(answer) = answer else {
        let mut never = Response::from(http::Response::new(Bytes::new()));
        never.extensions_mut().insert(TimedOut);
        return Ok(never);
    };
    let mut response = answer?;
    response.extensions_mut().insert(Context { deadline, idle, sent });
    Ok(response)
}

/// Runs `future` until `deadline`; returns `None` if it did not finish.
pub(crate) async fn within<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

/// Sends a request and follows its redirects.
async fn follow(client: &Client, mut request: Request, redirects: usize) -> reqwest::Result<Response> {
    make_repeatable(&mut request).await?;
    for _ in 0..redirects {
        let spare = request.try_clone();
        let response = client.client.execute(request).await?;
        let Some(next) = spare.and_then(|spare| redirected(spare, &response)) else {
            return Ok(response);
        };
        request = next;
    }
    client.client.execute(request).await
}

fn redirected(mut request: Request, response: &Response) -> Option<Request> {
    let location = response.headers().get(LOCATION);
    let to = redirect::target(response.status(), request.method(), request.url(), location)?;
    if !redirect::same_origin(request.url(), &to) {
        redirect::undress(request.headers_mut());
    }
    *request.url_mut() = to;
    Some(request)
}

/// Maximum size of a body that is read into memory so that it can be sent again after a redirect.
const REPEATABLE: u64 = 1024 * 1024;

/// A multipart body is a stream, even if all its parts are in memory, and a stream can be sent only once. The server
/// redirects `/functions` to `/functions/`, and an upload must survive that.
async fn make_repeatable(request: &mut Request) -> reqwest::Result<()> {
    if length(request.headers()).is_none_or(|length| length > REPEATABLE) {
        return Ok(());
    }
    if let Some(body) = request.body_mut().take_if(|body| body.as_bytes().is_none()) {
        *request.body_mut() = Some(body.collect().await?.to_bytes().into());
    }
    Ok(())
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Records only these fields: a URL, a header or a body may contain a secret.
fn span(meta: &OperationMeta) -> Span {
    tracing::info_span!(
        target: "notte_api::request",
        "notte_api::request",
        operation = meta.id,
        method = meta.method,
        status = Empty,
        duration_ms = Empty,
        request_id = Empty,
    )
}

fn record(span: &Span, response: Option<&Response>, sent: &Sent, took: Duration) {
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.record("duration_ms", duration_ms);
    let Some(response) = response else {
        tracing::debug!(target: "notte_api::request", parent: span, "no answer");
        return;
    };
    span.record("status", response.status().as_u16());
    if let Some(id) = request_id(response.headers(), || sent.mask()) {
        span.record("request_id", id);
    }
    tracing::debug!(target: "notte_api::request", parent: span, "answered");
}
