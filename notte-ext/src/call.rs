//! The one place where a request is made: attempts, waits between them, and the deadline over all of it.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use notte_api::{CallOptions, Client, Effect, Operation, OperationMeta, ResponseValue, SendOnce, wire::Secret};
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    Error, ErrorKind, Notte, OnAttempt, Result, Retry,
    attempt::{self, Attempt, AttemptEnd, Next},
    error,
    keys::Keys,
    options::IDEMPOTENCY_KEY,
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
    /// Where another key comes from when this one is refused.
    pub(crate) keys: Option<Arc<Keys>>,
    pub(crate) hook: Option<Arc<dyn OnAttempt>>,
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
        let sender = Sender::new(&caller, meta, span).await?;
        let sent = sender.send(1, operation).await?;
        match sent.answer {
            None => {
                sent.end.after(None, Next::Failure);
                Err(Error::deadline(meta.id, meta.effect, 1, true, None))
            }
            Some(Ok(answer)) => {
                sent.end.after(Some(answer.status().as_u16()), Next::Success);
                Ok(answer)
            }
            Some(Err(error)) => {
                sent.end.after(status(&error), Next::Failure);
                let (outcome, sent) = (outcome(&error), u32::from(was_built(&error)));
                Err(Error::failed(error, meta.effect, &outcome, sent, None))
            }
        }
    };
    traced(meta, once).await
}

async fn attempts<O: Operation>(caller: &Caller, operation: O, span: Span) -> Result<ResponseValue<O::Output>> {
    let meta = operation.meta();
    let mut sender = Sender::new(caller, meta, span).await?;
    let (mut last, mut renewed) = (None, false);
    for number in 1_u32.. {
        let sent = sender.send(number, operation.clone()).await?;
        let error = match sent.answer {
            Some(Ok(answer)) => {
                sent.end.after(Some(answer.status().as_u16()), Next::Success);
                return Ok(answer);
            }
            Some(Err(error)) => error,
            None => {
                sent.end.after(None, Next::Failure);
                return Err(Error::deadline(meta.id, meta.effect, number, true, last));
            }
        };
        let (status, outcome) = (status(&error), outcome(&error));
        let failed = |error, number, stop| Error::failed(error, meta.effect, &outcome, number, stop);
        if !was_built(&error) {
            sent.end.after(status, Next::Failure);
            return Err(failed(error, 0, None));
        }
        if status == Some(UNAUTHORIZED) && !renewed && sender.caller.keys.is_some() {
            renewed = true;
            sent.end.after(status, Next::Retry(Duration::ZERO));
            sender.renew_key(number, failed(error, number, None)).await?;
            continue;
        }
        let state = State { attempt: number, remaining: sender.remaining() };
        let decision = caller.policy.retry.decide(meta.effect, &outcome, state, fastrand::f64());
        match caller.budget.admit(decision, Instant::now().into_std()) {
            Decision::Stop { reason } => {
                sent.end.after(status, Next::Failure);
                return Err(match reason {
                    Stop::Deadline => {
                        let last = failed(error, number, None);
                        Error::deadline(meta.id, meta.effect, number, false, Some(last))
                    }
                    // What is to be made or changed is not there by being gone.
                    Stop::AlreadyDone if meta.method != "DELETE" => failed(error, number, None),
                    reason => failed(error, number, Some(reason)),
                });
            }
            Decision::Retry { after, reason } => {
                sent.end.after(status, Next::Retry(after));
                tracing::debug!(
                    operation = meta.id,
                    attempt = number,
                    reason,
                    after_ms = millis(after),
                    "trying again"
                );
                last = Some(failed(error, number, None));
                tokio::time::sleep(after).await;
            }
        }
    }
    // Four thousand million attempts later.
    Err(last.unwrap_or_else(|| Error::deadline(meta.id, meta.effect, u32::MAX, false, None)))
}

const UNAUTHORIZED: u16 = 401;

/// Sends the attempts of one call.
struct Sender<'a> {
    caller: &'a Caller,
    meta: &'static OperationMeta,
    /// With the key and the options of this call.
    client: Client,
    options: CallOptions,
    deadline: Option<Instant>,
    span: Span,
}

/// An attempt, and its response; none if there was none by the deadline.
struct Sent<'a, T> {
    answer: Option<Result<ResponseValue<T>, notte_api::Error>>,
    end: End<'a>,
}

/// What is still to be said of an attempt.
struct End<'a> {
    hook: Option<(&'a dyn OnAttempt, Attempt)>,
    duration: Duration,
}

impl<'a> Sender<'a> {
    async fn new(caller: &'a Caller, meta: &'static OperationMeta, span: Span) -> Result<Self> {
        let deadline = Instant::now().checked_add(caller.policy.deadline);
        // The same idempotency key for every attempt, as one call of one caller.
        let options = options(&caller.policy, meta);
        let client = match &caller.keys {
            None => caller.client.with_options(options.clone()),
            Some(keys) => within(deadline, keys.current(&caller.client))
                .await
                .unwrap_or_else(|| Err(Error::deadline(meta.id, meta.effect, 0, false, None)))
                .map_err(|error| error.in_operation(meta.id))?
                .with_options(options.clone()),
        };
        Ok(Self { caller, meta, client, options, deadline, span })
    }

