//! The one place where a request is made: attempts, waits between them, and the deadline over all of it.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::{Duration, SystemTime},
};

use notte_api::{CallOptions, Client, Effect, Operation, OperationMeta, ResponseValue, SendOnce};
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    Error, Notte, Result, Retry, error,
    retry::{self, Budget, Decision, State},
};

/// How a call is made.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) retry: Retry,
    /// Of the whole call.
    pub(crate) deadline: Duration,
    /// Of one attempt.
    pub(crate) timeout: Duration,
}

impl Policy {
    pub(crate) fn standard() -> Self {
        Self { retry: Retry::standard(), deadline: Duration::from_secs(120), timeout: Duration::from_secs(60) }
    }

    /// The same with at least so much time for one attempt.
    pub(crate) fn at_least(mut self, attempt: Duration) -> Self {
        self.timeout = self.timeout.max(attempt);
        self.deadline = self.deadline.max(attempt);
        self
    }
}

/// What a request is made with.
pub(crate) struct Caller<'a> {
    pub(crate) client: &'a Client,
    pub(crate) budget: &'a Budget,
    pub(crate) policy: Policy,
    pub(crate) idempotency_key: Option<String>,
}

/// Sends an operation until it succeeds, or until the policy says that it failed.
pub(crate) async fn run<O: Operation>(caller: Caller<'_>, operation: O) -> Result<ResponseValue<O::Output>> {
    let span = span(O::META);
    let result = attempts(&caller, operation).instrument(span.clone()).await;
    record(&span, result.as_ref().err());
    result
}

/// Sends what can be sent only once.
pub(crate) async fn run_once<O: SendOnce>(caller: Caller<'_>, operation: O) -> Result<ResponseValue<O::Output>> {
    let span = span(O::META);
    let result = async {
        let start = Instant::now();
        let deadline = start.checked_add(caller.policy.deadline);
        let client = dressed(&caller, O::META);
        match within(deadline, operation.send_on(&client)).await {
            None => Err(Error::deadline(O::META.id, O::META.effect, 1, true, None)),
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => {
                let outcome = error::outcome(&error, |status| hint(status, &error));
                Err(Error::failed(error, O::META.effect, &outcome, 1, None))
            }
        }
    }
    .instrument(span.clone())
    .await;
    record(&span, result.as_ref().err());
    result
}

async fn attempts<O: Operation>(caller: &Caller<'_>, operation: O) -> Result<ResponseValue<O::Output>> {
    let meta = O::META;
    let deadline = Instant::now().checked_add(caller.policy.deadline);
    // The same key and timeout for every attempt, as one call of one caller.
    let client = dressed(caller, meta);
    let mut last = None;
    for attempt in 1_u32.. {
        let span = tracing::debug_span!("attempt", attempt);
        let Some(answer) = within(deadline, operation.clone().send_on(&client).instrument(span)).await else {
            return Err(Error::deadline(meta.id, meta.effect, attempt, true, last));
        };
        let error = match answer {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if matches!(error.kind(), notte_api::ErrorKind::Config | notte_api::ErrorKind::InvalidRequest) {
            return Err(Error::failed(error, meta.effect, &retry::Outcome::Undecodable, 0, None));
        }
        let outcome = error::outcome(&error, |status| hint(status, &error));
        let remaining = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let state = State { attempt, remaining };
        let decision = caller.policy.retry.decide(meta.effect, &outcome, state, fastrand::f64());
        match caller.budget.admit(decision, Instant::now().into_std()) {
            Decision::Stop { reason: retry::Stop::Deadline } => {
                let last = Error::failed(error, meta.effect, &outcome, attempt, None);
                return Err(Error::deadline(meta.id, meta.effect, attempt, false, Some(last)));
            }
            Decision::Stop { reason } => {
                return Err(Error::failed(error, meta.effect, &outcome, attempt, Some(reason)));
            }
            Decision::Retry { after, reason } => {
                let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                tracing::debug!(operation = meta.id, attempt, reason, after_ms = millis, "trying again");
                last = Some(Error::failed(error, meta.effect, &outcome, attempt, None));
                tokio::time::sleep(after).await;
            }
        }
    }
    // Four thousand million attempts later.
    Err(last.unwrap_or_else(|| Error::deadline(meta.id, meta.effect, u32::MAX, false, None)))
}

/// The client with the options of this call.
fn dressed(caller: &Caller<'_>, meta: &OperationMeta) -> Client {
    let mut options = CallOptions::new().timeout(caller.policy.timeout);
    if let Some(key) = &caller.idempotency_key {
        options = options.header("idempotency-key", key);
    } else if meta.effect == Effect::Costly || meta.idempotency_key {
        options = options.header("idempotency-key", &idempotency_key());
    }
    caller.client.with_options(options)
}

/// 128 random bits in hex. They need to be new, not secret.
fn idempotency_key() -> String {
    format!("{:032x}", fastrand::u128(..))
}

fn hint(status: u16, error: &notte_api::Error) -> Option<Duration> {
    retry::hint(status, error.headers()?, SystemTime::now())
}

/// Runs `future` until `deadline`; none if it did not finish.
pub(crate) async fn within<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

fn span(meta: &OperationMeta) -> Span {
    tracing::info_span!("notte_call", operation = meta.id, attempts = Empty, status = Empty, request_id = Empty)
}

/// Only what can hold no secret.
fn record(span: &Span, error: Option<&Error>) {
    let Some(error) = error else { return };
    span.record("attempts", error.attempts());
    if let Some(status) = error.status() {
        span.record("status", status);
    }
    if let Some(id) = error.request_id() {
        span.record("request_id", id);
    }
}

/// A call of a generated operation that is not made yet: `.await` makes it, with retries, a deadline and the one error.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'a, O> {
    notte: &'a Notte,
    operation: O,
    policy: Policy,
    idempotency_key: Option<String>,
}

impl<'a, O> Call<'a, O> {
    pub(crate) fn new(notte: &'a Notte, operation: O) -> Self {
        Self { notte, operation, policy: notte.policy().clone(), idempotency_key: None }
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

    /// The `Idempotency-Key` to send. Without one, a call that costs something gets a random one, the same for all of
    /// its attempts. Whether the service honours it is not known.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    fn caller(notte: &'a Notte, policy: Policy, idempotency_key: Option<String>) -> Caller<'a> {
        Caller { client: notte.api(), budget: notte.budget(), policy, idempotency_key }
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
        let Self { notte, operation, policy, idempotency_key } = self;
        run(Self::caller(notte, policy, idempotency_key), operation).await
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
        let Self { notte, operation, policy, idempotency_key } = self;
        run_once(Self::caller(notte, policy, idempotency_key), operation).await
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
