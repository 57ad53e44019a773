//! The one place where a request is made: attempts, waits between them, and the deadline over all of it.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use notte_api::{
    CallOptions, Client, Effect, Operation, OperationMeta, ResponseValue, SendOnce, reqwest::header::HeaderMap,
    wire::Secret,
};
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    Error, Notte, Result, Retry, error,
    retry::{self, Budget, Decision, State, Stop},
};

/// How a call is made.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) retry: Retry,
    /// Of the whole call.
    pub(crate) deadline: Duration,
    /// Of one attempt.
    pub(crate) timeout: Duration,
    /// How long the request of an attempt goes on after the attempt, for whoever sends it in the background.
    pub(crate) grace: Duration,
    /// For every attempt.
    pub(crate) headers: Vec<(String, Secret<String>)>,
}

impl Policy {
    pub(crate) fn standard() -> Self {
        Self {
            retry: Retry::standard(),
            deadline: Duration::from_secs(120),
            timeout: Duration::from_secs(60),
            grace: Duration::ZERO,
            headers: Vec::new(),
        }
    }

    /// The same with at least so much time for one attempt.
    pub(crate) fn at_least(mut self, attempt: Duration) -> Self {
        self.timeout = self.timeout.max(attempt);
        self.deadline = self.deadline.max(attempt);
        self
    }
}

/// What a request is made with.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) budget: Arc<Budget>,
    pub(crate) policy: Policy,
}

impl Caller {
    /// Has the request of an attempt go on for so long after its caller has stopped waiting for it.
    pub(crate) fn with_grace(mut self, grace: Duration) -> Self {
        self.policy.grace = grace;
        self
    }
}

/// Sends an operation until it succeeds, or until the policy says that it failed.
pub(crate) async fn run<O: Operation>(caller: Caller, operation: O) -> Result<ResponseValue<O::Output>> {
    traced(operation.meta(), |span| attempts(&caller, operation, span)).await
}

/// Sends what can be sent only once.
pub(crate) async fn run_once<O: SendOnce>(caller: Caller, operation: O) -> Result<ResponseValue<O::Output>> {
    let meta = operation.meta();
    let once = |span| async move {
        let deadline = Instant::now().checked_add(caller.policy.deadline);
        let client = dressed(&caller, meta);
        match attempt(&span, 1, deadline, operation.send_on(&client)).await {
            None => Err(Error::deadline(meta.id, meta.effect, 1, true, None)),
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => {
                let (outcome, sent) = (outcome(&error), u32::from(was_built(&error)));
                Err(Error::failed(error, meta.effect, &outcome, sent, None))
            }
        }
    };
    traced(meta, once).await
}