    /// Has the next attempt use another key than the one that was just refused.
    async fn renew_key(&mut self, number: u32, refusal: Error) -> Result<()> {
        let Some(keys) = &self.caller.keys else { return Err(refusal) };
        let refused = self.client.api_key();
        match within(self.deadline, keys.renewed(&self.caller.client, refused.as_ref())).await {
            Some(renewed) => {
                let renewed = renewed.map_err(|error| error.in_operation(self.meta.id))?;
                self.client = renewed.with_options(self.options.clone());
                Ok(())
            }
            None => Err(Error::deadline(self.meta.id, self.meta.effect, number, false, Some(refusal))),
        }
    }

    async fn send<O: SendOnce>(&self, number: u32, operation: O) -> Result<Sent<'a, O::Output>> {
        self.span.record("attempts", number);
        let span = tracing::debug_span!(
            "attempt",
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = self.meta.method,
            http.response.status_code = Empty,
            url.template = self.meta.path,
            attempt = number,
            duration_ms = Empty,
            request_id = Empty,
        );
        let mut hook = None;
        let stamped = match self.caller.hook.as_deref() {
            None => None,
            Some(called) => {
                let attempt = Attempt::new(self.meta, number);
                let headers = span.in_scope(|| attempt::before(called, &attempt)).ok_or_else(|| {
                    Error::new(ErrorKind::Config, "the hook of `on_attempt` panicked").in_operation(self.meta.id)
                })?;
                hook = Some((called, attempt));
                Some(self.client.with_options(self.options.clone().beneath(headers)))
            }
        };
        let start = Instant::now();
        let client = stamped.as_ref().unwrap_or(&self.client);
        let answer = within(self.deadline, operation.send_on(client).instrument(span.clone())).await;
        match &answer {
            Some(Ok(answer)) => record(&span, start, Some(answer.status().as_u16()), true, || answer.request_id()),
            Some(Err(error)) => record(&span, start, status(error), false, || error.request_id()),
            None => record(&span, start, None, false, || None),
        }
        Ok(Sent { answer, end: End { hook, duration: start.elapsed() } })
    }

    fn remaining(&self) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()))
    }
}

impl End<'_> {
    fn after(&self, status: Option<u16>, next: Next) {
        if let Some((hook, attempt)) = &self.hook {
            attempt::after(*hook, attempt, &AttemptEnd { status, duration: self.duration, next });
        }
    }
}

fn status(error: &notte_api::Error) -> Option<u16> {
    error.status().map(|status| status.as_u16())
}

/// Whether there was a request to send.
fn was_built(error: &notte_api::Error) -> bool {
    !matches!(error.kind(), notte_api::ErrorKind::Config | notte_api::ErrorKind::InvalidRequest)
}

fn outcome(error: &notte_api::Error) -> retry::Outcome {
    error::outcome(error, |status| retry::hint(status, error.headers()?, SystemTime::now()))
}

/// The options of every attempt of a call.
fn options(policy: &Policy, meta: &OperationMeta) -> CallOptions {
    let mut options = CallOptions::new().timeout(policy.timeout.saturating_add(policy.grace));
    if meta.effect == Effect::Costly || meta.idempotency_key {
        options = options.header(IDEMPOTENCY_KEY, &idempotency_key());
    }
    for (name, value) in &policy.headers {
        options = options.header(name, value.expose());
    }
    options
}

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
    meta: &'static OperationMeta,
    call: impl FnOnce(Span) -> F,
) -> Result<ResponseValue<T>> {
    let span = tracing::info_span!(
        "notte_call",
        operation = meta.id,
        otel.status_code = Empty,
        http.response.status_code = Empty,
        attempts = Empty,
        duration_ms = Empty,
        request_id = Empty,
    );
    let start = Instant::now();
    let result = call(span.clone()).instrument(span.clone()).await;
    match &result {
        Ok(answer) => record(&span, start, Some(answer.status().as_u16()), true, || answer.request_id()),
        Err(error) => record(&span, start, error.status(), false, || error.request_id()),
    }
    result
}

/// Only what can hold no secret.
fn record<'a>(
    span: &Span,
    start: Instant,
    status: Option<u16>,
    success: bool,
    request_id: impl FnOnce() -> Option<&'a str>,
) {
    if span.is_disabled() {
        return;
    }
    if !success {
        span.record("otel.status_code", "ERROR");
    }
    span.record("duration_ms", millis(start.elapsed()));
    let Some(status) = status else { return };
    span.record("http.response.status_code", status);
    if let Some(id) = request_id() {
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