async fn attempts<O: Operation>(caller: &Caller, operation: O, span: Span) -> Result<ResponseValue<O::Output>> {
    let meta = operation.meta();
    let deadline = Instant::now().checked_add(caller.policy.deadline);
    // The same key and timeout for every attempt, as one call of one caller.
    let client = dressed(caller, meta);
    let mut last = None;
    for number in 1_u32.. {
        let Some(answer) = attempt(&span, number, deadline, operation.clone().send_on(&client)).await else {
            return Err(Error::deadline(meta.id, meta.effect, number, true, last));
        };
        let error = match answer {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let outcome = outcome(&error);
        if !was_built(&error) {
            return Err(Error::failed(error, meta.effect, &outcome, 0, None));
        }
        let remaining = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let state = State { attempt: number, remaining };
        let decision = caller.policy.retry.decide(meta.effect, &outcome, state, fastrand::f64());
        match caller.budget.admit(decision, Instant::now().into_std()) {
            Decision::Stop { reason: Stop::Deadline } => {
                let last = Error::failed(error, meta.effect, &outcome, number, None);
                return Err(Error::deadline(meta.id, meta.effect, number, false, Some(last)));
            }
            // What is to be made or changed is not there by being gone.
            Decision::Stop { reason: Stop::AlreadyDone } if meta.method != "DELETE" => {
                return Err(Error::failed(error, meta.effect, &outcome, number, None));
            }
            Decision::Stop { reason } => {
                return Err(Error::failed(error, meta.effect, &outcome, number, Some(reason)));
            }
            Decision::Retry { after, reason } => {
                tracing::debug!(
                    operation = meta.id,
                    attempt = number,
                    reason,
                    after_ms = millis(after),
                    "trying again"
                );
                last = Some(Error::failed(error, meta.effect, &outcome, number, None));
                tokio::time::sleep(after).await;
            }
        }
    }
    // Four thousand million attempts later.
    Err(last.unwrap_or_else(|| Error::deadline(meta.id, meta.effect, u32::MAX, false, None)))
}

/// Waits for the answer to one attempt; none if there is none by the deadline.
async fn attempt<T>(
    call: &Span,
    number: u32,
    deadline: Option<Instant>,
    answer: impl Future<Output = Result<ResponseValue<T>, notte_api::Error>>,
) -> Option<Result<ResponseValue<T>, notte_api::Error>> {
    call.record("attempts", number);
    let span =
        tracing::debug_span!("attempt", attempt = number, status = Empty, duration_ms = Empty, request_id = Empty);
    let start = Instant::now();
    let answer = within(deadline, answer.instrument(span.clone())).await;
    match &answer {
        Some(Ok(answer)) => record(&span, start, Some((answer.status().as_u16(), answer.headers()))),
        Some(Err(error)) => record(&span, start, error.status().map(|status| status.as_u16()).zip(error.headers())),
        None => record(&span, start, None),
    }
    answer
}

/// Whether there was a request to send.
fn was_built(error: &notte_api::Error) -> bool {
    !matches!(error.kind(), notte_api::ErrorKind::Config | notte_api::ErrorKind::InvalidRequest)
}

fn outcome(error: &notte_api::Error) -> retry::Outcome {
    error::outcome(error, |status| retry::hint(status, error.headers()?, SystemTime::now()))
}

/// The client with the options of this call.
fn dressed(caller: &Caller, meta: &OperationMeta) -> Client {
    let mut options = CallOptions::new().timeout(caller.policy.timeout.saturating_add(caller.policy.grace));
    if meta.effect == Effect::Costly || meta.idempotency_key {
        options = options.header(IDEMPOTENCY_KEY, &idempotency_key());
    }
    for (name, value) in &caller.policy.headers {
        options = options.header(name, value.expose());
    }
    caller.client.with_options(options)
}

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// 128 random bits in hex. They need to be new, not secret.
fn idempotency_key() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// Runs `future` until `deadline`; none if it did not finish.
pub(crate) async fn within<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

async fn traced<T, F: Future<Output = Result<ResponseValue<T>>>>(
    meta: &OperationMeta,
    call: impl FnOnce(Span) -> F,
) -> Result<ResponseValue<T>> {
    let span = tracing::info_span!(
        "notte_call",
        operation = meta.id,
        attempts = Empty,
        status = Empty,
        duration_ms = Empty,
        request_id = Empty,
    );
    let start = Instant::now();
    let result = call(span.clone()).instrument(span.clone()).await;
    match &result {
        Ok(answer) => record(&span, start, Some((answer.status().as_u16(), answer.headers()))),
        Err(error) => record(&span, start, error.status().zip(error.api().and_then(notte_api::Error::headers))),
    }
    result
}

/// Only what can hold no secret.
fn record(span: &Span, start: Instant, answer: Option<(u16, &HeaderMap)>) {
    span.record("duration_ms", millis(start.elapsed()));
    let Some((status, headers)) = answer else { return };
    span.record("status", status);
    let request_id = headers.get("x-request-id").and_then(|id| id.to_str().ok());
    if let Some(id) = request_id.filter(|id| id.len() <= 128) {
        span.record("request_id", id);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A call of a generated operation that is not made yet: `.await` makes it, with retries, a deadline and the one error.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'a, O> {
    notte: &'a Notte,
    operation: O,
    policy: Policy,
}

impl<'a, O> Call<'a, O> {
    pub(crate) fn new(notte: &'a Notte, operation: O) -> Self {
        Self { notte, operation, policy: notte.policy().clone() }
    }

    /// How long the call may take in all: attempts, the waits between them, and the answer's body.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.policy.deadline = deadline;
        self
    }

    /// How long one attempt may take; for a stream, each read of it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.policy.timeout = timeout;
        self
    }

    /// When it is sent again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.policy.retry = retry;
        self
    }

    /// A header to send, in place of one of that name. It is not sent on to another origin.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret<String>>) -> Self {
        self.policy.headers.push((name.into(), value.into()));
        self
    }

    /// The `Idempotency-Key` to send. Without one, a call that costs something gets a random one, the same for all of
    /// its attempts. Whether the service honours it is not known.
    pub fn idempotency_key(self, key: impl Into<Secret<String>>) -> Self {
        self.header(IDEMPOTENCY_KEY, key)
    }

    fn parts(self) -> (Caller, O) {
        let Self { notte, operation, policy } = self;
        (Caller { policy, ..notte.caller() }, operation)
    }
}

impl<'a, O: Operation + 'a> Call<'a, O> {
    /// Makes the call, and gives the status and headers beside the value.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection. The service may have done what it was asked to.
    pub async fn raw(self) -> Result<ResponseValue<O::Output>> {
        let (caller, operation) = self.parts();
        run(caller, operation).await
    }

    /// Makes the call for what it does, not for its answer: a deletion that was sent again, and finds nothing left to
    /// delete, has succeeded. See [`Error::is_already_done`].
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection. The service may have done what it was asked to.
    pub async fn done(self) -> Result<()> {
        match self.raw().await {
            Err(error) if error.is_already_done() => Ok(()),
            result => result.map(drop),
        }
    }
}

impl<'a, O: SendOnce + 'a> Call<'a, O> {
    /// Makes the call in one attempt. Uploads, whose body is read only once, have no other way.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection. The service may have done what it was asked to.
    pub async fn once(self) -> Result<ResponseValue<O::Output>> {
        let (caller, operation) = self.parts();
        run_once(caller, operation).await
    }
}

impl<'a, O: Operation + 'a> IntoFuture for Call<'a, O> {
    type Output = Result<O::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.raw().await.map(ResponseValue::into_inner) })
    }
}

impl<O> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("policy", &self.policy).finish_non_exhaustive()
    }
}
